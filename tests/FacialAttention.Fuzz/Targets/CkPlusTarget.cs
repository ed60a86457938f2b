using System.Text;
using FacialAttention.Fuzz.Mutations;
using Samples;

namespace FacialAttention.Fuzz.Targets;

/// <summary><see cref="CkPlusReader"/> on both layouts: names, labels, landmarks and pictures.</summary>
internal sealed class CkPlusTarget : Target
{
    private const int Depth = 4;

    private static readonly string[] Names =
    [
        "S005", "s006", "S", "005", "001", "1", "first", "cohn-kanade-images", "Emotion", "Emotion_labels", "Landmarks", "CK+48", "anger", "Happy", "neutral",
        "bored", "S005_001_00000001.png", "S005_001_00000099.PNG", "S999999_1_1.jpg", "S5_1_999999999.png", "S005_001_00000001_emotion.txt",
        "S005_001_00000004_emotion.txt", "S005_001_00000002_landmarks.txt", ".DS_Store", "Thumbs.db", "x.png", "x.txt", "a\nb", new string('n', 255),
    ];

    private static readonly string[] Targets = ["missing", ".", "..", "../..", "/dev/null", "/dev/zero", "link"];

    private static readonly string[] Labels =
        ["", " ", "0.0000000e+00", "   8.0000000e+00", "NaN", "1e400", "3 3", "happy", "\0\0", "   7.0000000e+00", "\uFEFF3", "3\n\n", new string('3', 5000)];

    private readonly (string Path, byte[] Content)[] _distributed = Draw(CkPlusLayout.Distributed);
    private readonly (string Path, byte[] Content)[] _cropped = Draw(CkPlusLayout.Cropped);

    public override string Name => "ckplus";

    public override IReadOnlyList<Type> Documented { get; } =
        [typeof(DirectoryNotFoundException), typeof(IOException), typeof(InvalidDataException)];

    public override void Write(string path, Dice dice)
    {
        var tree = new FolderTree(path, Depth);
        (string Path, byte[] Content)[] files = dice.OneIn(3) ? _cropped : _distributed;
        int spoilt = dice.OneIn(2) ? dice.Below(files.Length) : -1;
        for (int i = 0; i < files.Length; i++)
        {
            tree.AddFile(files[i].Path, i == spoilt ? Spoil(dice, files[i].Path, files[i].Content) : files[i].Content);
        }

        for (int changes = dice.Below(3); changes > 0; changes--)
        {
            Mutate(dice, tree);
        }
    }

    public override void Read(string path, Dice dice)
    {
        var options = new CkPlusOptions
        {
            FramesPerSequence = 1 + dice.Below(4),
            IncludesNeutral = dice.OneIn(4),
            IncludesLandmarks = dice.OneIn(4),
            Preprocessor = new FacePreprocessor(new ImageSize(1 + dice.Below(64), 1 + dice.Below(64))),
        };
        CkPlusFaces read = CkPlusReader.Read(path, options);
        if (read.Faces.Columns.Subjects is null || read.Faces.Columns.Landmarks is null == options.IncludesLandmarks || read.Sequences < 1)
        {
            throw new BrokenPromiseException($"{read.Faces.Count} faces of {read.Sequences} sequences were read without subjects or landmarks.");
        }

        if (CkPlusReader.FindLayout(path) is { } layout && layout != read.Layout)
        {
            throw new BrokenPromiseException($"A folder that was read as {read.Layout} is found to be {layout}.");
        }
    }

    private static byte[] Spoil(Dice dice, string path, byte[] content) => path.EndsWith("_emotion.txt", StringComparison.Ordinal) && dice.OneIn(2)
        ? Encoding.UTF8.GetBytes(dice.Pick(Labels))
        : ByteMutations.Mutate(dice, content, content);

    private static void Mutate(Dice dice, FolderTree tree)
    {
        string place = tree.Pick(dice);
        string name = dice.Pick(Names);
        switch (dice.Below(7))
        {
            case 0:
                tree.Delete(place);
                break;
            case 1:
                tree.Rename(place, name);
                break;
            case 2:
                tree.AddFolder(tree.In(place, name));
                break;
            case 3:
                tree.AddFile(tree.In(place, name), dice.Bytes(dice.Below(40)));
                break;
            case 4:
                tree.AddLink(tree.In(place, name), dice.Pick(Targets), isFolder: dice.OneIn(2));
                break;
            case 5:
                tree.AddPipe(tree.In(place, name));
                break;
            default:
                tree.ReplaceByFile(place, dice.OneIn(2) ? [] : dice.Bytes(dice.Below(40)));
                break;
        }
    }

    /// <summary>The files of a small stand-in: two sequences, of each the first frame and the last three.</summary>
    private static (string Path, byte[] Content)[] Draw(CkPlusLayout layout)
    {
        using var folder = new FacialAttention.Tests.Files.TemporaryFolder();
        CkPlusStandIn.Write(folder.Path, layout, persons: 1, sequences: 2, seed: 1);
        return
        [
            .. Directory.EnumerateFiles(folder.Path, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
                .GroupBy(Path.GetDirectoryName).SelectMany(files => files.Take(1).Union(files.TakeLast(3)))
                .Select(file => (Path.GetRelativePath(folder.Path, file), File.ReadAllBytes(file))),
        ];
    }
}
