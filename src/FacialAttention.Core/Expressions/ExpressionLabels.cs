using System.Collections.ObjectModel;
using System.ComponentModel;

namespace FacialAttention;

/// <summary>
/// The classes of a network or dataset: an ordered, immutable set of names. The position of a name is its class index.
/// </summary>
/// <remarks>
/// Two sets are equal when they hold the same names, letter for letter, in the same order. The set converts from and to text
/// (see <see cref="Parse"/>), so a configuration file can hold <c>"Labels": "Fer2013"</c> or <c>"Labels": "calm, tense"</c>.
/// It is deliberately no collection: configuration binding would append to one.
/// </remarks>
[TypeConverter(typeof(ExpressionLabelsConverter))]
public sealed class ExpressionLabels : IEquatable<ExpressionLabels>
{
    /// <summary>Class indices are stored as bytes.</summary>
    private const int MaxCount = 256;

    private readonly ReadOnlyCollection<string> _names;

    /// <summary>A label set of your own.</summary>
    /// <param name="names">
    /// 2 to 256 names in class order. White space around a name is dropped. No two may be the same, ignoring case, and none may be
    /// blank or contain a comma, a control character or half of a surrogate pair.
    /// </param>
    /// <exception cref="ArgumentNullException"><paramref name="names"/> or one of the names is null.</exception>
    /// <exception cref="ArgumentException">The names break one of the rules above.</exception>
    public ExpressionLabels(params IEnumerable<string> names)
    {
        ArgumentNullException.ThrowIfNull(names);
        string[] all = [.. names];
        int missing = Array.IndexOf(all, null);
        if (missing >= 0)
        {
            throw new ArgumentNullException(nameof(names), $"Label {missing} is null; expected a name.");
        }

        _names = Array.AsReadOnly(Array.ConvertAll(all, name => name.Trim()));
        if (FaultOf(_names) is string fault)
        {
            throw new ArgumentException(fault, nameof(names));
        }
    }

    private ExpressionLabels(ReadOnlyCollection<string> names) => _names = names;

    /// <summary>A set of names that may break the rules: then there is no set, and why.</summary>
    internal static (ExpressionLabels? Labels, string? Fault) TryCreate(string[] names)
    {
        ReadOnlyCollection<string> trimmed = Array.AsReadOnly(Array.ConvertAll(names, name => name.Trim()));
        string? fault = FaultOf(trimmed);
        return (fault is null ? new ExpressionLabels(trimmed) : null, fault);
    }

    /// <summary>The classes of FER2013: Angry, Disgust, Fear, Happy, Sad, Surprise, Neutral (0 to 6, as in its csv file).</summary>
    public static ExpressionLabels Fer2013 { get; } = new("Angry", "Disgust", "Fear", "Happy", "Sad", "Surprise", "Neutral");

    /// <summary>
    /// The seven emotions of CK+ in the order of its emotion codes 1 to 7: Angry, Contempt, Disgust, Fear, Happy, Sad, Surprise.
    /// The class index is the code minus 1; code 0, neutral, is no class of this set. The names are those of
    /// <see cref="FacialExpression"/>, where CK+ says anger, happy and sadness. Source: the text that CK+ is handed out with (Lucey et al., 2010):
    /// "0=neutral, 1=anger, 2=contempt, 3=disgust, 4=fear, 5=happy, 6=sadness, 7=surprise".
    /// </summary>
    public static ExpressionLabels CkPlus { get; } = new("Angry", "Contempt", "Disgust", "Fear", "Happy", "Sad", "Surprise");

    /// <summary>
    /// The eight classes of ckextended.csv, which is CK+ in the format of FER2013: those of FER2013, then Contempt (0 to 7, as in
    /// <see cref="FacialExpression"/>), not the order of CK+'s own codes. Source: the description that the file is published with on Kaggle:
    /// 0 anger, 1 disgust, 2 fear, 3 happiness, 4 sadness, 5 surprise, 6 neutral, 7 contempt; 920 faces, of them 593 neutral.
    /// </summary>
    public static ExpressionLabels CkExtended { get; } =
        new("Angry", "Disgust", "Fear", "Happy", "Sad", "Surprise", "Neutral", "Contempt");

    /// <summary>
    /// The eight emotions of FER+ in the order of the columns of its label file: Neutral, Happy, Surprise, Sad, Angry, Disgust, Fear,
    /// Contempt. The names are those of <see cref="FacialExpression"/>, where FER+ says happiness, sadness and anger.
    /// </summary>
    public static ExpressionLabels FerPlus { get; } =
        new("Neutral", "Happy", "Surprise", "Sad", "Angry", "Disgust", "Fear", "Contempt");

