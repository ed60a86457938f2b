using System.Globalization;
using FacialAttention;
using Samples;
using TorchSharp;

namespace VariantTable;

/// <summary><c>robustness</c>: what networks make of faces in bad light, half hidden, blurred.</summary>
internal static class RobustnessRun
{
    private const int DrawnFaceCount = 420;
    private const int FirstDrawnPerson = 460; // those of the test part of drawn faces, whom no run of these samples trains on

    public static void Run(RobustnessSettings settings, CancellationToken cancellationToken)
    {
        using FileClaim claim = OutputFolder.Claim(settings.OutputFolder);
        NativeTorch.EnsureLoaded();
        torch.set_num_threads(settings.Threads);
        FaceDataset faces = ReadFaces(settings, cancellationToken);
        string fingerprint = faces.Fingerprint();
        var results = new List<TestedResult>();
        foreach (TestedNetwork network in settings.Networks)
        {
            var origin = new TestedOrigin(
                network.Name, network.Group, network.Seed, network.Content, NameOf(settings), PartOf(settings), fingerprint, settings.Seed, settings.Coverage);
            string path = Path.Combine(settings.OutputFolder, $"{FileNameOf(network.Name)}.json");
            TestedResult result = Begin(origin, path, settings.Resumes);
            try
            {
                result = Measure(network, result, path, faces, settings, cancellationToken);
            }
            catch (OperationCanceledException)
            {
                throw new StoppedException("Stopped. What was measured is kept; continue with the same command and --resume.");
            }

            results.Add(result);
        }

        var report = new RobustnessReport(results);
        report.Write(settings.OutputFolder);
        report.Print();
        Console.WriteLine($"Wrote {Path.Combine(settings.OutputFolder, "report.html")}");
    }

    private static TestedResult Measure(
        TestedNetwork network, TestedResult result, string path, FaceDataset faces, RobustnessSettings settings, CancellationToken cancellationToken)
    {
        const int AllConditions = 1;
        if (result.Conditions.Count == AllConditions + (TestedResult.Kinds.Length * Corruption.MaxStrength))
        {
            Console.WriteLine($"{network.Name} is measured.");
            return result;
        }

        (IExpressionRecognizer recognizer, NetworkDescription description, bool knowsDoubt) = network.Open(settings.Coverage, settings.Threads);
        using IExpressionRecognizer owned = recognizer;
        var measure = new RobustnessMeasure(recognizer, description, knowsDoubt, faces, settings.Seed);
        ConditionResult clean = measure.MeasureClean(cancellationToken);
        var conditions = result.Conditions.Skip(1).Prepend(clean).ToList();
        Console.WriteLine($"{network.Name}: clean {Words.Percent(clean.Accuracy)}");
        foreach (CorruptionKind kind in TestedResult.Kinds)
        {
            for (int strength = 1; strength <= Corruption.MaxStrength; strength++)
            {
                if (!conditions.Any(condition => condition.Kind == kind && condition.Strength == strength))
                {
                    conditions.Add(measure.Measure(kind, strength, cancellationToken));
                    JsonFile.Write(path, result with { Conditions = conditions });
                }
            }

            Console.WriteLine(
                $"{network.Name}: {kind} {string.Join(", ", conditions.Where(condition => condition.Kind == kind).Select(condition => Words.Percent(condition.Accuracy)))}");
        }

        return result with { Conditions = conditions };
    }

    private static TestedResult Begin(TestedOrigin origin, string path, bool resumes)
    {
        if (!File.Exists(path))
        {
            return new TestedResult(origin, []);
        }

        if (!resumes)
        {
            throw new ArgumentException($"'{path}' is there already; expected --resume to keep what was measured, or another --output.");
        }

        TestedResult former = JsonFile.Read<TestedResult>(path);
        string[] differences = [.. JsonFile.Differences(JsonFile.ToObject(former.Origin), JsonFile.ToObject(origin))];
        return differences.Length == 0
            ? former
            : throw new ArgumentException($"'{path}' is of another measurement: {string.Join("; ", differences)}. Expected the same, or another --output.");
    }

    private static FaceDataset ReadFaces(RobustnessSettings settings, CancellationToken cancellationToken)
    {
        SplitPart part = settings.Part == "PrivateTest" ? SplitPart.Test : SplitPart.Validation;
        FaceDataset all = settings.DataPath is not { } path
            ? SyntheticFaces.Generate(DrawnFaceCount, seed: 1, FirstDrawnPerson)
            : DataNotes.Read(() => settings.VotesPath is { } votes
            ? FerPlusReader.ReadPart(path, votes, part, note: Console.WriteLine, cancellationToken: cancellationToken).Faces
            : Fer2013Reader.ReadPart(path, part, note: Console.WriteLine, cancellationToken: cancellationToken));
        int[] counting = [.. Enumerable.Range(0, all.Count).Where(face => all.Columns.Weights is not { } weights || weights.Span[face] > 0)];
        return all.Subset(counting.AsSpan(0, Math.Min(counting.Length, settings.Faces ?? counting.Length))).WithColumns(FaceColumns.None);
    }

    private static string NameOf(RobustnessSettings settings) =>
        settings.DataPath is null ? DataNames.Drawn : settings.VotesPath is null ? DataNames.Fer2013 : DataNames.FerPlus;

    private static string PartOf(RobustnessSettings settings) => settings.DataPath is null ? "persons of their own"
        : settings.Part == "PublicTest" ? "PublicTest (selection split)" : settings.Part;

    private static string FileNameOf(string name) =>
        string.Create(CultureInfo.InvariantCulture, $"{string.Concat(name.Select(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.' ? c : '_'))}");
}
