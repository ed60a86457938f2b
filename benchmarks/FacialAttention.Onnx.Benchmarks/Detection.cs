using System.Diagnostics;
using System.Globalization;

namespace FacialAttention.Onnx.Benchmarks;

/// <summary>Time of finding and recognising five faces of a picture of 1920 x 1080 with one thread, and memory over 10,000 frames.</summary>
internal static class Detection
{
    private const int Rounds = 60;
    private const int Frames = 10_000;

    public static void Run()
    {
        var scene = new DrawnScene(1920, 1080, seed: 1);
        for (int i = 0; i < 5; i++)
        {
            scene.Add(side: 380, tilt: 10 * (i - 2), x: 220 + (370 * i), y: i % 2 == 0 ? 300 : 700);
        }

        FaceImage picture = scene.Image;
        using OnnxExpressionRecognizer recognizer =
            OnnxExpressionRecognizer.LoadPretrained(configureSession: options => options.IntraOpNumThreads = 1);
        Console.WriteLine("1920 x 1080, one thread            faces  median ms  minimum ms");
        foreach ((string name, BlazeFaceRange range, int tiles) in new[]
        {
            ("full range", BlazeFaceRange.Full, 1),
            ("full range, Tiles = 3", BlazeFaceRange.Full, 3),
            ("short range", BlazeFaceRange.Short, 1),
        })
        {
            using BlazeFaceDetector detector = BlazeFaceDetector.Load(range, new BlazeFaceOptions { Tiles = tiles });
            Measure(name, () => detector.Detect(picture).Count);
            Measure($"{name}, recognised", () => RecognizeAll(recognizer, detector, picture));
        }

        var small = new DrawnScene(640, 480, seed: 2);
        small.Add(side: 260, tilt: 5, x: 320, y: 240);
        using BlazeFaceDetector camera = BlazeFaceDetector.Load(BlazeFaceRange.Short);
        FaceImage frame = small.Image;
        Console.WriteLine("640 x 480, short range: frames  resident, MB  managed, MB");
        for (int done = 0; done <= Frames; done++)
        {
            if (done % 2000 == 0)
            {
                Console.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{done,30}  {Environment.WorkingSet / 1e6,12:F1}  {GC.GetTotalMemory(forceFullCollection: true) / 1e6,11:F1}"));
            }

            _ = RecognizeAll(recognizer, camera, frame);
        }
    }

    private static int RecognizeAll(OnnxExpressionRecognizer recognizer, BlazeFaceDetector detector, FaceImage picture) =>
        recognizer.RecognizeAll(picture, [.. detector.Detect(picture).Select(face => face.Box)]).Count;

    private static void Measure(string name, Func<int> detect)
    {
        var milliseconds = new List<double>();
        int faces = 0;
        for (int round = -10; round < Rounds; round++)
        {
            long start = Stopwatch.GetTimestamp();
            faces = detect();
            if (round >= 0)
            {
                milliseconds.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            }
        }

        Console.WriteLine(
            FormattableString.Invariant($"{name,-34} {faces,5}  {milliseconds.Median(),9:F1}  {milliseconds.Min(),10:F1}"));
    }
}
