using System.Globalization;

namespace FacialAttention.Onnx.Benchmarks;

/// <summary>The labels that TorchSharp and ONNX Runtime give to every PublicTest row, one by one and in batches.</summary>
internal static class SameLabels
{
    public static int Run(string dataPath, string checkpointPath, string modelPath)
    {
        FaceDataset faces = Fer2013Reader.ReadPart(dataPath, SplitPart.Validation);
        FaceImage[] images = [.. Enumerable.Range(0, faces.Count).Select(row =>
            FaceImage.FromGray(faces.PixelsOf(row).ToArray(), faces.Size))];
        using var torch = new TorchExpressionRecognizer(Checkpoint.Load(checkpointPath));
        using OnnxExpressionRecognizer onnx = OnnxExpressionRecognizer.Load(modelPath);

        ExpressionPrediction[] expected = [.. torch.Recognize(images)];
        int differing = Compare("in batches", expected, [.. onnx.Recognize(images)])
            + Compare("one by one", expected, [.. images.Select(image => onnx.Recognize(image))]);
        double accuracy = expected.Index().Count(item => item.Item.Index == faces.LabelIndices.Span[item.Index]) / (double)faces.Count;
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"TorchSharp's accuracy on them: {accuracy:P2} (PublicTest, the selection split)"));
        return differing == 0 ? 0 : 1;
    }

    private static int Compare(string how, ExpressionPrediction[] expected, ExpressionPrediction[] actual)
    {
        int differing = expected.Zip(actual).Count(pair => pair.First.Index != pair.Second.Index);
        double largest = expected.Zip(actual).Max(
            pair => pair.First.Probabilities.Zip(pair.Second.Probabilities, (a, b) => Math.Abs(a - b)).Max());
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{actual.Length} rows {how}: {differing} labels differ; the largest difference of a probability is {largest:0.0e-0}"));
        return differing;
    }
}
