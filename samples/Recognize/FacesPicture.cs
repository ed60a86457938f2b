using System.Globalization;
using FacialAttention;
using SkiaSharp;

namespace Recognize;

/// <summary>Draws a picture with its faces: a box around each, and beside it a plate with the most probable classes.</summary>
internal sealed class FacesPicture : IDisposable
{
    private const int Top = 3;
    private const int ShortestSide = 480; // a small picture is enlarged, or the words would hide it
    private const int LongestSide = 2048;
    private const float SmallestLetters = 12;
    private const float LettersOfBox = 0.11f;
    private const float LettersOfPicture = 0.022f;
    private const float LineHeight = 1.4f;

    private static readonly SKColor Ground = new(0x12, 0x16, 0x1C, 0xC8);
    private static readonly SKColor[] Colors =
    [
        new(0x1E, 0xA8, 0xE0), new(0xF2, 0x8E, 0x1C), new(0x3C, 0xB3, 0x5A), new(0xE0, 0x4F, 0x7E), new(0x9A, 0x6C, 0xE0), new(0xC8, 0xB4, 0x12),
    ];

    private readonly Letters _letters = new();

    /// <summary>The picture as a PNG file of at most 2,048 pixels a side.</summary>
    /// <param name="image">What was looked at.</param>
    /// <param name="faces">Its faces.</param>
    public byte[] Png(FaceImage image, IReadOnlyList<RecognizedFace> faces)
    {
        int longer = Math.Max(image.Width, image.Height);
        float scale = (float)Math.Clamp(longer, ShortestSide, LongestSide) / longer;
        int width = Math.Max(1, (int)Math.Round(image.Width * scale)), height = Math.Max(1, (int)Math.Round(image.Height * scale));
        // Where all of the picture is one face the plate stands below, not upon it.
        float strip = faces is [{ Score: null } face] ? PlateOf(face, FontOf(face.Box, scale, width, height)).Height : 0;
        using var bitmap = new SKBitmap(new SKImageInfo(width, height + (int)Math.Ceiling(strip), SKColorType.Rgba8888, SKAlphaType.Opaque));
        using (var canvas = new SKCanvas(bitmap))
        {
            canvas.Clear(SKColors.White);
            Draw(canvas, image, faces, width, height, (int)strip);
        }

        using SKData png = bitmap.Encode(SKEncodedImageFormat.Png, 100);
        return png.ToArray();
    }

    /// <summary>Draws picture and faces over the canvas.</summary>
    /// <param name="canvas">What is drawn on.</param>
    /// <param name="image">What was looked at; it is stretched to the size.</param>
    /// <param name="faces">Its faces.</param>
    /// <param name="width">The width of the picture on the canvas.</param>
    /// <param name="height">Its height.</param>
    /// <param name="strip">The height of the canvas below it.</param>
    public void Draw(SKCanvas canvas, FaceImage image, IReadOnlyList<RecognizedFace> faces, int width, int height, int strip = 0)
    {
        using (SKImage pixels = ToSkia(image))
        {
            using var smooth = new SKPaint { FilterQuality = SKFilterQuality.Medium };
            canvas.DrawImage(pixels, SKRect.Create(width, height), smooth);
        }

        float scale = (float)width / image.Width;
        SKRect[] boxes = [.. faces.Select(face => SKRect.Create(
            face.Box.X * scale, face.Box.Y * scale, face.Box.Width * scale, face.Box.Height * scale))];
        var taken = new List<SKRect>(boxes);
        for (int i = 0; i < boxes.Length; i++)
        {
            SKColor color = Colors[(faces[i].Number - 1) % Colors.Length];
            float font = FontOf(faces[i].Box, scale, width, height);
            DrawBox(canvas, boxes[i], faces[i].Box.Roll, color, font);
            SKRect plate = Place(PlateOf(faces[i], font), boxes[i], new SKRect(0, 0, width, height + strip), taken);
            taken.Add(plate);
            DrawPlate(canvas, plate, faces[i], color, font);
        }
    }

    public void Dispose() => _letters.Dispose();

    /// <summary>Larger on larger faces, within what can be read and what leaves room.</summary>
    private static float FontOf(FaceBox box, float scale, int width, int height) => Math.Clamp(
        LettersOfBox * box.Width * scale, SmallestLetters, Math.Max(SmallestLetters, LettersOfPicture * Math.Max(width, height)));

