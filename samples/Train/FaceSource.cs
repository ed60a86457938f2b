using FacialAttention;
using Samples;

namespace Train;

/// <summary>Where faces come from.</summary>
/// <param name="Path">A FER2013 csv or csv.gz, or a folder of faces; null for drawn faces.</param>
/// <param name="Split">"official", "8:2" or null for what the data suggests.</param>
/// <param name="SkipsBad">Whether images of a folder that cannot be used are told and left out.</param>
internal sealed record FaceSource(string? Path, string? Split, bool SkipsBad)
{
    private static readonly string[] CsvParts = ["Training", "PublicTest", "PrivateTest"]; // as SplitPart
    private static readonly string[] FolderParts = ["train", "validation", "test"]; // as SplitPart
    private const string AllParts = "all";

    public string Name => Path is null ? nameof(SyntheticFaces) : Directory.Exists(Path) ? "folder" : "FER2013";

    /// <summary>Reads what to train on and what to select on; images of a folder are brought to the given size.</summary>
    public DatasetSplit ReadSplit(int width, int height, CancellationToken cancellationToken)
    {
        DatasetSplit faces = ReadSplit(Path, new FacePreprocessor(width, height), Console.Out, cancellationToken);
        CheckSize(faces.Training, width, height);
        return faces;
    }

    /// <summary>Reads the faces of one part, or of all.</summary>
    public FaceDataset ReadPart(string part, int width, int height, CancellationToken cancellationToken)
    {
        string path = Path!;
        FaceDataset faces = Directory.Exists(path)
            ? PartOf(ReadSplit(path, new FacePreprocessor(width, height), Console.Error, cancellationToken), part)
            : Fer2013Reader.ReadPart(path, PartNamed(part, CsvParts), cancellationToken: cancellationToken);
        CheckSize(faces, width, height);
        return faces;
    }

    private DatasetSplit ReadSplit(string? path, FacePreprocessor preprocessor, TextWriter notes, CancellationToken cancellationToken)
    {
        if (path is null)
        {
            return DrawnFaces.Read();
        }

        if (!Directory.Exists(path))
        {
            return Split == "8:2"
                ? Fer2013Reader.ReadStratified(path, cancellationToken: cancellationToken)
                : Fer2013Reader.Read(path, cancellationToken: cancellationToken);
        }

        bool isDivided = Split is null
            ? Directory.EnumerateDirectories(path)
                .Any(folder => System.IO.Path.GetFileName(folder).Equals(FolderParts[0], StringComparison.OrdinalIgnoreCase))
            : Split == "official";
        FaceFolder read = isDivided
            ? FaceFolderReader.Read(path, preprocessor, SkipsBad, cancellationToken: cancellationToken)
            : FaceFolderReader.ReadStratified(path, preprocessor: preprocessor, skipBad: SkipsBad, cancellationToken: cancellationToken);
        foreach (BadImage bad in read.BadImages)
        {
            notes.WriteLine($"Left out {bad.Path}: {bad.Reason}");
        }

        return read.Split;
    }

    private FaceDataset PartOf(DatasetSplit faces, string part) => PartNamed(part, FolderParts) switch
    {
        SplitPart.Training => faces.Training,
        SplitPart.Validation => faces.Validation,
        SplitPart.Test => faces.Test ?? throw new InvalidDataException($"'{Path}' has no folder test; expected one for --split test."),
        _ => Joined([faces.Training, faces.Validation, .. faces.Test is null ? [] : new[] { faces.Test }]),
    };

    /// <summary>Null for all parts.</summary>
    private SplitPart? PartNamed(string name, string[] names)
    {
        int index = Array.IndexOf(names, name);
        return index >= 0 ? (SplitPart)index : name == AllParts ? null : throw new ArgumentException(
            $"--split is {name} while '{Path}' is a {(names == CsvParts ? "FER2013 file" : "folder")}; "
            + $"expected {string.Join(", ", names)} or {AllParts}.");
    }

    private void CheckSize(FaceDataset faces, int width, int height)
    {
        if (faces.Height != height || faces.Width != width)
        {
            throw new ArgumentException(
                FormattableString.Invariant($"The faces of {Name} are {faces.Height} x {faces.Width} pixels (height x width); ")
                + FormattableString.Invariant($"the network expects {height} x {width}."));
        }
    }

    private static FaceDataset Joined(FaceDataset[] parts) => new(
        [.. parts.SelectMany(part => part.Pixels.ToArray())],
        [.. parts.SelectMany(part => part.LabelIndices.ToArray())],
        parts[0].Height,
        parts[0].Width,
        parts[0].Labels);
}
