using System.Globalization;
using System.Text;

namespace FacialAttention;

/// <summary>The text files of CK+: emotions and landmarks. What is wrong with one is said as the end of a sentence that begins with its name.</summary>
internal static class CkPlusText
{
    /// <summary>The codes of the emotions; 0, neutral, labels no sequence.</summary>
    public const string Codes = "1 anger, 2 contempt, 3 disgust, 4 fear, 5 happy, 6 sadness or 7 surprise";

    public const int LastCode = 7;

    private const int MostEmotionBytes = 1024;
    private const int MostLandmarkBytes = 64 * 1024;
    private const double MostOutside = 0.1; // of the picture's side, beyond its edge: a chin that is cut off

    private static int Points => LandmarkScheme.Points68.Count;

    /// <summary>Reads the code of a sequence's emotion, as in "   3.0000000e+00".</summary>
    public static (int Code, string? Fault) ReadEmotion(string path)
    {
        (string text, string? fault) = Read(path, MostEmotionBytes);
        string[] words = Words(text);
        if (fault is not null || words.Length == 0)
        {
            return (0, fault ?? $"is empty; expected the number of an emotion, {Codes}.");
        }

        return words.Length == 1
            && double.TryParse(words[0], NumberStyles.Float, CultureInfo.InvariantCulture, out double value)
            && value is >= 1 and <= LastCode && value == Math.Floor(value)
            ? ((int)value, null)
            : (0, $"says {Excerpt.Of(text.Trim())}; expected the number of an emotion, {Codes}: a sequence without one has no such file.");
    }

    /// <summary>Reads 68 points, each a line of x and y in pixels of the picture.</summary>
    /// <param name="path">The file.</param>
    /// <param name="picture">The size of the picture; a point may lie outside by a tenth of it.</param>
    /// <returns>x then y of each point.</returns>
    public static (float[] Points, string? Fault) ReadLandmarks(string path, ImageSize picture)
    {
        (string text, string? fault) = Read(path, MostLandmarkBytes);
        if (fault is not null)
        {
            return ([], fault);
        }

        string[] lines = [.. text.Split('\n').Select(line => line.Trim()).Where(line => line.Length > 0)];
        if (lines.Length != Points)
        {
            return ([], FormattableString.Invariant($"has {lines.Length} points; expected {Points}, each a line of x and y."));
        }

        var points = new float[2 * Points];
        for (int i = 0; i < Points; i++)
        {
            string[] words = Words(lines[i]);
            if (words.Length != 2 || !TryParse(words[0], out points[2 * i]) || !TryParse(words[1], out points[(2 * i) + 1]))
            {
                return ([], FormattableString.Invariant($"has {Excerpt.Of(lines[i])} as point {i + 1}; expected x and y, two finite numbers."));
            }

            if (!IsNear(points[2 * i], picture.Width) || !IsNear(points[(2 * i) + 1], picture.Height))
            {
                return ([], FormattableString.Invariant(
                    $"has point {i + 1} at ({points[2 * i]}, {points[(2 * i) + 1]}); expected one in the picture of {picture.Width} x {picture.Height} pixels."));
            }
        }

        return (points, null);
    }

    private static bool IsNear(float place, int side) => place >= -MostOutside * side && place <= (1 + MostOutside) * side;

    private static bool TryParse(string word, out float value) =>
        float.TryParse(word, NumberStyles.Float, CultureInfo.InvariantCulture, out value) && float.IsFinite(value);

    private static string[] Words(string text) => text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);

    private static (string Text, string? Fault) Read(string path, int mostBytes)
    {
        try
        {
            using FileStream file = InputFile.Open(path, "a text file", timeout: InputFile.PipeTimeout);
            var bytes = new byte[mostBytes + 1];
            int count = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            return count <= mostBytes
                ? (Encoding.UTF8.GetString(bytes, 0, count), null)
                : ("", FormattableString.Invariant($"has more than {mostBytes} bytes; expected a short text."));
        }
        catch (IOException exception)
        {
            return ("", $"cannot be read; expected a text file. {Excerpt.Names([exception.Message])}");
        }
    }
}
