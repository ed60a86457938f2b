using System.Diagnostics;
using System.Globalization;
using Samples;

namespace FacialAttention.Onnx.Benchmarks;

/// <summary>A picture of 6400 x 4000 with a thousand faces, on one thread: how many are found in how many tiles, and how long that takes.</summary>
internal static class Crowd
{
    private const int Columns = 40, Rows = 25, Square = 160;

    /// <param name="file">Where to write the picture; null for nowhere.</param>
    public static void Run(string? file)
    {
        FaceImage picture = PortraitWall.DrawRows(Columns, Rows, Square);
        if (file is not null)
        {
            picture.Save(file);
        }

        using OnnxExpressionRecognizer recognizer = Pretrained.Load(null, options => options.IntraOpNumThreads = 1);
        foreach (int tiles in new[] { 1, 4, 8, 16 })
        {
            using BlazeFaceDetector detector = BlazeFaceDetector.Load(options: new BlazeFaceOptions { Tiles = tiles });
            long start = Stopwatch.GetTimestamp();
            IReadOnlyList<DetectedFace> faces = detector.Detect(picture);
            double detected = Stopwatch.GetElapsedTime(start).TotalSeconds;
            recognizer.RecognizeAll(picture, [.. faces.Select(face => face.Frame(detector.Framing))]);
            double recognized = Stopwatch.GetElapsedTime(start).TotalSeconds - detected;

            // A face counts as found once, in the square where the middle of its box is.
            int places = faces.Select(face => face.Box).DistinctBy(box =>
                ((int)((box.X + (box.Width / 2)) / Square), (int)((box.Y + (box.Height / 2)) / Square))).Count();
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"Tiles = {tiles}: {faces.Count} boxes on {places} of {Columns * Rows} faces; Detect {detected:F2} s, Recognize {recognized:F2} s"));
        }
    }
}
