namespace FacialAttention.Tests.Measures;

public sealed class ConfusionMatrixTests
{
    private const int Classes = 6;

    [Fact]
    public void Add_RandomPairsWithClassesThatNeverOccur_AgreesWithCountingByHand()
    {
        (int Actual, int Predicted)[] pairs = RandomPairs();
        ConfusionMatrix matrix = MatrixOf(pairs);

        matrix.Classes.Should().Be(Classes);
        matrix.Total.Should().Be(pairs.Length);
        for (int actual = 0; actual < Classes; actual++)
        {
            for (int predicted = 0; predicted < Classes; predicted++)
            {
                matrix[actual, predicted].Should().Be(pairs.Count(pair => pair == (actual, predicted)));
            }
        }

        matrix.Accuracy.Should().Be((double)pairs.Count(pair => pair.Actual == pair.Predicted) / pairs.Length);
    }

    [Fact]
    public void PrecisionRecallAndF1_RandomPairs_AgreeWithTheirDefinitions()
    {
        (int Actual, int Predicted)[] pairs = RandomPairs();
        ConfusionMatrix matrix = MatrixOf(pairs);
        var scores = new List<double>();

        for (int label = 0; label < Classes; label++)
        {
            (int Actual, int Predicted)[] taken = [.. pairs.Where(pair => pair.Predicted == label)];
            (int Actual, int Predicted)[] present = [.. pairs.Where(pair => pair.Actual == label)];
            double precision = taken.Length == 0 ? 0 : (double)taken.Count(pair => pair.Actual == label) / taken.Length;
            double recall = present.Length == 0 ? 0 : (double)present.Count(pair => pair.Predicted == label) / present.Length;
            double f1 = precision + recall == 0 ? 0 : 2 * precision * recall / (precision + recall);

            matrix.Precision(label).Should().Be(precision);
            matrix.Recall(label).Should().Be(recall);
            matrix.F1(label).Should().BeApproximately(f1, 1e-15);
            if (taken.Length + present.Length > 0)
            {
                scores.Add(f1);
            }
        }

        scores.Should().HaveCount(Classes - 1, "class 4 does not occur at all");
        matrix.MacroF1.Should().BeApproximately(scores.Average(), 1e-15);
    }

    [Fact]
    public void PrecisionAndRecall_ClassNeverPredictedOrNeverPresent_AreZero()
    {
        var matrix = new ConfusionMatrix(4);
        matrix.Add(actual: 0, predicted: 1); // 0 is never predicted, 1 is never present, 2 and 3 do not occur.

        matrix.Precision(0).Should().Be(0);
        matrix.Recall(0).Should().Be(0);
        matrix.Precision(1).Should().Be(0);
        matrix.Recall(1).Should().Be(0);
        matrix.F1(2).Should().Be(0);
        matrix.MacroF1.Should().Be(0);
        matrix.Accuracy.Should().Be(0);
    }

    [Fact]
    public void MacroF1_ClassThatIsOnlyPredicted_CountsAsZero()
    {
        var matrix = new ConfusionMatrix(3);
        matrix.Add(actual: 0, predicted: 0);
        matrix.Add(actual: 0, predicted: 1);

        matrix.MacroF1.Should().BeApproximately(((2.0 / 3) + 0) / 2, 1e-15);
    }

    [Fact]
    public void Metrics_NothingCounted_AreNotNumbers()
    {
        var matrix = new ConfusionMatrix(2);

        matrix.Total.Should().Be(0);
        matrix.Accuracy.Should().Be(double.NaN);
        matrix.MacroF1.Should().Be(double.NaN);
        matrix.Precision(0).Should().Be(0);
        matrix.Recall(1).Should().Be(0);
    }

    [Theory]
    [InlineData(int.MinValue)]
    [InlineData(-1)]
    [InlineData(1)]
    [InlineData(16_385)]
    [InlineData(int.MaxValue)]
    public void Constructor_ImpossibleNumberOfClasses_Throws(int classes)
    {
        Action act = () => _ = new ConfusionMatrix(classes);

        act.Should().Throw<ArgumentOutOfRangeException>().WithParameterName("classes")
            .WithMessage($"classes is {classes}; expected 2 to 16384.*");
    }

    [Theory]
    [InlineData(-1, 0)]
    [InlineData(3, 0)]
    [InlineData(0, -1)]
    [InlineData(0, 3)]
    public void AddAndIndexer_NoSuchClass_ThrowsAndCountsNothing(int actual, int predicted)
    {
        var matrix = new ConfusionMatrix(3);
        string name = actual == 0 ? "predicted" : "actual";
        string message = $"{name} is {actual + predicted}; expected 0 to 2.*";

        Action add = () => matrix.Add(actual, predicted);
        Action read = () => _ = matrix[actual, predicted];

        add.Should().Throw<ArgumentOutOfRangeException>().WithParameterName(name).WithMessage(message);
        read.Should().Throw<ArgumentOutOfRangeException>().WithParameterName(name).WithMessage(message);
        matrix.Total.Should().Be(0);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(3)]
    public void PrecisionRecallAndF1_NoSuchClass_Throw(int label)
    {
        var matrix = new ConfusionMatrix(3);

        foreach (Func<int, double> score in (Func<int, double>[])[matrix.Precision, matrix.Recall, matrix.F1])
        {
            score.Invoking(it => it(label)).Should().Throw<ArgumentOutOfRangeException>().WithMessage($"*is {label}; expected 0 to 2.*");
        }
    }

    /// <summary>Class 3 is never present, class 1 never predicted, class 4 neither.</summary>
    private static (int Actual, int Predicted)[] RandomPairs()
    {
        var random = new SeededRandom(11);
        int[] present = [0, 1, 2, 5];
        int[] predicted = [0, 2, 3, 5];
        var pairs = new (int, int)[500];
        for (int i = 0; i < pairs.Length; i++)
        {
            pairs[i] = (present[random.NextInt32(4)], predicted[random.NextInt32(4)]);
        }

        return pairs;
    }

    private static ConfusionMatrix MatrixOf((int Actual, int Predicted)[] pairs)
    {
        var matrix = new ConfusionMatrix(Classes);
        foreach ((int actual, int predicted) in pairs)
        {
            matrix.Add(actual, predicted);
        }

        return matrix;
    }
}
