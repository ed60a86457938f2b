using System.Globalization;
using FacialAttention;
using SkiaSharp;

namespace Recognize;

/// <summary>
/// Draws one face with what the network said of it: the face as the network is fed it, a panel for each attention layer whose cells are
/// coloured by their weight times the number of places, the scale of these colours, and the most probable classes.
/// </summary>
internal sealed class AttentionPicture : IDisposable
{
    private const int Margin = 24;
    private const int Gap = 20;
    private const int TitleHeight = 26;
    private const int NoteHeight = 44;
    private const int RowHeight = 28;
    private const int ScaleWidth = 16;
    private const int ScaleColumn = 104;
    private const int ShareColumn = 70;
    private const int LongestLabel = 240;
    private const int LongestBar = 420;
    private const int Top = 3;

    /// <summary>The side of a square panel; others have the same area.</summary>
    private const double PanelSide = 280;

    /// <summary>A picture that is longer is squeezed to this, as the network squeezes all pictures to its own size.</summary>
    private const double LongestAspect = 2.5;

    /// <summary>The colours reach from an eighth of the uniform weight to eight times it, the same in all pictures.</summary>
    private const double ScaleEnd = 8;

    private const int MostCover = 200; // of 255: the face stays visible
    private const int MostColdCover = 130;

    private const double LeastCellForNumbers = 30;

    private static readonly SKColor Ink = new(0x21, 0x25, 0x29);
    private static readonly SKColor PaleInk = new(0x6C, 0x75, 0x7D);
    private static readonly SKColor Track = new(0xE9, 0xEC, 0xEF);
    private static readonly SKColor More = new(0xF0, 0x5A, 0x00);
    private static readonly SKColor Less = new(0x0B, 0x3D, 0xC4);

    private readonly NetworkPreprocessing _preprocessing;
    private readonly Letters _letters = new();

    /// <summary>Pictures of faces that a network with this preprocessing saw.</summary>
    /// <exception cref="InvalidOperationException">No font is installed that has letters and numbers.</exception>
    public AttentionPicture(NetworkPreprocessing preprocessing) => _preprocessing = preprocessing;

    /// <summary>The picture as a PNG file.</summary>
    /// <param name="image">What was recognised.</param>
    /// <param name="box">The face in it; null for all of it.</param>
    /// <param name="prediction">What the network said, with its attention.</param>
    public byte[] Draw(FaceImage image, FaceBox? box, ExpressionPrediction prediction)
    {
        double aspect = Math.Clamp(
            box is { } face ? (double)face.Width / face.Height : (double)image.Width / image.Height, 1 / LongestAspect, LongestAspect);
        int width = (int)Math.Round(PanelSide * Math.Sqrt(aspect));
        int height = (int)Math.Round(PanelSide / Math.Sqrt(aspect));
        int panels = 1 + prediction.Attention.Count;
        int rows = Math.Min(Top, prediction.Labels.Count);
        int fullWidth = (2 * Margin) + (panels * (width + Gap)) + ScaleColumn;
        int fullHeight = (2 * Margin) + TitleHeight + height + NoteHeight + (rows * RowHeight);

        using SKImage gray = SKImage.FromPixelCopy(
            new SKImageInfo(width, height, SKColorType.Gray8, SKAlphaType.Opaque),
            new FacePreprocessor(new ImageSize(height, width)).ToGray(image, box));
        using SKSurface surface = SKSurface.Create(new SKImageInfo(fullWidth, fullHeight, SKColorType.Rgba8888, SKAlphaType.Premul));
        SKCanvas canvas = surface.Canvas;
        canvas.Clear(SKColors.White);
        var panel = SKRect.Create(Margin, Margin + TitleHeight, width, height);
        DrawPanel(canvas, gray, panel, "face");
        foreach (AttentionMap map in prediction.Attention)
        {
            panel.Offset(width + Gap, 0);
            DrawPanel(canvas, gray, panel, map.Layer.Replace('_', ' '));
            DrawMap(canvas, panel, map);
        }

        DrawScale(canvas, SKRect.Create(panel.Right + Gap, panel.Top, ScaleWidth, height));
        int places = prediction.Attention.Select(map => map.GridHeight * map.GridWidth).FirstOrDefault();
        _letters.Write(
            canvas, string.Create(CultureInfo.InvariantCulture, $"1 is the weight of each of {places} places if all have the same"), 11, PaleInk,
            Margin, panel.Bottom + 18);
        DrawClasses(canvas, prediction, rows, panel.Bottom + NoteHeight);
        canvas.Flush();
        using SKImage picture = surface.Snapshot();
        using SKData png = picture.Encode(SKEncodedImageFormat.Png, 100);
        return png.ToArray();
    }

    public void Dispose() => _letters.Dispose();

    private void DrawPanel(SKCanvas canvas, SKImage gray, SKRect panel, string title)
    {
        canvas.DrawImage(gray, panel);
        _letters.Write(canvas, title, 14, Ink, panel.Left, panel.Top - 9);
    }

