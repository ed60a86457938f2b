using FacialAttention;
using Samples;

namespace Train;

/// <summary>Where faces come from.</summary>
/// <param name="Path">A FER2013 csv or csv.gz, or a folder of faces; null for drawn faces.</param>
/// <param name="Split">"official", "8:2" or null for what the data suggests.</param>
/// <param name="SkipsBad">Whether images of a folder that cannot be used are listed and left out.</param>
/// <param name="Labels">The classes of a csv; null for those of FER2013.</param>
/// <param name="VotesPath">The votes of FER+ for the rows of a csv, which then has its labels; null for none.</param>
/// <param name="TrainingRule">How votes become labels to train on; what is measured has labels by strict majority.</param>
/// <param name="Protocol">How CK+ is divided, which the folder then is; null for other data.</param>
internal sealed record FaceSource(
    string? Path,
    string? Split,
    bool SkipsBad,
    ExpressionLabels? Labels,
    string? VotesPath = null,
    FerPlusRule TrainingRule = FerPlusRule.Votes,
    CkPlusProtocol? Protocol = null)
{
    private static readonly string[] CsvParts = ["Training", "PublicTest", "PrivateTest"]; // as SplitPart
    private static readonly string[] FolderParts = ["train", "validation", "test"]; // as SplitPart
    private static readonly string[] TrainNames = ["train", "training"];
    private const string AllParts = "all";

    public string Name => Path is null ? DataNames.Drawn : Protocol is not null ? CkPlusData.NameOf(Path) : IsFolder ? "folder"
        : VotesPath is null ? DataNames.Fer2013 : DataNames.FerPlus;

    public bool IsFolder => Directory.Exists(Path);

    /// <summary>Reads what to train on and what to select on; images of a folder are brought to the given size.</summary>
    public DatasetSplit ReadSplit(ImageSize size, CancellationToken cancellationToken)
    {
        DatasetSplit faces = DataNotes.Read(() => Protocol is not null
            ? CkPlusData.ReadSplit(Path!, Protocol, size, Console.Out, cancellationToken)
            : ReadSplit(new FacePreprocessor(size), cancellationToken));
        CheckSize(faces.Training, size);
        DataNotes.NoteMissingClasses(faces.Training);
        return faces;
    }

    /// <summary>Reads the faces of one part, or of all.</summary>
    public FaceDataset ReadPart(string part, ImageSize size, CancellationToken cancellationToken)
    {
        FaceDataset faces = DataNotes.Read(() => Protocol is not null
            ? ReadCkPlusPart(Path!, Protocol, PartNamed(part, FolderParts), size, cancellationToken)
            : ReadPart(part, new FacePreprocessor(size), cancellationToken));
        CheckSize(faces, size);
        return faces;
    }

    /// <summary>Refuses an output folder among the faces, which the next run would take for a class.</summary>
    public void CheckOutput(string? outputFolder)
    {
        if (outputFolder is null || Path is null || !IsFolder)
        {
            return;
        }

        string inside = System.IO.Path.GetRelativePath(Path, outputFolder);
        if (inside.Split(System.IO.Path.DirectorySeparatorChar)[0] != ".." && !System.IO.Path.IsPathRooted(inside))
        {
            throw new ArgumentException($"--output '{outputFolder}' lies in the folder of faces '{Path}'; expected a folder outside it.");
        }
    }

    private DatasetSplit ReadSplit(FacePreprocessor preprocessor, CancellationToken cancellationToken)
    {
        if (Path is null)
        {
            return DrawnFaces.Read();
        }

        if (VotesPath is not null)
        {
            FerPlusFaces joined = FerPlusReader.Read(
                Path, VotesPath, TrainingRule, note: Console.WriteLine, cancellationToken: cancellationToken);
            NoteLabelFile(joined.LabelFile, Console.Out);
            return joined.Split;
        }

        if (!IsFolder)
        {
            return Split == "8:2"
                ? Fer2013Reader.ReadStratified(Path, labels: Labels, note: Console.WriteLine, cancellationToken: cancellationToken)
                : Fer2013Reader.Read(Path, Labels, Console.WriteLine, cancellationToken: cancellationToken);
        }

        NoteCkPlus(Path, Console.Out);
        bool isDivided = Split is null
            ? Directory.EnumerateDirectories(Path)
                .Any(folder => TrainNames.Contains(System.IO.Path.GetFileName(folder), StringComparer.OrdinalIgnoreCase))
            : Split == "official";
        FaceFolder read = isDivided
            ? FaceFolderReader.Read(Path, preprocessor, SkipsBad, cancellationToken: cancellationToken)
            : FaceFolderReader.ReadStratified(Path, preprocessor: preprocessor, skipBad: SkipsBad, cancellationToken: cancellationToken);
        NoteLeftOut(read.BadImages, Console.Out);
        return read.Split;
    }

    private FaceDataset ReadPart(string part, FacePreprocessor preprocessor, CancellationToken cancellationToken)
    {
        string path = Path!;
        if (VotesPath is not null)
        {
            (FaceDataset labelled, FerPlusLabelFile file) = FerPlusReader.ReadPart(
                path, VotesPath, PartNamed(part, CsvParts), note: Console.Error.WriteLine, cancellationToken: cancellationToken);
            NoteLabelFile(file, Console.Error);
            return labelled;
        }

        if (!IsFolder)
        {
            return Fer2013Reader.ReadPart(
                path, PartNamed(part, CsvParts), Labels, Console.Error.WriteLine, cancellationToken: cancellationToken);
        }

        NoteCkPlus(path, Console.Error);
        (FaceDataset faces, IReadOnlyList<BadImage> badImages) = FaceFolderReader.ReadPart(
            path, PartNamed(part, FolderParts), preprocessor, SkipsBad, cancellationToken: cancellationToken);
        NoteLeftOut(badImages, Console.Error);
        return faces;
    }

    private static FaceDataset ReadCkPlusPart(
        string path, CkPlusProtocol protocol, SplitPart? part, ImageSize size, CancellationToken cancellationToken)
    {
        if (part is null)
        {
            return CkPlusData.Read(path, size, Console.Error, cancellationToken).Faces;
        }

        DatasetSplit faces = CkPlusData.ReadSplit(path, protocol, size, Console.Error, cancellationToken);
        return part switch
        {
            SplitPart.Training => faces.Training,
            SplitPart.Validation => faces.Validation,
            _ => faces.Test ?? throw new ArgumentException("--split is test with --protocol paper, which has none; expected train, validation or all."),
        };
    }

    /// <summary>A folder of CK+ that was not named as one: class folders are read as any others, with persons in both parts.</summary>
    private static void NoteCkPlus(string path, TextWriter notes)
    {
        switch (CkPlusReader.FindLayout(path))
        {
            case CkPlusLayout.Distributed:
                throw new ArgumentException($"'{path}' is CK+ as it is handed out; expected --protocol subject or paper, which say how it is divided.");
            case CkPlusLayout.Cropped:
                notes.WriteLine(SampleProgram.Escaped(
                    $"'{path}' looks like CK+48, and is read as any folder of classes. --protocol subject divides it by persons"));
                break;
        }
    }

    private void NoteLabelFile(FerPlusLabelFile file, TextWriter notes)
    {
        string? what = file switch
        {
            FerPlusLabelFile.Fer2013New => null, // what everybody has
            FerPlusLabelFile.LabelCsv => "the votes of label.csv, not those of fer2013new.csv, from which they differ in more than a thousand rows",
            _ => "votes of an unknown label file: not those of all Training and all PublicTest rows of fer2013new.csv or label.csv",
        };
        if (what is not null)
        {
            notes.WriteLine(SampleProgram.Escaped($"'{VotesPath}' has {what}"));
        }
    }

    private static void NoteLeftOut(IReadOnlyList<BadImage> badImages, TextWriter notes)
    {
        foreach (BadImage bad in badImages)
        {
            notes.WriteLine(SampleProgram.Escaped($"Left out {bad.Path}: {bad.Reason}"));
        }
    }

    /// <summary>Null for all parts.</summary>
    private SplitPart? PartNamed(string name, string[] names)
    {
        int index = Array.IndexOf(names, name);
        return index >= 0 ? (SplitPart)index : name == AllParts ? null : throw new ArgumentException(
            $"--split is {name} while '{Path}' is a {(names == CsvParts ? "FER2013 file" : "folder")}; "
            + $"expected {string.Join(", ", names)} or {AllParts}.");
    }

    private void CheckSize(FaceDataset faces, ImageSize size)
    {
        if (faces.Size != size)
        {
            throw new ArgumentException(
                $"The faces of {Name} are {faces.Size} pixels (height x width); the network expects {size}.");
        }
    }
}
