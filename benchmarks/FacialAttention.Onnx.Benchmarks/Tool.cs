using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace FacialAttention.Onnx.Benchmarks;

/// <summary>
/// The first PublicTest rows as PNG files through the tool, samples/Recognize, beside the checkpoint on TorchSharp: probabilities, and how many
/// labels are right, which <c>samples/Train evaluate</c> says of the same rows.
/// </summary>
internal static class Tool
{
    private const int Rows = 200;
    private const double Tolerance = 1e-5;

    public static int Run(string toolPath, string checkpointPath, string modelPath, string dataPath, string votesPath)
    {
        FaceDataset faces = FerPlusReader.ReadPart(dataPath, votesPath, SplitPart.Validation).Faces;
        int[] rows = [.. Enumerable.Range(0, faces.Count).Where(row => faces.Columns.Weights!.Value.Span[row] > 0).Take(Rows)];
        FaceImage[] images = [.. rows.Select(row => FaceImage.FromGray(faces.PixelsOf(row).ToArray(), faces.Size))];
        DirectoryInfo folder = Directory.CreateTempSubdirectory("facialattention-");
        try
        {
            foreach ((int i, FaceImage image) in images.Index())
            {
                image.Save(Path.Combine(folder.FullName, $"{i:D3}.png"));
            }

            float[][] told = Ask(toolPath, modelPath, folder.FullName);
            using TorchExpressionRecognizer torch = TorchExpressionRecognizer.Load(checkpointPath);
            ExpressionPrediction[] expected = [.. torch.Recognize(images)];
            double largest = expected.Zip(told).Max(pair => pair.First.Probabilities.Zip(pair.Second, (a, b) => Math.Abs(a - b)).Max());
            int right = told.Index().Count(item => Array.IndexOf(item.Item, item.Item.Max()) == faces.LabelIndices.Span[rows[item.Index]]);
            int torchRight = expected.Index().Count(item => item.Item.Index == faces.LabelIndices.Span[rows[item.Index]]);
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{told.Length} rows of PublicTest (selection split): the largest difference of a probability is {largest:0.0e-0}; "
                + $"right are {right} by the tool and {torchRight} by TorchSharp"));
            return largest <= Tolerance && right == torchRight ? 0 : 1;
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static float[][] Ask(string toolPath, string modelPath, string folder)
    {
        string[] arguments = [folder, "--network", modelPath, "--json"];
        using Process process = Process.Start(new ProcessStartInfo("dotnet", [toolPath, .. arguments]) { RedirectStandardOutput = true })!;
        string answer = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        using var document = JsonDocument.Parse(answer);
        return
        [
            .. document.RootElement.GetProperty("faces").EnumerateArray().Select(
                face => face.GetProperty("probabilities").EnumerateArray().Select(value => value.GetSingle()).ToArray()),
        ];
    }
}