    private void DrawMap(SKCanvas canvas, SKRect panel, AttentionMap map)
    {
        SKRect seen = SeenPart(panel);
        using (var veil = new SKPaint { Color = SKColors.White.WithAlpha(0xB0) })
        {
            canvas.Save();
            canvas.ClipRect(seen, SKClipOperation.Difference);
            canvas.DrawRect(panel, veil);
            canvas.Restore();
        }

        float cellWidth = seen.Width / map.GridWidth, cellHeight = seen.Height / map.GridHeight;
        using var line = new SKPaint { Color = SKColors.White.WithAlpha(0x60), Style = SKPaintStyle.Stroke, StrokeWidth = 1, IsAntialias = true };
        for (int row = 0; row < map.GridHeight; row++)
        {
            for (int column = 0; column < map.GridWidth; column++)
            {
                var cell = SKRect.Create(seen.Left + (column * cellWidth), seen.Top + (row * cellHeight), cellWidth, cellHeight);
                using var fill = new SKPaint { Color = ColorOf(map[row, column]), IsAntialias = false };
                canvas.DrawRect(cell, fill);
                canvas.DrawRect(cell, line);
                if (Math.Min(cellWidth, cellHeight * 1.5) >= LeastCellForNumbers)
                {
                    string number = map[row, column].ToString("F1", CultureInfo.InvariantCulture);
                    _letters.WriteOver(canvas, number, cell.Right - 4, cell.Bottom - 5);
                }
            }
        }
    }

    /// <summary>The part of a panel that the network sees: all, or the crop that it cuts out of the middle.</summary>
    private SKRect SeenPart(SKRect panel)
    {
        ImageSize size = _preprocessing.Size, crop = _preprocessing.Crop ?? size;
        float across = panel.Width / size.Width, down = panel.Height / size.Height;
        return SKRect.Create(
            panel.Left + ((size.Width - crop.Width) / 2 * across), // where a margin is odd, its smaller half is left and above
            panel.Top + ((size.Height - crop.Height) / 2 * down),
            crop.Width * across,
            crop.Height * down);
    }

    /// <summary>Nothing where a place has the uniform weight; the warmer the more than that, the colder the less.</summary>
    private static SKColor ColorOf(double timesUniform)
    {
        double way = Math.Clamp(Math.Log2(Math.Max(timesUniform, 1e-9)) / Math.Log2(ScaleEnd), -1, 1);
        return way > 0
            ? More.WithAlpha((byte)Math.Round(MostCover * way))
            : Less.WithAlpha((byte)Math.Round(MostColdCover * -way));
    }

    private void DrawScale(SKCanvas canvas, SKRect scale)
    {
        _letters.Write(canvas, "times uniform", 14, Ink, scale.Left, scale.Top - 9);
        scale.Inflate(0, -6); // room for the numbers at the ends
        using var ground = new SKPaint { Color = new SKColor(0x90, 0x90, 0x90) };
        canvas.DrawRect(scale, ground);
        for (int y = 0; y < scale.Height; y++)
        {
            double way = 1 - (2 * (y + 0.5) / scale.Height);
            using var fill = new SKPaint { Color = ColorOf(Math.Pow(ScaleEnd, way)), IsAntialias = false };
            canvas.DrawRect(SKRect.Create(scale.Left, scale.Top + y, scale.Width, 1), fill);
        }

        using var tick = new SKPaint { Color = PaleInk, StrokeWidth = 1 };
        foreach ((double value, string text) in new[]
        {
            (8, "8 or more"), (4, "4"), (2, "2"), (1, "1"), (0.5, "0.5"), (0.25, "0.25"), (0.125, "0.125 or less"),
        })
        {
            float y = scale.Top + (float)(scale.Height * 0.5 * (1 - (Math.Log2(value) / Math.Log2(ScaleEnd))));
            canvas.DrawLine(scale.Right, y, scale.Right + 4, y, tick);
            _letters.Write(canvas, text, 12, Ink, scale.Right + 8, y + 4);
        }
    }

    private void DrawClasses(SKCanvas canvas, ExpressionPrediction prediction, int rows, float top)
    {
        IReadOnlyList<ExpressionProbability> classes = prediction.Top(rows);
        float labels = Math.Min(classes.Max(entry => _letters.WidthOf(entry.Label, 14)), LongestLabel);
        float bar = Math.Min(LongestBar, canvas.DeviceClipBounds.Width - (2 * Margin) - labels - Gap - ShareColumn - ScaleColumn);
        using var track = new SKPaint { Color = Track, IsAntialias = true };
        for (int row = 0; row < rows; row++)
        {
            float middle = top + ((row + 0.5f) * RowHeight);
            _letters.Write(canvas, Shortened(classes[row].Label), 14, Ink, Margin, middle + 5);
            var all = SKRect.Create(Margin + labels + 12, middle - 8, bar, 16);
            canvas.DrawRect(all, track);
            using var fill = new SKPaint { Color = row == 0 ? Ink : PaleInk, IsAntialias = true };
            canvas.DrawRect(SKRect.Create(all.Left, all.Top, bar * classes[row].Probability, all.Height), fill);
            string share = string.Create(CultureInfo.InvariantCulture, $"{100 * classes[row].Probability:F1} %");
            _letters.Write(canvas, share, 14, Ink, all.Right + ShareColumn - _letters.WidthOf(share, 14), middle + 5);
            if (row == 0 && prediction.IsUncertain)
            {
                _letters.Write(canvas, "uncertain", 14, More, all.Right + ShareColumn + 12, middle + 5);
            }
        }
    }

    /// <summary>A label that is too long ends in dots.</summary>
    private string Shortened(string label)
    {
        string text = label;
        for (int length = label.Length - 1; length > 0 && _letters.WidthOf(text, 14) > LongestLabel; length--)
        {
            text = label[..length].TrimEnd() + "...";
        }

        return text;
    }
}
