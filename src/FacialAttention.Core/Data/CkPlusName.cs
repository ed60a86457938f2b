using System.Globalization;
using System.Text.RegularExpressions;

namespace FacialAttention;

/// <summary>What the name of a file of CK+ says, "S005_001_00000011": subject 5, its first sequence, frame 11.</summary>
internal readonly partial record struct CkPlusName(int Subject, int Sequence, int Frame) : IComparable<CkPlusName>
{
    public const string Form = "S###_###_########";

    /// <summary>The sequence that it is of.</summary>
    public (int Subject, int Sequence) Key => (Subject, Sequence);

    /// <summary>By subject, then sequence, then frame.</summary>
    public int CompareTo(CkPlusName other) => (Subject, Sequence, Frame).CompareTo((other.Subject, other.Sequence, other.Frame));

    /// <summary>The name as CK+ writes it.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"S{Subject:D3}_{Sequence:D3}_{Frame:D8}");

    /// <summary>Reads the name of a file without what follows the form, in upper or lower case.</summary>
    /// <param name="stem">The name without <paramref name="suffix"/> and ending.</param>
    /// <param name="suffix">What comes after the frame's number, as in "_emotion".</param>
    public static CkPlusName? TryParse(string stem, string suffix = "")
    {
        Match match = stem.EndsWith(suffix, StringComparison.OrdinalIgnoreCase) ? Stem().Match(stem[..^suffix.Length]) : Match.Empty;
        return match.Success ? new CkPlusName(NumberOf(match.Groups[1]), NumberOf(match.Groups[2]), NumberOf(match.Groups[3])) : null;
    }

    /// <summary>The number in the name of a subject's folder, "S005", or null.</summary>
    public static int? SubjectOf(string folder) => SubjectFolder().Match(folder) is { Success: true } match ? NumberOf(match.Groups[1]) : null;

    /// <summary>The number in the name of a sequence's folder, "001", or null.</summary>
    public static int? SequenceOf(string folder) => SequenceFolder().Match(folder) is { Success: true } match ? NumberOf(match.Groups[1]) : null;

    private static int NumberOf(Group digits) => int.Parse(digits.ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^S([0-9]{1,6})_([0-9]{1,6})_([0-9]{1,9})\z", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex Stem();

    [GeneratedRegex(@"^S([0-9]{1,6})\z", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex SubjectFolder();

    [GeneratedRegex(@"^([0-9]{1,6})\z", RegexOptions.CultureInvariant)]
    private static partial Regex SequenceFolder();
}
