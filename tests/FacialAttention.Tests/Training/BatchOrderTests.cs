namespace FacialAttention.Tests.Training;

public sealed class BatchOrderTests
{
    [Fact]
    public void RowsOf_AskedInAnyOrder_DependsOnTheIterationAlone()
    {
        var forwards = new BatchOrder(rows: 7, batchSize: 3, seed: 5);
        long[][] expected = [.. Enumerable.Range(1, 20).Select(forwards.RowsOf)];

        var jumping = new BatchOrder(rows: 7, batchSize: 3, seed: 5);
        foreach (int iteration in (int[])[20, 1, 13, 14, 2, 20, 7, 6, 5])
        {
            jumping.RowsOf(iteration).Should().Equal(expected[iteration - 1]);
        }
    }

    [Theory]
    [InlineData(7, 3)]
    [InlineData(12, 4)]
    [InlineData(5, 5)]
    [InlineData(3, 10)] // A batch holds more than three passes.
    [InlineData(1, 4)]
    public void RowsOf_ManyIterations_HoldsEveryRowOnceInEachPassWithoutAGap(int rows, int batchSize)
    {
        const int Passes = 6;
        var order = new BatchOrder(rows, batchSize, seed: 1);
        int iterations = ((rows * Passes) + batchSize - 1) / batchSize;

        long[][] batches = [.. Enumerable.Range(1, iterations).Select(order.RowsOf)];

        batches.Should().OnlyContain(batch => batch.Length == batchSize);
        long[][] passes = [.. batches.SelectMany(batch => batch).Take(rows * Passes).Chunk(rows)];
        passes.Should().HaveCount(Passes);
        passes.Should().AllSatisfy(pass => pass.Should().BeEquivalentTo(Enumerable.Range(0, rows).Select(row => (long)row)));
    }

    [Fact]
    public void RowsOf_OtherPassOrSeed_HasAnotherOrder()
    {
        var order = new BatchOrder(rows: 20, batchSize: 20, seed: 1);
        long[] first = order.RowsOf(1);

        order.RowsOf(2).Should().NotEqual(first);
        new BatchOrder(rows: 20, batchSize: 20, seed: 2).RowsOf(1).Should().NotEqual(first);
        first.Should().NotEqual(Enumerable.Range(0, 20).Select(row => (long)row), "the rows are shuffled");
    }

    [Fact]
    public void RowsOf_ManyPasses_HasEveryOrderAboutEquallyOften()
    {
        const int Passes = 2400;
        var order = new BatchOrder(rows: 4, batchSize: 4, seed: 3);

        int[] counts =
            [.. Enumerable.Range(1, Passes).Select(order.RowsOf).CountBy(batch => string.Join(' ', batch)).Select(group => group.Value)];

        counts.Should().HaveCount(24, "there are 4! orders");
        double expected = Passes / 24.0;
        double chiSquared = counts.Sum(count => (count - expected) * (count - expected) / expected);
        chiSquared.Should().BeLessThan(49.7, "23 degrees of freedom exceed it once in a thousand");
    }

    [Fact]
    public void RowsOf_LastIterationThatOptionsAllow_DoesNotOverflow()
    {
        var order = new BatchOrder(rows: 3, batchSize: 65_536, seed: 1);

        order.RowsOf(100_000_000).Should().OnlyContain(row => row >= 0 && row < 3).And.HaveCount(65_536);
    }
}
