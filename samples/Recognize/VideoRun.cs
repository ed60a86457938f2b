using FacialAttention;
using Samples;

namespace Recognize;

/// <summary>Looks at the frames of a video or camera, follows the faces, and hands the answers on.</summary>
internal static class VideoRun
{
    /// <returns>The exit code.</returns>
    public static int Run(Settings settings, CancellationToken cancellationToken)
    {
        string name = settings.Video ?? settings.Camera!;
        if (settings.Overlay is { } path && VideoWriter.FaultOf(path) is { } fault)
        {
            throw new ArgumentException($"--overlay: {fault}");
        }

        using VideoReader reader = settings.Video is null
            ? VideoReader.OpenCamera(name, settings.Seconds)
            : VideoReader.OpenFile(name, settings.Seconds);
        using var finder = new FaceFinder(settings.Search, settings.Tiles, box: null);
        finder.Prepare(null);
        using OnnxExpressionRecognizer recognizer = Networks.Load(settings.Network, new RecognitionOptions { Coverage = settings.Coverage });
        using var overlay = new VideoOverlay(settings.Overlay);
        var faces = new VideoFaces(recognizer, finder.Detect, finder.Framing, settings.DetectEvery);
        var answers = new VideoAnswers(settings, recognizer.Labels);
        int frames = 0;
        for (; reader.Read(cancellationToken) is { } frame; frames++)
        {
            IReadOnlyList<RecognizedFace> seen = faces.Update(frame);
            answers.Add(frame.Time, seen);
            overlay.Add(frame, seen);
            Progress.Show(frame.Time, reader.Duration);
        }

        overlay.Finish();
        Progress.Clear();
        if (faces.Count == 0)
        {
            Console.Error.WriteLine($"{SampleProgram.Escaped(name)}: no face was found in {frames} frames.");
        }

        if (reader.Fault is { } damage)
        {
            Console.Error.WriteLine(
                $"{SampleProgram.Escaped(name)}: {frames} frames could be read, not all: {SampleProgram.Escaped(damage)}.");
        }

        return faces.Count == 0 ? 2 : reader.Fault is null ? 0 : 1;
    }
}
