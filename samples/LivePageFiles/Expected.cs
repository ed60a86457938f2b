using System.Text.Json;
using FacialAttention;
using Samples;
using SkiaSharp;

namespace LivePageFiles;

/// <summary>Drawn pictures, and what the library says of them: what the page is held to.</summary>
internal static class Expected
{
    private static readonly JsonSerializerOptions Form = new(JsonSerializerDefaults.Web);
    private static readonly RecognitionOptions WithAttention = new() { IncludeAttention = true, Coverage = 0.9 };

    /// <summary>Writes PNG files and expected.json.</summary>
    public static void Write(string folder)
    {
        FaceImage wall = PortraitWall.Draw(Camera.Size, Camera.Sides);
        FaceImage tilted = Turn(PortraitWall.Draw(new ImageSize(600, 800), [300]), degrees: -28);
        FaceImage group = PortraitWall.Draw(new ImageSize(720, 1280), [230, 260, 240]);
        FaceImage small = PortraitWall.Draw(new ImageSize(96, 110), [76]); // fewer pixels than a detector's square has
        FaceImage odd = PortraitWall.Draw(new ImageSize(437, 301), [230]);
        (string Name, FaceImage Image)[] pictures = [("one", wall), ("tilted", tilted), ("group", group), ("small", small), ("odd", odd)];
        using OnnxExpressionRecognizer recognizer = OnnxExpressionRecognizer.LoadPretrained(options: WithAttention);
        using BlazeFaceDetector near = BlazeFaceDetector.Load(BlazeFaceRange.Short), full = BlazeFaceDetector.Load();
        foreach ((string name, FaceImage image) in pictures)
        {
            Save(Path.Combine(folder, $"{name}.png"), image);
        }

        var expected = new
        {
            Labels = recognizer.Labels.Names,
            CameraWay = Camera.Way,
            Pictures = pictures.Select(picture => new
            {
                picture.Name,
                picture.Image.Width,
                picture.Image.Height,
                Short = Faces(picture.Image, near, recognizer),
                Full = Faces(picture.Image, full, recognizer),
            }),
            Crops = Crops(wall).ToArray(),
            Frames = Frames().ToArray(),
            Tracked = Track(recognizer.Labels).ToArray(),
        };
        File.WriteAllText(Path.Combine(folder, "expected.json"), JsonSerializer.Serialize(expected, Form));
    }

    /// <summary>Prints the probabilities of boxes in pictures of raw pixels: a JSON array of { rgba: path, width, height, box }.</summary>
    public static void Answer(string request)
    {
        using OnnxExpressionRecognizer recognizer = OnnxExpressionRecognizer.LoadPretrained();
        Question[] questions = JsonSerializer.Deserialize<Question[]>(File.ReadAllText(request), Form)!;
        Console.WriteLine(JsonSerializer.Serialize(
            questions.Select(question => recognizer.Recognize(
                FaceImage.FromPixels(File.ReadAllBytes(question.Rgba), new ImageSize(question.Height, question.Width), PixelFormat.Rgba), question.Box).Probabilities),
            Form));
    }

    private static object[] Faces(FaceImage image, BlazeFaceDetector detector, OnnxExpressionRecognizer recognizer) =>
    [
        .. detector.Detect(image).Select(face => (face, frame: face.Frame(detector.Framing))).Select(found => (object)new
        {
            found.face.Box,
            found.face.Score,
            Frame = found.frame,
            Answer = AnswerOf(recognizer.Recognize(image, found.frame)),
        }),
    ];

    private static object AnswerOf(ExpressionPrediction prediction) => new
    {
        prediction.Label,
        prediction.Probabilities,
        prediction.IsUncertain,
        Attention = prediction.Attention.Select(map => new { map.Layer, map.Weights }),
    };

