using TorchSharp;
using Xunit.Abstractions;
using static TorchSharp.torch;

namespace FacialAttention.Tests.Reference;

/// <summary>The training loss with all that options and columns add to it, against the formulas in tests/reference/loss.py.</summary>
public sealed class TrainingLossParityTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData("plain", 0.0, ClassWeighting.Equal, 1.0)]
    [InlineData("smoothed", 0.1, ClassWeighting.Equal, 1.0)]
    [InlineData("balanced", 0.0, ClassWeighting.Balanced, 1.0)]
    [InlineData("smoothed_balanced", 0.1, ClassWeighting.Balanced, 1.0)]
    [InlineData("smoothed_balanced_mixed", 0.1, ClassWeighting.Balanced, 0.7)]
    public void CrossEntropy_LogitsFromPython_AgreesWithTheReference(string name, double smoothing, ClassWeighting weighting, double share)
    {
        using var scope = NewDisposeScope();
        IReadOnlyDictionary<string, Tensor> golden = GoldenFile.Read("loss").Tensors;
        FaceDataset faces = FacesWith(golden["counts"]);
        using var tensors = new FaceTensors(faces, CPU, smoothing, weighting);
        FaceBatch own = tensors.Gather(RowsOf(golden["labels"])), partners = tensors.Gather(RowsOf(golden["partners"]));
        FaceBatch batch = share == 1 ? own : Mixup.Mix(own, partners, share);
        Tensor logits = golden["logits"].clone().requires_grad_();

        Compare(name, golden, Classification.CrossEntropy(logits, batch), logits);

        long[] RowsOf(Tensor labels) => [.. labels.data<long>().ToArray().Select(label => (long)faces.LabelIndices.Span.IndexOf((byte)label))];
    }

    [Theory]
    [InlineData("votes", false, 0.0, 1.0)]
    [InlineData("votes_weighted", true, 0.0, 1.0)]
    [InlineData("votes_weighted_smoothed_mixed", true, 0.1, 0.7)]
    [InlineData("teacher_weighted", true, 0.0, 1.0)]
    public void CrossEntropy_ColumnsFromPython_AgreesWithTheReference(string name, bool isWeighted, double smoothing, double share)
    {
        using var scope = NewDisposeScope();
        IReadOnlyDictionary<string, Tensor> golden = GoldenFile.Read("loss").Tensors;
        byte[] labels = [.. golden["labels"].data<long>().ToArray().Select(label => (byte)label)];
        var columns = new FaceColumns
        {
            Votes = golden["votes"].data<long>().ToArray().Select(count => (byte)count).ToArray(),
            Weights = isWeighted ? (ReadOnlyMemory<float>?)golden["weights"].data<float>().ToArray() : null,
            Teacher = golden["teacher"].data<float>().ToArray(),
        };
        using var tensors = new FaceTensors(FacesWith(labels, columns), CPU, smoothing);
        FaceBatch own = tensors.Gather([.. Enumerable.Range(0, 8).Select(row => (long)row)]);
        FaceBatch partners = tensors.Gather([.. Enumerable.Range(0, 8).Select(row => 7L - row)]);
        FaceBatch batch = share == 1 ? own : Mixup.Mix(own, partners, share);
        batch = name == "teacher_weighted" ? batch with { Targets = batch.Teacher! } : batch;
        Tensor logits = golden["logits"].clone().requires_grad_();

        Compare(name, golden, Classification.CrossEntropy(logits, batch), logits);
    }

    private void Compare(string name, IReadOnlyDictionary<string, Tensor> golden, Tensor loss, Tensor logits)
    {
        loss.backward();
        var comparison = new Comparison(golden, ScalarType.Float32, []);
        comparison.Add($"loss/{name}", loss);
        comparison.Add($"gradient/{name}", logits.grad!);
        output.WriteLine($"| loss-{name} | - | - | {comparison.Cell("loss/")} | {comparison.Cell("gradient/")} | - | - | - | - | - |");
        comparison.ShouldBeWithin(1e-5, "loss/", "gradient/");
    }

    /// <summary>Black pixels, so many of each class.</summary>
    private static FaceDataset FacesWith(Tensor counts)
    {
        byte[] labels =
            [.. counts.data<long>().ToArray().SelectMany((count, label) => Enumerable.Repeat((byte)label, (int)count))];
        return FacesWith(labels, FaceColumns.None);
    }

    private static FaceDataset FacesWith(byte[] labels, FaceColumns columns) =>
        new(new byte[labels.Length], labels, new ImageSize(1, 1), new ExpressionLabels("a", "b", "c", "d", "e"), columns);
}
