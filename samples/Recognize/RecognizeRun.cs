using FacialAttention;
using Samples;

namespace Recognize;

/// <summary>Looks at all pictures, cropped faces some at a time, and hands the answers on.</summary>
internal static class RecognizeRun
{
    private const int Batch = 32;

    /// <returns>The exit code.</returns>
    public static int Run(Settings settings, CancellationToken cancellationToken)
    {
        var options = new RecognitionOptions { Coverage = settings.Coverage, IncludeAttention = settings.AttentionFolder is not null };
        using var finder = new FaceFinder(settings.Search, settings.Tiles, settings.Box);
        (List<string> pictures, List<(string Path, string Reason)> leftOut) = PictureFiles.Find(settings.Paths);
        if (pictures.Count > 0)
        {
            finder.Prepare(pictures[0]);
        }

        using OnnxExpressionRecognizer recognizer = Networks.Load(settings.Network, options);
        using AttentionPicture? attentionPicture = settings.AttentionFolder is null ? null : AttentionOf(recognizer, settings.Network);
        PictureFolder? attentionFolder = settings.AttentionFolder is null ? null : new PictureFolder("--attention", settings.AttentionFolder);
        using FacesPicture? facesPicture = settings.Overlay is null ? null : new FacesPicture();
        PictureFolder? overlayFolder = settings.Overlay is null ? null : new PictureFolder("--overlay", settings.Overlay);
        leftOut.ForEach(Tell);
        var answers = new Answers(settings, recognizer.Labels, pictures);
        var waiting = new List<(string Path, FaceImage Image, FoundFace Face)>(); // whole pictures
        for (int done = 0; done < pictures.Count; done++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Progress.Show(done, pictures.Count);
            string path = pictures[done];
            if (Try(path, () => FaceImage.Load(path)) is not { } image)
            {
                continue;
            }

            bool isCrop = settings.Box is null && finder.IsWhole(image.Size) && FaceFinder.IsCrop(image.Size);
            if (!isCrop || waiting.Count == Batch)
            {
                RecognizeWaiting(); // so that the answers are in the order of the pictures
            }

            if (isCrop)
            {
                waiting.Add((path, image, finder.Find(image)[0]));
            }
            else if (Try(path, () => finder.Find(image)) is { } faces && Try(path, () => Recognize(image, faces)) is { } predictions)
            {
                Add(path, image, faces, predictions);
            }
        }

        RecognizeWaiting();
        Progress.Clear();
        answers.Finish(leftOut);
        return leftOut.Count == 0 ? 0 : answers.Count > 0 ? 1 : 2;

        IReadOnlyList<ExpressionPrediction> Recognize(FaceImage image, IReadOnlyList<FoundFace> faces) => faces is [{ Crop: null }]
            ? [recognizer.Recognize(image)]
            : recognizer.RecognizeAll(image, [.. faces.Select(face => face.Crop!.Value)]);

        void RecognizeWaiting()
        {
            IReadOnlyList<ExpressionPrediction> predictions = recognizer.Recognize([.. waiting.Select(face => face.Image)]);
            for (int i = 0; i < waiting.Count; i++)
            {
                Add(waiting[i].Path, waiting[i].Image, [waiting[i].Face], [predictions[i]]);
            }

            waiting.Clear();
        }

        void Add(string path, FaceImage image, IReadOnlyList<FoundFace> found, IReadOnlyList<ExpressionPrediction> predictions)
        {
            RecognizedFace[] faces = [.. found.Zip(predictions, (face, prediction) => (face, prediction))
                .Select((pair, index) => new RecognizedFace(index + 1, pair.face, pair.prediction))];
            string? overlay = null;
            if (facesPicture is not null
                && (overlay = Try(path, () => overlayFolder!.Write(path, facesPicture.Png(image, faces)))) is null)
            {
                return;
            }

            for (int i = 0; i < faces.Length; i++)
            {
                string? attention = null;
                FaceBox? crop = found[i].Crop;
                ExpressionPrediction prediction = predictions[i];
                if (attentionPicture is null
                    || (attention = Try(path, () => attentionFolder!.Write(path, attentionPicture.Draw(image, crop, prediction)))) is not null)
                {
                    answers.Add(path, faces[i], overlay, attention);
                }
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
                or ArgumentOutOfRangeException { ParamName: "crop" or "faces" })
            {
                leftOut.Add((path, exception.Message.Split('\n')[0].TrimEnd()));
                Tell(leftOut[^1]);
                return null;
            }
        }
    }

    private static AttentionPicture AttentionOf(OnnxExpressionRecognizer recognizer, string network) =>
        recognizer.Recognize(FaceImage.FromGray(new byte[1], new ImageSize(1, 1))).Attention.Count > 0 // any face tells
            ? new AttentionPicture(recognizer.Description.Preprocessing)
            : throw new ArgumentException($"--attention: '{network}' has no attention layers; expected a network with one.");

    private static void Tell((string Path, string Reason) leftOut)
    {
        Progress.Clear();
        Console.Error.WriteLine($"left out {SampleProgram.Escaped(leftOut.Path)}: {SampleProgram.Escaped(leftOut.Reason)}");
    }
}
