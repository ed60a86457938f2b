using FacialAttention;
using Samples;

namespace Recognize;

/// <summary>Looks at all pictures, some at a time, and hands the answers on.</summary>
internal static class RecognizeRun
{
    private const int Batch = 32;

    /// <returns>The exit code.</returns>
    public static int Run(Settings settings, CancellationToken cancellationToken)
    {
        var options = new RecognitionOptions { Coverage = settings.Coverage, IncludeAttention = settings.OverlayFolder is not null };
        using OnnxExpressionRecognizer recognizer = Networks.Load(settings.Network, options);
        (List<string> pictures, List<(string Path, string Reason)> leftOut) = PictureFiles.Find(settings.Paths);
        using Overlays? overlays = settings.OverlayFolder is { } folder ? OverlaysIn(folder, recognizer, settings.Network) : null;
        leftOut.ForEach(Tell);
        var answers = new Answers(settings, recognizer.Labels, pictures);
        int done = 0;
        foreach (string[] paths in pictures.Chunk(Batch))
        {
            cancellationToken.ThrowIfCancellationRequested();
            var faces = new List<(string Path, FaceImage Image)>();
            foreach (string path in paths)
            {
                if (Try(path, () => FaceImage.Load(path)) is { } image)
                {
                    faces.Add((path, image));
                }
            }

            Recognize(faces);
            Progress.Show(done += paths.Length, pictures.Count);
        }

        Progress.Clear();
        answers.Finish(leftOut);
        return leftOut.Count == 0 ? 0 : answers.Count > 0 ? 1 : 2;

        void Recognize(List<(string Path, FaceImage Image)> faces)
        {
            if (settings.Box is { } box)
            {
                foreach ((string path, FaceImage image) in faces)
                {
                    if (Try(path, () => recognizer.Recognize(image, box)) is { } prediction)
                    {
                        Add(path, image, prediction);
                    }
                }

                return;
            }

            IReadOnlyList<ExpressionPrediction> predictions = recognizer.Recognize([.. faces.Select(face => face.Image)]);
            for (int i = 0; i < faces.Count; i++)
            {
                Add(faces[i].Path, faces[i].Image, predictions[i]);
            }
        }

        void Add(string path, FaceImage image, ExpressionPrediction prediction)
        {
            string? overlay = overlays is null ? null : Try(path, () => overlays.Write(path, image, settings.Box, prediction));
            if (overlays is null || overlay is not null)
            {
                answers.Add(path, prediction, overlay);
            }
        }

        T? Try<T>(string path, Func<T> look)
            where T : class
        {
            try
            {
                return look();
            }
            catch (Exception exception) when (exception is InvalidDataException or IOException or UnauthorizedAccessException
                or ArgumentOutOfRangeException { ParamName: "crop" })
            {
                leftOut.Add((path, exception.Message.Split('\n')[0].TrimEnd()));
                Tell(leftOut[^1]);
                return null;
            }
        }
    }

    private static Overlays OverlaysIn(string folder, OnnxExpressionRecognizer recognizer, string network) =>
        recognizer.Recognize(FaceImage.FromGray(new byte[1], new ImageSize(1, 1))).Attention.Count > 0 // any face tells
            ? new Overlays(folder, recognizer.Description.Preprocessing)
            : throw new ArgumentException($"--overlay: '{network}' has no attention layers; expected a network with one.");

    private static void Tell((string Path, string Reason) leftOut)
    {
        Progress.Clear();
        Console.Error.WriteLine($"left out {SampleProgram.Escaped(leftOut.Path)}: {SampleProgram.Escaped(leftOut.Reason)}");
    }
}
