using System.Diagnostics;
using System.Globalization;
using Samples;

namespace FacialAttention.Onnx.Benchmarks;

/// <summary>A picture of 1920 x 1080 with five faces, on one thread: finding them, and saying their expressions.</summary>
internal static class Photo
{
    private const int Rounds = 40;

    /// <param name="file">Where to write the picture; null for nowhere.</param>
    public static void Run(string? file)
    {
        FaceImage picture = PortraitWall.Draw(new ImageSize(1080, 1920), [352, 320, 344, 288, 320]);
        if (file is not null)
        {
            picture.Save(file);
        }

        using OnnxExpressionRecognizer recognizer = Pretrained.Load(null, options => options.IntraOpNumThreads = 1);
        foreach ((BlazeFaceRange range, int tiles) in new[] { (BlazeFaceRange.Full, 1), (BlazeFaceRange.Full, 3), (BlazeFaceRange.Short, 1) })
        {
            using BlazeFaceDetector detector = BlazeFaceDetector.Load(range, new BlazeFaceOptions { Tiles = tiles });
            var detecting = new List<double>();
            var recognizing = new List<double>();
            int found = 0;
            for (int round = -3; round < Rounds; round++)
            {
                long start = Stopwatch.GetTimestamp();
                IReadOnlyList<DetectedFace> faces = detector.Detect(picture);
                double detected = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
                recognizer.RecognizeAll(picture, [.. faces.Select(face => face.Frame(detector.Framing))]);
                if (round >= 0) // What went before warmed up.
                {
                    detecting.Add(detected);
                    recognizing.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds - detected);
                }

                found = faces.Count;
            }

            double[] both = [.. detecting.Zip(recognizing, (one, other) => one + other)];
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{range}, Tiles = {tiles}: {found} faces; median ms: Detect {detecting.Median():F1}, Recognize {recognizing.Median():F1}, both {both.Median():F1} (least {both.Min():F1})"));
        }
    }
}
