using System.Text;
using FacialAttention.Fuzz.Mutations;
using FacialAttention.Tests.Data;
using FacialAttention.Tests.Files;

namespace FacialAttention.Fuzz.Targets;

/// <summary><see cref="FerPlusReader"/> on damaged votes beside sound faces, and on votes in place of faces.</summary>
internal sealed class FerPlusTarget : Target
{
    private static readonly string[] Usages = ["Training", "Training", "PublicTest", "PublicTest", "PrivateTest"];

    private readonly TemporaryFolder _folder = new();
    private readonly string _faces;
    private readonly string[] _valid;

    public FerPlusTarget()
    {
        List<Fer2013Row> faces = [.. Usages.SelectMany((usage, i) => Fer2013Row.Random(1, i, usage))];
        _faces = _folder.Write("fer2013.csv", new Fer2013CsvBuilder().BuildBytes(faces));
        string votes = FerPlusCsv.Build(FerPlusRow.For(faces, seed: 1));
        _valid =
        [
            votes,
            FerPlusCsv.Build(Usages.Select((usage, i) => FerPlusRow.Sure(usage, i * 2))), // the last is no face
            votes.Replace(",", ";", StringComparison.Ordinal).Replace("\n", "\r\n", StringComparison.Ordinal),
            votes.Replace(",", "\t", StringComparison.Ordinal).ToLowerInvariant(),
            "\uFEFFsep=,\n" + votes.Replace(",", "\",\"", StringComparison.Ordinal).Replace("\n", "\"\n\"", StringComparison.Ordinal)[..^1].Insert(0, "\""),
        ];
    }

    public override string Name => "ferplus";

    public override string Extension => ".csv";

    public override IReadOnlyList<Type> Documented { get; } =
        [typeof(FileNotFoundException), typeof(IOException), typeof(InvalidDataException)];

    public override void Write(string path, Dice dice)
    {
        string text = dice.Pick(_valid);
        byte[] bytes = Encoding.UTF8.GetBytes(dice.OneIn(5) ? text : CsvMutations.Mutate(dice, text));
        bytes = dice.OneIn(3) ? ByteMutations.Mutate(dice, bytes, Encoding.UTF8.GetBytes(dice.Pick(_valid))) : bytes;
        File.WriteAllBytes(path, dice.OneIn(8) ? Fer2013CsvBuilder.Compress(bytes) : bytes);
    }

    public override void Read(string path, Dice dice)
    {
        string faces = dice.OneIn(10) ? path : _faces;
        FerPlusRule rule = dice.Pick(Enum.GetValues<FerPlusRule>());
        switch (dice.Below(3))
        {
            case 0:
                Check(FerPlusReader.Read(faces, path, rule).Split.Training, 2);
                break;
            case 1:
                Check(FerPlusReader.ReadPart(faces, path, SplitPart.Validation, rule).Faces, 2);
                break;
            default:
                Check(FerPlusReader.ReadPart(faces, path, part: null, rule).Faces, Usages.Length);
                break;
        }
    }

    public override void Dispose() => _folder.Dispose();

    private static void Check(FaceDataset faces, int count)
    {
        if (faces.Count != count || faces.Columns.Weights is not { } weights || weights.Span.ContainsAnyExcept(0f, 1f))
        {
            throw new BrokenPromiseException($"{faces.Count} faces were read of {count}, or their weights are others than 0 and 1.");
        }
    }
}
