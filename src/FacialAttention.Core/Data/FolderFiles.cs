using System.Text.RegularExpressions;

namespace FacialAttention;

/// <summary>What the names of files and folders say: an image, a usual companion of images, a part of the data, or something else than faces.</summary>
internal static partial class FolderFiles
{
    /// <summary>The endings of images, for messages.</summary>
    public const string ImageEndings = "png|jpg|webp|bmp|gif";

    private static readonly string[][] PartNames = // in the order of SplitPart; the first stands in messages
    [
        ["train", "training", "trainset", "train_set"],
        ["validation", "val", "valid", "dev", "publictest", "validation_set", "valset", "val_set"],
        ["test", "testing", "privatetest", "testset", "test_set"],
    ];

    private static readonly HashSet<string> Images = new(StringComparer.OrdinalIgnoreCase)
    {
        ".png", ".jpg", ".jpeg", ".jpe", ".jfif", ".jfi", ".jif", ".webp", ".bmp", ".dib", ".gif",
    };

    private static readonly HashSet<string> Companions = new(StringComparer.OrdinalIgnoreCase)
    {
        ".txt", ".csv", ".tsv", ".json", ".jsonl", ".xml", ".yaml", ".yml", ".db", ".ini", ".md", ".rst", ".html", ".bib", ".safetensors",
        ".log", ".py", ".sh", ".ps1", ".bat", ".lnk",
    };

    private static readonly HashSet<string> CompanionNames = new(StringComparer.OrdinalIgnoreCase) { "README", "LICENSE", "LICENCE", "Makefile" };

    private static readonly string[] RunOutputs = ["results.json", "history.json", "checkpoint.safetensors", "run.resume"];

    /// <summary>Which part a folder is by its name; -1 for none.</summary>
    public static int PartOf(string name) =>
        Array.FindIndex(PartNames, names => names.Contains(name, StringComparer.OrdinalIgnoreCase));

    /// <summary>What a part is called in messages.</summary>
    public static string NameOf(SplitPart part) => PartNames[(int)part][0];

    public static bool IsImage(string name) => Images.Contains(Path.GetExtension(name));

    /// <summary>Whether a file usually stands beside images and holds none.</summary>
    public static bool IsCompanion(string name) => Companions.Contains(Path.GetExtension(name)) || CompanionNames.Contains(name);

    /// <summary>What a folder is instead of a class of faces if it has such a file; null if the file does not say.</summary>
    public static string? OtherUseOf(string name)
    {
        if (name.EndsWith(".resume", StringComparison.OrdinalIgnoreCase) || RunOutputs.Contains(name, StringComparer.OrdinalIgnoreCase))
        {
            return "as the output of a training run has; expected outputs outside the folder of faces";
        }

        return name.Equals("label.csv", StringComparison.OrdinalIgnoreCase)
            ? "as FER+ has, whose labels are not the names of folders; expected a folder for each class"
            : null;
    }

    /// <summary>Names that are files of a set known to be handed out flat, the class in the file's name.</summary>
    public static bool IsJaffe(string name) => JaffeName().IsMatch(name);

    /// <summary>The files counted by ending, the most first, as in "7 .abc, 3 .xyz".</summary>
    public static string Count(IEnumerable<string> paths)
    {
        string[] counts =
        [
            .. paths.GroupBy(path => Path.GetExtension(path).ToLowerInvariant())
                .OrderByDescending(group => group.Count()).ThenBy(group => group.Key, StringComparer.Ordinal)
                .Select(group => FormattableString.Invariant($"{group.Count()} {(group.Key.Length > 0 ? group.Key : "without an ending")}")),
        ];
        return Excerpt.Names(counts);
    }

    [GeneratedRegex(@"^[A-Z0-9]{2}\.(AN|DI|FE|HA|NE|SA|SU)\d\.", RegexOptions.CultureInvariant)]
    private static partial Regex JaffeName();
}