    private static void DrawBox(SKCanvas canvas, SKRect box, float roll, SKColor color, float font)
    {
        using var line = new SKPaint { Style = SKPaintStyle.Stroke, Color = color, StrokeWidth = Math.Max(2, font / 7), IsAntialias = true };
        using var rim = new SKPaint
        {
            Style = SKPaintStyle.Stroke, Color = SKColors.Black.WithAlpha(0x70), StrokeWidth = line.StrokeWidth + 2, IsAntialias = true,
        };
        canvas.Save();
        canvas.RotateDegrees(roll, box.MidX, box.MidY);
        canvas.DrawRoundRect(box, font / 4, font / 4, rim);
        canvas.DrawRoundRect(box, font / 4, font / 4, line);
        canvas.Restore();
    }

    /// <summary>Below the face, or else above, right or left of it: where it hides no face and no other plate, if there is such a place.</summary>
    private static SKRect Place(SKSize plate, SKRect box, SKRect picture, List<SKRect> taken)
    {
        const float Gap = 3;
        float left = Math.Clamp(box.MidX - (plate.Width / 2), picture.Left, Math.Max(picture.Left, picture.Right - plate.Width));
        float top = Math.Clamp(box.Top, picture.Top, Math.Max(picture.Top, picture.Bottom - plate.Height));
        SKRect[] places =
        [
            SKRect.Create(new SKPoint(left, box.Bottom + Gap), plate),
            SKRect.Create(new SKPoint(left, box.Top - Gap - plate.Height), plate),
            SKRect.Create(new SKPoint(box.Right + Gap, top), plate),
            SKRect.Create(new SKPoint(box.Left - Gap - plate.Width, top), plate),
        ];
        int free = Array.FindIndex(places, place => picture.Contains(place) && !taken.Exists(place.IntersectsWith));
        return free >= 0 ? places[free] : SKRect.Create(
            new SKPoint(left, Math.Clamp(places[0].Top, picture.Top, Math.Max(picture.Top, picture.Bottom - plate.Height))), plate);
    }

    private SKSize PlateOf(RecognizedFace face, float font)
    {
        IReadOnlyList<ExpressionProbability> classes = ClassesOf(face);
        float names = classes.Max(entry => _letters.WidthOf(entry.Label, font));
        return new SKSize(names + _letters.WidthOf("  100 %", font) + (1.2f * font), (classes.Count * LineHeight * font) + (0.4f * font));
    }

    private void DrawPlate(SKCanvas canvas, SKRect plate, RecognizedFace face, SKColor color, float font)
    {
        using var ground = new SKPaint { Color = Ground, IsAntialias = true };
        using var bar = new SKPaint { Color = color.WithAlpha(0xA0), IsAntialias = true };
        canvas.DrawRoundRect(plate, font / 4, font / 4, ground);
        IReadOnlyList<ExpressionProbability> classes = ClassesOf(face);
        for (int row = 0; row < classes.Count; row++)
        {
            float top = plate.Top + (0.2f * font) + (row * LineHeight * font);
            canvas.DrawRect(
                SKRect.Create(plate.Left + (0.2f * font), top + (0.1f * font), (plate.Width - (0.4f * font)) * classes[row].Probability, 1.2f * font), bar);
            SKColor ink = classes[row].Label == face.Label ? SKColors.White : new SKColor(0xD0, 0xD4, 0xD8);
            string share = string.Create(CultureInfo.InvariantCulture, $"{100 * classes[row].Probability:F0} %");
            float baseline = top + (1.05f * font);
            _letters.Write(canvas, classes[row].Label, font, ink, plate.Left + (0.5f * font), baseline);
            _letters.Write(canvas, share, font, ink, plate.Right - (0.5f * font) - _letters.WidthOf(share, font), baseline);
        }
    }

    /// <summary>The label shown first, which in a video need not be the most probable one at once.</summary>
    private static IReadOnlyList<ExpressionProbability> ClassesOf(RecognizedFace face)
    {
        IReadOnlyList<ExpressionProbability> top = face.Prediction.Top(Math.Min(Top, face.Prediction.Labels.Count));
        return [new(face.Prediction.Labels.IndexOf(face.Label), face.Label, face.Probability), .. top.Where(entry => entry.Label != face.Label).Take(top.Count - 1)];
    }

    private static unsafe SKImage ToSkia(FaceImage image)
    {
        var info = new SKImageInfo(image.Width, image.Height, SKColorType.Rgb888x, SKAlphaType.Opaque);
        using SKData data = SKData.Create((long)info.BytesSize);
        Span<byte> target = new((void*)data.Data, info.BytesSize);
        ReadOnlySpan<byte> source = image.Pixels.Span;
        int channels = image.Channels;
        for (int from = 0, to = 0; from < source.Length; from += channels, to += 4)
        {
            target[to] = source[from];
            target[to + 1] = source[from + (channels / 3)];
            target[to + 2] = source[from + (channels / 3 * 2)];
            target[to + 3] = 255;
        }

        return SKImage.FromPixels(info, data);
    }
}
