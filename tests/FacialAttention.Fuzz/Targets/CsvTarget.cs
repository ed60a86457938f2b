using System.Text;
using FacialAttention.Fuzz.Mutations;
using FacialAttention.Tests.Data;

namespace FacialAttention.Fuzz.Targets;

/// <summary><see cref="Fer2013Reader"/> on plain text.</summary>
internal class CsvTarget : Target
{
    private const int Faces = 4;

    private const int MaxNoteLength = 2000;

    private static readonly ExpressionLabels?[] LabelSets = [null, null, ExpressionLabels.CkExtended, new("no", "yes")];
    private static readonly double[] Shares = [1e-9, 0.5, 0.8, 1 - 1e-9];

    private readonly string[] _valid =
    [
        new Fer2013CsvBuilder().Build(Rows(seed: 1)),
        new Fer2013CsvBuilder { Columns = ["emotion", "Usage", "pixels"], LineEnd = "\r\n", QuotesValues = true, QuotesHeader = true }
            .Build(Rows(seed: 2)),
        new Fer2013CsvBuilder { Separator = ", ", Padding = " ", Start = "\uFEFF\n", End = "" }.Build(Rows(seed: 3)),
        new Fer2013CsvBuilder { Separator = ";", LineEnd = "\r\n", Start = "sep=;\n" }.Build(Rows(seed: 4)),
        new Fer2013CsvBuilder { Separator = "\t", QuotesValues = true }.Build(Rows(seed: 5))
            .Replace("emotion", "Emotion", StringComparison.Ordinal),
        new Fer2013CsvBuilder { Columns = ["emotion", "pixels"] }.Build(Rows(seed: 6))
            .Replace("emotion", "id,EMOTION", StringComparison.Ordinal).Replace("\n", "\n9,", StringComparison.Ordinal),
    ];

    public override string Name => "csv";

    public override string Extension => ".csv";

    public override IReadOnlyList<Type> Documented { get; } =
        [typeof(FileNotFoundException), typeof(IOException), typeof(InvalidDataException)];

    public override void Write(string path, Dice dice) => File.WriteAllBytes(path, MutateText(dice));

    public override void Read(string path, Dice dice)
    {
        ExpressionLabels? labels = dice.Pick(LabelSets);
        switch (dice.Below(4))
        {
            case 0:
                Fer2013Reader.Read(path, labels, CheckNote);
                break;
            case 1:
                Fer2013Reader.ReadStratified(path, dice.Pick(Shares), seed: dice.Below(100), labels, CheckNote);
                break;
            case 2:
                Fer2013Reader.ReadPart(path, (SplitPart)dice.Below(3), labels, CheckNote);
                break;
            default:
                Fer2013Reader.ReadPart(path, part: null, labels, CheckNote);
                break;
        }
    }

    protected byte[] MutateText(Dice dice)
    {
        string text = dice.Pick(_valid);
        byte[] bytes = Encoding.UTF8.GetBytes(dice.OneIn(5) ? text : CsvMutations.Mutate(dice, text));
        return dice.OneIn(3) ? ByteMutations.Mutate(dice, bytes, Encoding.UTF8.GetBytes(dice.Pick(_valid))) : bytes;
    }

    private static void CheckNote(string note)
    {
        if (note.Length > MaxNoteLength || note.Any(char.IsControl))
        {
            throw new BrokenPromiseException($"A note has {note.Length} characters, or one that a terminal obeys.");
        }
    }

    private static IEnumerable<Fer2013Row> Rows(int seed)
    {
        FaceDataset faces = SyntheticFaces.Generate(Faces, seed);
        return Enumerable.Range(0, faces.Count).Select(i => new Fer2013Row(
            (byte)(faces.LabelOf(i) / 2), faces.PixelsOf(i).ToArray(), Fer2013CsvBuilder.AllUsages[i % Fer2013CsvBuilder.AllUsages.Length]));
    }
}