    /// <summary>Boxes of all kinds, and the gray values that they give.</summary>
    private static IEnumerable<object> Crops(FaceImage image)
    {
        var random = new Random(1);
        for (int i = 0; i < 40; i++)
        {
            float side = 4 + (random.NextSingle() * (i % 4 == 0 ? 700 : 250));
            var box = new FaceBox(
                (random.NextSingle() * image.Width) - (side / 2),
                (random.NextSingle() * image.Height) - (side / 2),
                side,
                side * (0.7f + (0.6f * random.NextSingle())))
            {
                Roll = i % 2 == 0 ? 0 : (random.NextSingle() * 180) - 90,
            };
            ImageSize size = i % 5 == 0 ? new ImageSize(24 + i, 72 - i) : new ImageSize(48, 48);
            yield return new { Box = box, size.Height, size.Width, Gray = new FacePreprocessor(size).ToGray(image, box) };
        }
    }

    private static IEnumerable<object> Frames()
    {
        var random = new Random(2);
        float Next(float most) => random.NextSingle() * most;
        for (int i = 0; i < 40; i++)
        {
            var framing = new FaceFraming
            {
                Scale = 0.5 + Next(1.5f), ShiftX = Next(1) - 0.5, ShiftY = Next(1) - 0.5, IsSquare = i % 2 == 0, LevelFrom = i % 3 == 0 ? 0 : 20,
            };
            var points = new FacePoints(new(Next(100), Next(100)), new(Next(100), Next(100)), new(50, 60), new(50, 80));
            var face = new DetectedFace(new FaceBox(Next(200) - 50, Next(200) - 50, 20 + Next(100), 20 + Next(100)), 0.9f, points);
            yield return new
            {
                Framing = framing,
                face.Box,
                RightEye = new { points.RightEye.X, points.RightEye.Y },
                LeftEye = new { points.LeftEye.X, points.LeftEye.Y },
                Frame = face.Frame(framing),
            };
        }
    }

    /// <summary>Uneven times with a gap, and probabilities of three classes that take turns.</summary>
    private static IEnumerable<object> Track(ExpressionLabels all)
    {
        var labels = new ExpressionLabels([.. all.Names.Take(3)]);
        var tracker = new ExpressionTracker(labels);
        var random = new Random(3);
        double time = 0;
        for (int i = 0; i < 60; i++)
        {
            time += i == 40 ? 3 : i % 7 == 0 ? 0.0002 : random.NextDouble() / 8;
            var at = TimeSpan.FromTicks((long)(time * TimeSpan.TicksPerSecond));
            float first = random.NextSingle(), second = (1 - first) * random.NextSingle();
            float[] probabilities = [first, second, 1 - first - second];
            TrackedExpression shown = tracker.Update(at, new ExpressionPrediction(labels, probabilities));
            yield return new
            {
                Time = at.TotalSeconds, Probabilities = probabilities, Smoothed = shown.Smoothed.Probabilities, shown.Index, shown.IsSettled,
            };
        }
    }

    private static FaceImage Turn(FaceImage image, float degrees) => FaceImage.FromGray(
        new FacePreprocessor(image.Size).ToGray(image, new FaceBox(0, 0, image.Width, image.Height) { Roll = degrees }), image.Size);

    private static void Save(string path, FaceImage image)
    {
        var rgba = new byte[image.Width * image.Height * 4];
        for (int i = 0; i < image.Width * image.Height; i++)
        {
            ReadOnlySpan<byte> pixel = image.Pixels.Span.Slice(i * image.Channels, image.Channels);
            (rgba[4 * i], rgba[(4 * i) + 1], rgba[(4 * i) + 2], rgba[(4 * i) + 3]) = (pixel[0], pixel[image.Channels / 2], pixel[^1], 255);
        }

        using SKImage bitmap = SKImage.FromPixelCopy(new SKImageInfo(image.Width, image.Height, SKColorType.Rgba8888, SKAlphaType.Opaque), rgba);
        using SKData png = bitmap.Encode(SKEncodedImageFormat.Png, 100);
        File.WriteAllBytes(path, png.ToArray());
    }

    /// <summary>A box in a picture of raw pixels.</summary>
    private sealed record Question(string Rgba, int Width, int Height, FaceBox Box);
}
