using System.Diagnostics;
using System.Globalization;
using Recognize;

namespace FacialAttention.Onnx.Benchmarks;

/// <summary>
/// The frames of a video as <c>facial-attention --video</c> takes them, on one thread beside ffmpeg's: how fast, and whether memory grows. The video is read
/// again from its start as often as needed.
/// </summary>
internal static class Video
{
    private const int Mark = 1000;

    public static void Run(string path, int frames, int detectEvery)
    {
        using OnnxExpressionRecognizer recognizer = Pretrained.Load(null, options => options.IntraOpNumThreads = 1);
        using BlazeFaceDetector detector = BlazeFaceDetector.Load();
        Console.WriteLine(" frames  frames/s  CPU ms a frame  faces  resident, MB  managed, MB");
        long start = Stopwatch.GetTimestamp();
        TimeSpan cpu = Environment.CpuUsage.TotalTime;
        long faces = 0;
        int done = 0;
        while (done < frames)
        {
            using var reader = VideoReader.OpenFile(path);
            var followed = new VideoFaces(recognizer, detector.Detect, detector.Framing, detectEvery);
            while (done < frames && reader.Read(CancellationToken.None) is { } frame)
            {
                faces += followed.Update(frame).Count;
                if (++done % Mark == 0)
                {
                    double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
                    double milliseconds = (Environment.CpuUsage.TotalTime - cpu).TotalMilliseconds;
                    Console.WriteLine(string.Create(
                        CultureInfo.InvariantCulture,
                        $"{done,7}  {Mark / seconds,8:F1}  {milliseconds / Mark,14:F2}  {(double)faces / Mark,5:F2}  {Environment.WorkingSet / 1e6,12:F1}  {GC.GetTotalMemory(forceFullCollection: true) / 1e6,11:F1}"));
                    (start, cpu, faces) = (Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime, 0);
                }
            }
        }
    }
}
