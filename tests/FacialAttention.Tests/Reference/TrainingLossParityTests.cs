using TorchSharp;
using Xunit.Abstractions;
using static TorchSharp.torch;

namespace FacialAttention.Tests.Reference;

/// <summary>The training loss with all that options add to it, against the formulas in tests/reference/loss.py.</summary>
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

        Tensor value = Classification.CrossEntropy(logits, batch);
        value.backward();

        var comparison = new Comparison(golden, ScalarType.Float32, []);
        comparison.Add($"loss/{name}", value);
        comparison.Add($"gradient/{name}", logits.grad!);
        output.WriteLine($"| loss-{name} | - | - | {comparison.Cell("loss/")} | {comparison.Cell("gradient/")} | - | - | - | - | - |");
        comparison.ShouldBeWithin(1e-5, "loss/", "gradient/");

        long[] RowsOf(Tensor labels) => [.. labels.data<long>().ToArray().Select(label => (long)faces.LabelIndices.Span.IndexOf((byte)label))];
    }

    /// <summary>Black pixels, so many of each class.</summary>
    private static FaceDataset FacesWith(Tensor counts)
    {
        byte[] labels =
            [.. counts.data<long>().ToArray().SelectMany((count, label) => Enumerable.Repeat((byte)label, (int)count))];
        return new FaceDataset(new byte[labels.Length], labels, new ImageSize(1, 1), new ExpressionLabels("a", "b", "c", "d", "e"));
    }
}
