using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FacialAttention.Tests.Properties;

/// <summary>Metrics are what counting by hand gives, for any faces and any batch size, an unequal last batch among them.</summary>
[Properties(Arbitrary = new[] { typeof(MetricsProperties) })]
public sealed class MetricsProperties
{
    /// <summary>The logits of each face stand in its pixels.</summary>
    public sealed record Scores(byte[][] Pixels, byte[] Labels, int BatchSize)
    {
        public override string ToString()
        {
            IEnumerable<string> faces = Pixels.Zip(Labels, (face, label) => $"{string.Join(' ', face)} of class {label}");
            return $"{string.Join(", ", faces)}; batch size {BatchSize}";
        }
    }

    /// <summary>The lowest three bits of a pixel are its class, so that no two logits of a face are equal.</summary>
    public static Arbitrary<Scores> AnyScores() =>
        (from classes in Gen.Choose(2, 6)
         from count in Gen.Choose(1, 25)
         from batchSize in Gen.Choose(1, count + 3)
         from pixels in Gen.Choose(0, 31).ArrayOf(classes).ArrayOf(count)
         from isRightMoreOften in Some.Truth
         from labels in Gen.Choose(0, classes - 1).ArrayOf(count)
         let faces = pixels.Select(face => face.Select((value, k) => (byte)((8 * value) + k)).ToArray()).ToArray()
         select new Scores(
             faces,
             [.. labels.Select((label, i) => isRightMoreOften && i % 2 == 0 ? (byte)Array.IndexOf(faces[i], faces[i].Max()) : (byte)label)],
             batchSize)).ToArbitrary();

    [Property(MaxTest = 100)]
    public void Evaluate_AnyFacesAndBatchSize_IsWhatCountingByHandGives(Scores it)
    {
        int classes = it.Pixels[0].Length;
        var faces = new FaceDataset(
            [.. it.Pixels.SelectMany(face => face)],
            it.Labels,
            new ImageSize(1, classes),
            new ExpressionLabels(Enumerable.Range(0, classes).Select(k => $"class {k}")));
        using var network = new PixelsAsLogits();

        EvaluationResult result = Evaluator.Evaluate(network, faces, it.BatchSize);

        int[] predicted = [.. it.Pixels.Select(face => Array.IndexOf(face, face.Max()))];
        (int Actual, int Predicted)[] pairs = [.. it.Labels.Zip(predicted, (actual, guess) => ((int)actual, guess))];
        result.Count.Should().Be(pairs.Length);
        result.Predictions.Should().Equal(predicted);
        result.Accuracy.Should().Be((double)pairs.Count(pair => pair.Actual == pair.Predicted) / pairs.Length);
        result.Loss.Should().BeApproximately(it.Pixels.Zip(it.Labels, CrossEntropy).Average(), 1e-5);
        ShouldBeTheCountOf(result.Confusion, pairs, classes);
        result.MacroF1.Should().Be(result.Confusion.MacroF1);
    }

    private static void ShouldBeTheCountOf(ConfusionMatrix confusion, (int Actual, int Predicted)[] pairs, int classes)
    {
        confusion.Total.Should().Be(pairs.Length);
        var scores = new List<double>();
        for (int k = 0; k < classes; k++)
        {
            for (int other = 0; other < classes; other++)
            {
                confusion[k, other].Should().Be(pairs.Count(pair => pair == (k, other)));
            }

            int taken = pairs.Count(pair => pair.Predicted == k), present = pairs.Count(pair => pair.Actual == k);
            double right = pairs.Count(pair => pair == (k, k));
            (double precision, double recall) = (taken == 0 ? 0 : right / taken, present == 0 ? 0 : right / present);
            double f1 = right == 0 ? 0 : 2 * precision * recall / (precision + recall);
            confusion.Precision(k).Should().Be(precision);
            confusion.Recall(k).Should().Be(recall);
            confusion.F1(k).Should().BeApproximately(f1, 1e-15);
            if (taken + present > 0)
            {
                scores.Add(f1);
            }
        }

        confusion.MacroF1.Should().BeApproximately(scores.Average(), 1e-15);
    }

    private static double CrossEntropy(byte[] face, byte label)
    {
        double[] logits = [.. face.Select(pixel => PixelsAsLogits.Scale * pixel / 255.0)];
        return Math.Log(logits.Sum(Math.Exp)) - logits[label];
    }

    private sealed class PixelsAsLogits() : Module<Tensor, Tensor>(nameof(PixelsAsLogits))
    {
        public const double Scale = 5;

        public override Tensor forward(Tensor images)
        {
            using var scope = NewDisposeScope();
            return (images.flatten(1) * Scale).MoveToOuterDisposeScope();
        }
    }
}
