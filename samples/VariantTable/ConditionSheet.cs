using FacialAttention;
using Recognize;
using SkiaSharp;

namespace VariantTable;

/// <summary><c>conditions</c>: a picture of one drawn face under all conditions, a row for each with the strengths from left to right.</summary>
internal static class ConditionSheet
{
    private const int Scale = 2; // of the face
    private const int Gap = 6;
    private const int LabelWidth = 148;
    private const int HeadHeight = 34;
    private const float LetterSize = 18;

    public static void Write(string path, long seed)
    {
        var size = new ImageSize(Height: 48, Width: 48);
        FaceImage face = SyntheticFaces.Draw(FacialExpression.Happy, identity: 8, variation: 1, size);
        var clean = new FaceDataset(face.Pixels.ToArray(), [0], size, ExpressionLabels.Fer2013);
        int tile = (Scale * size.Width) + Gap;
        var info = new SKImageInfo(LabelWidth + ((Corruption.MaxStrength + 1) * tile), HeadHeight + (TestedResult.Kinds.Length * tile));
        using SKSurface surface = SKSurface.Create(info);
        using var letters = new Letters();
        surface.Canvas.Clear(SKColors.White);
        for (int strength = 0; strength <= Corruption.MaxStrength; strength++)
        {
            string head = strength == 0 ? "clean" : $"{strength}";
            letters.Write(surface.Canvas, head, LetterSize, SKColors.Black, LabelWidth + (strength * tile) + ((tile - letters.WidthOf(head, LetterSize)) / 2), 22);
        }

        foreach ((int row, CorruptionKind kind) in TestedResult.Kinds.Index())
        {
            int top = HeadHeight + (row * tile);
            letters.Write(surface.Canvas, ConditionNames.Of(kind), LetterSize, SKColors.Black, Gap, top + (tile / 2) + (LetterSize / 3));
            for (int strength = 0; strength <= Corruption.MaxStrength; strength++)
            {
                FaceDataset shown = strength == 0 ? clean : new Corruption(kind, strength, seed).Apply(clean);
                Paint(surface.Canvas, shown, LabelWidth + (strength * tile), top);
            }
        }

        using SKImage image = surface.Snapshot();
        using SKData png = image.Encode(SKEncodedImageFormat.Png, 100);
        AtomicFile.Write(path, stream => png.SaveTo(stream));
        Console.WriteLine($"Drew {TestedResult.Kinds.Length} conditions at {Corruption.MaxStrength} strengths in {path}");
    }

    private static void Paint(SKCanvas canvas, FaceDataset face, int left, int top)
    {
        using SKImage image = SKImage.FromPixelCopy(
            new SKImageInfo(face.Size.Width, face.Size.Height, SKColorType.Gray8, SKAlphaType.Opaque), face.PixelsOf(0));
        canvas.DrawImage(image, new SKRect(left, top, left + (Scale * face.Size.Width), top + (Scale * face.Size.Height)));
    }
}