    /// <summary>The number of classes, 2 to 256.</summary>
    public int Count => _names.Count;

    /// <summary>The names in class order.</summary>
    public IReadOnlyList<string> Names => _names;

    /// <summary>The name of a class.</summary>
    /// <param name="index">0 to <see cref="Count"/> - 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such class.</exception>
    public string this[int index] => index >= 0 && index < Count
        ? _names[index]
        : throw new ArgumentOutOfRangeException(
            nameof(index), FormattableString.Invariant($"Got class index {index}; expected 0 to {Count - 1}."));

    /// <summary>Reads a label set from text.</summary>
    /// <param name="text"><c>Fer2013</c>, <c>CkPlus</c>, <c>CkExtended</c>, <c>FerPlus</c> (upper or lower case), or names separated by commas.</param>
    /// <exception cref="ArgumentNullException"><paramref name="text"/> is null.</exception>
    /// <exception cref="ArgumentException">The text is neither.</exception>
    public static ExpressionLabels Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        string trimmed = text.Trim();
        foreach ((string name, ExpressionLabels labels) in Presets())
        {
            if (trimmed.Equals(name, StringComparison.OrdinalIgnoreCase))
            {
                return labels;
            }
        }

        if (!trimmed.Contains(','))
        {
            throw new ArgumentException(
                $"The label set is {Excerpt.Name(text)}; expected {string.Join(", ", Presets().Select(preset => preset.Name))}, "
                + "or at least two names separated by commas.",
                nameof(text));
        }

        return new ExpressionLabels(trimmed.Split(','));
    }

    /// <summary>The class index of a name, ignoring case; -1 when the set has no such name.</summary>
    /// <param name="name">The name to find.</param>
    /// <exception cref="ArgumentNullException"><paramref name="name"/> is null.</exception>
    public int IndexOf(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        for (int i = 0; i < _names.Count; i++)
        {
            if (_names[i].Equals(name, StringComparison.OrdinalIgnoreCase))
            {
                return i;
            }
        }

        return -1;
    }

    /// <summary>
    /// The expression that a class stands for: the member of <see cref="FacialExpression"/> with the same name, ignoring case; null
    /// when the class has a name of its own.
    /// </summary>
    /// <param name="index">0 to <see cref="Count"/> - 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such class.</exception>
    public FacialExpression? ExpressionAt(int index)
    {
        string name = this[index];
        foreach (FacialExpression expression in Enum.GetValues<FacialExpression>())
        {
            if (name.Equals(expression.ToString(), StringComparison.OrdinalIgnoreCase))
            {
                return expression;
            }
        }

        return null;
    }

    /// <inheritdoc/>
    public bool Equals(ExpressionLabels? other) => other is not null && _names.SequenceEqual(other._names, StringComparer.Ordinal);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as ExpressionLabels);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (string name in _names)
        {
            hash.Add(name, StringComparer.Ordinal);
        }

        return hash.ToHashCode();
    }

    /// <summary>The text that <see cref="Parse"/> reads: the preset's name, or the names separated by commas.</summary>
    public override string ToString()
    {
        foreach ((string name, ExpressionLabels labels) in Presets())
        {
            if (Equals(labels))
            {
                return name;
            }
        }

        return string.Join(", ", _names);
    }

    /// <summary>What is wrong with trimmed names and what was expected; null when nothing is.</summary>
    private static string? FaultOf(ReadOnlyCollection<string> names)
    {
        if (names.Count is < 2 or > MaxCount)
        {
            return FormattableString.Invariant($"Got {names.Count} label names; expected 2 to {MaxCount}.");
        }

        var places = new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase);
        for (int i = 0; i < names.Count; i++)
        {
            string name = names[i];
            string? fault = name.Length == 0 ? "is blank; expected a name."
                : name.Any(c => c == ',' || char.IsControl(c)) ? $"is {Excerpt.Name(name)}; expected a name without commas and control characters."
                : !UnicodeText.IsWhole(name) ? "has half of a surrogate pair; expected a name of whole Unicode characters."
                : !places.TryAdd(name, i)
                    ? $"is {Excerpt.Name(name)}, which is label {places[name]} already; expected different names, ignoring case." : null;
            if (fault is not null)
            {
                return $"Label {i} {fault}";
            }
        }

        return null;
    }

    private static (string Name, ExpressionLabels Labels)[] Presets() =>
    [
        (nameof(Fer2013), Fer2013), (nameof(CkPlus), CkPlus), (nameof(CkExtended), CkExtended), (nameof(FerPlus), FerPlus),
    ];
}
