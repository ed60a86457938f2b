using SkiaSharp;

namespace Recognize;

/// <summary>Writes words and numbers into pictures, by a font of the system.</summary>
internal sealed class Letters : IDisposable
{
    private readonly SKTypeface _typeface;

    /// <summary>Looks for a font.</summary>
    /// <exception cref="InvalidOperationException">No font is installed that has letters and numbers.</exception>
    public Letters()
    {
        SKFontManager fonts = SKFontManager.Default;
        string[] wanted = ["Segoe UI", "Helvetica Neue", "DejaVu Sans", "Liberation Sans", "Noto Sans", "Arial"];
        _typeface = wanted.Intersect(fonts.FontFamilies).Concat(fonts.FontFamilies)
            .Select(fonts.MatchFamily)
            .FirstOrDefault(typeface => typeface?.ContainsGlyphs("Happy 0123456789.%") == true)
            ?? throw new InvalidOperationException(
                "No font is installed, and pictures without words and numbers say nothing; expected one, for example of Debian's package fonts-dejavu-core.");
    }

    public void Dispose() => _typeface.Dispose();

    public void Write(SKCanvas canvas, string text, float size, SKColor color, float left, float baseline)
    {
        using SKFont font = FontFor(text, size);
        using var paint = new SKPaint { Color = color, IsAntialias = true };
        canvas.DrawText(text, left, baseline, font, paint);
    }

    /// <summary>White with a dark rim, to be read on any gray and any colour.</summary>
    public void WriteOver(SKCanvas canvas, string text, float right, float baseline)
    {
        const float Size = 12;
        using SKFont font = FontFor(text, Size);
        using var rim = new SKPaint
        {
            Color = SKColors.Black.WithAlpha(0xB0), IsAntialias = true, Style = SKPaintStyle.Stroke, StrokeWidth = 2.5f, StrokeJoin = SKStrokeJoin.Round,
        };
        using var paint = new SKPaint { Color = SKColors.White, IsAntialias = true };
        float left = right - WidthOf(text, Size);
        canvas.DrawText(text, left, baseline, font, rim);
        canvas.DrawText(text, left, baseline, font, paint);
    }

    public float WidthOf(string text, float size)
    {
        using SKFont font = FontFor(text, size);
        return font.MeasureText(font.Typeface.GetGlyphs(text));
    }

    /// <summary>The font, or one that has the letters which it lacks.</summary>
    private SKFont FontFor(string text, float size)
    {
        SKTypeface typeface = _typeface;
        if (!_typeface.ContainsGlyphs(text))
        {
            int missing = text.EnumerateRunes().Select(rune => rune.Value).FirstOrDefault(letter => !_typeface.ContainsGlyph(letter));
            typeface = SKFontManager.Default.MatchCharacter(missing) ?? _typeface;
        }

        return new SKFont(typeface, size) { Edging = SKFontEdging.Antialias, Subpixel = true };
    }
}
