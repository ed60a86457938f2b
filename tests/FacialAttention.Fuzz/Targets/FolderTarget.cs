using FacialAttention.Fuzz.Mutations;

namespace FacialAttention.Fuzz.Targets;

/// <summary><see cref="FaceFolderReader"/> on folders of classes.</summary>
internal sealed class FolderTarget : Target
{
    private const int ManyClasses = 300;

    private static readonly string[] Names =
    [
        "train", "Train", "training", "validation", "VALIDATION", "val", "dev", "PublicTest", "test", "Testing",
        "results.json", "label.csv", "x.tiff", "x.webp", "Image", "aligned", "happy", "Happy", "happy ", " sad", "sad.", "a,b", "a\nb", "\u202Eab", "ä",
        "ａ", "😀", "-", "..x", ".hidden", "con", "%s", "x.png", "x.PNG", "x.jpeg", "x.txt", "x", new string('n', 255), "Fer2013",
        "\u00A0", "\u0085",
    ];

    private static readonly string[][] Layouts =
    [
        [""], [""], [""], ["train/", "validation/"], ["train/", "validation/", "test/"], ["Training/", "val/"], ["train/", "test/"],
        ["train_set/", "PublicTest/", "PrivateTest/"], ["faces/train/", "faces/dev/"], ["Testing/"],
    ];

    private static readonly string[] Targets =
        ["missing", ".", "..", "../..", "/", "/dev/null", "/dev/zero", "../happy", "happy/0.png", "link", ""];

    private readonly byte[] _png;
    private readonly byte[] _colour;

    public FolderTarget()
    {
        FaceImage face = SyntheticFaces.Draw(FacialExpression.Sad, identity: 1, variation: 1, new ImageSize(16, 16));
        _png = ImageCodec.EncodePng(face);
        _colour = ImageCodec.EncodePng(FaceImage.FromRgb(new byte[3 * 9 * 7], new ImageSize(7, 9)));
    }

    public override string Name => "folder";

    public override IReadOnlyList<Type> Documented { get; } =
        [typeof(DirectoryNotFoundException), typeof(IOException), typeof(InvalidDataException)];

    public override void Write(string path, Dice dice)
    {
        var tree = new FolderTree(path);
        string[] parts = dice.Pick(Layouts);
        foreach (string part in parts)
        {
            tree.AddFile($"{part}happy/0.png", _png);
            tree.AddFile($"{part}happy/1.jpg", _colour);
            tree.AddFile($"{part}sad/0.png", _colour);
        }

        for (int changes = dice.Below(4); changes > 0; changes--)
        {
            Mutate(dice, tree);
        }
    }

    public override void Read(string path, Dice dice)
    {
        var preprocessor = new FacePreprocessor(new ImageSize(1 + dice.Below(64), 1 + dice.Below(64)));
        bool isDivided = Directory.Exists(Path.Combine(path, "train"));
        bool skipBad = dice.OneIn(2);
        if (dice.OneIn(5))
        {
            FaceFolderReader.ReadPart(path, dice.OneIn(2) ? null : (SplitPart)dice.Below(3), preprocessor, skipBad);
            return;
        }

        // Mostly the reader that fits.
        FaceFolder folder = isDivided == dice.Below(10) > 0
            ? FaceFolderReader.Read(path, preprocessor, skipBad)
            : FaceFolderReader.ReadStratified(path, 0.5, seed: 1, preprocessor, skipBad);
        if (!skipBad && folder.BadImages.Count > 0)
        {
            throw new BrokenPromiseException($"{folder.BadImages.Count} bad images were skipped unasked.");
        }

        BadImage? mute = folder.BadImages.FirstOrDefault(image => string.IsNullOrWhiteSpace(image.Reason));
        if (mute is not null)
        {
            throw new BrokenPromiseException($"{mute.Path} was left out without a reason.");
        }
    }

    private void Mutate(Dice dice, FolderTree tree)
    {
        string place = tree.Pick(dice);
        string name = dice.Pick(Names);
        switch (dice.Below(13))
        {
            case 0:
                tree.Delete(place);
                break;
            case 1:
                tree.Rename(place, name);
                break;
            case 2:
                tree.AddFile(tree.In(place, name), []);
                break;
            case 3:
                tree.AddFile(tree.In(place, name), dice.Pick([_png, _colour]));
                break;
            case 4:
                tree.AddFile(tree.In(place, "damaged.png"), ByteMutations.Mutate(dice, _png, _colour));
                break;
            case 5:
                tree.AddFolder(tree.In(place, name));
                break;
            case 6:
                tree.AddLink(tree.In(place, name), dice.Pick(Targets), isFolder: dice.OneIn(2));
                break;
            case 7:
                tree.AddLink(tree.In(place, "link.png"), dice.Pick(Targets), isFolder: false);
                break;
            case 8:
                tree.AddPipe(tree.In(place, dice.Pick(["pipe", "pipe.png"])));
                break;
            case 9:
                tree.ReplaceByFile(place, dice.OneIn(2) ? [] : dice.Bytes(dice.Below(40)));
                break;
            case 10:
                tree.AddFile(tree.In(place, $"{name}/{dice.Pick(Names)}/0.png"), _png);
                break;
            case 11 when dice.OneIn(20):
                for (int i = 0; i < ManyClasses; i++)
                {
                    tree.AddFile(tree.In(place, $"class{i}/0.png"), _png);
                }

                break;
            default:
                tree.AddFile(tree.In(place, $"{name}/0.png"), _png);
                break;
        }
    }
}
