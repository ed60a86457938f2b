using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using FacialAttention;
using Samples;

namespace VariantTable;

/// <summary>All that the report says, and the files that say it.</summary>
internal sealed class Report
{
    public const string Title = "The paper's experiments, made again";

    private Report(Collection collection, bool isReproducible)
    {
        IReadOnlyList<Outcome> outcomes = isReproducible
            ? [.. collection.Outcomes.Select(outcome => outcome with { SecondsPerIteration = null })]
            : collection.Outcomes;
        Judged = VariantTable.Claims.Judge(outcomes);
        Claims = [.. new[] { ClaimsTable(Judged), OpenTable(Judged) }.OfType<ReportTable>()];
        IGrouping<string, Outcome>[] settings = [.. outcomes.GroupBy(outcome => outcome.Setting)];
        Sections = [.. settings.Select((setting, i) => ReportSection.Of([.. setting], i + 1))];
        Protocol = [.. settings.Select(setting => ProtocolTable([.. setting]))];
        Missing = collection.Missing.Count == 0 ? null : MissingTable(collection.Missing);
        Machines = isReproducible ? null : MachinesTable(collection.Trained);
        Notes = isReproducible ? [] : collection.Notes;
        string planned = collection.Planned == 0
            ? ""
            : string.Create(CultureInfo.InvariantCulture, $" {collection.Planned - collection.Missing.Count} of {collection.Planned} planned jobs have ended.");
        Summary = $"Section 4 of Ming, Hu and Liu (2022): {Words.Count(collection.Trained.Count)} trained "
            + $"{(collection.Trained.Count == 1 ? "network" : "networks")}.{planned} The paper's own figures are not at hand, so its claims are judged in words, "
            + "by our figures and their 95 % intervals.";
    }

    public string Summary { get; }

    public IReadOnlyList<JudgedClaim> Judged { get; }

    /// <summary>Those that our results speak of, and the others.</summary>
    public IReadOnlyList<ReportTable> Claims { get; }

    public IReadOnlyList<ReportSection> Sections { get; }

    public IReadOnlyList<ReportTable> Protocol { get; }

    /// <summary>What the protocol does not say in numbers.</summary>
    public IReadOnlyList<string> Readings { get; } =
    [
        "Readings of ours: the paper does not name the network of its experiment on LSTM sizes, which here is ACNN-ALSTM; \"the same effect\" is "
        + string.Create(CultureInfo.InvariantCulture, $"within {100 * VariantTable.Claims.SameWithin:F0} point; ")
        + "claims on width are judged on the mean over all depths, claims on depth on the mean over all widths; the curves are compared on "
        + "their means up to the iteration that the paper names and after it.",
        "Differences are paired by seed. A claim holds where the whole 95 % interval (Student's t over the seeds) agrees with it, does not hold "
        + "where the whole interval contradicts it, and is undecided otherwise; one seed alone decides nothing. The intervals are of one claim "
        + "each, not of all together.",
        "Where the data has a test part, the accuracy that claims are judged by is measured on it once; otherwise on the selection split, which "
        + "flatters.",
    ];

    public ReportTable? Missing { get; }

    public ReportTable? Machines { get; }

    public IReadOnlyList<string> Notes { get; }

    public static Report Of(Collection collection, bool isReproducible) => new(collection, isReproducible);

    /// <summary>Writes report.html, tables.md, claims.json and the pictures; the report comes last.</summary>
    public void Write(string folder)
    {
        Directory.CreateDirectory(folder);
        foreach (ReportFigure figure in Sections.SelectMany(section => section.Figures))
        {
            AtomicFile.Write(Path.Combine(folder, figure.Name + ".png"), stream => stream.Write(figure.Png));
        }

        JsonFile.Write(Path.Combine(folder, "claims.json"), Judged);
        WriteText(Path.Combine(folder, "tables.md"), ToMarkdown());
        WriteText(Path.Combine(folder, "report.html"), ReportPage.Write(this));
    }

    private string ToMarkdown()
    {
        var text = new StringBuilder(FormattableString.Invariant($"# {Title}\n\n{Summary}\n\n"));
        text.Append("## Claims\n\n").AppendJoin("", Claims.Select(table => table.ToMarkdown()));
        foreach (ReportSection section in Sections)
        {
            text.Append(CultureInfo.InvariantCulture, $"## {section.Title}\n\n").AppendJoin("", section.Tables.Select(table => table.ToMarkdown()));
        }

        text.Append("## Protocol\n\n").AppendJoin("", Protocol.Select(table => table.ToMarkdown()));
        text.AppendJoin("", Readings.Select(reading => reading + "\n\n"));
        if (Missing is not null)
        {
            text.Append("## Not ended\n\n").Append(Missing.ToMarkdown());
        }

        if (Machines is not null)
        {
            text.Append("## Machines and hours\n\n").Append(Machines.ToMarkdown()).AppendJoin("", Notes.Select(note => note + "\n\n"));
        }

        return text.ToString().TrimEnd('\n') + "\n";
    }

    private static void WriteText(string path, string text) => AtomicFile.Write(path, stream => stream.Write(Encoding.UTF8.GetBytes(text)));

    private static ReportTable? ClaimsTable(IReadOnlyList<JudgedClaim> judged)
    {
        JudgedClaim[] own = [.. judged.Where(claim => claim.Setting.Length > 0)];
        return own.Length == 0 ? null : new ReportTable(
            "What the paper says, and what was found",
            ["claim", "verdict", "data", "our figures", "trained", "section"],
            [
                .. own.Select(claim => new[]
                {
                    claim.Claim, WordOf(claim.Verdict), DataNames.InWords(claim.Data), claim.Figures, claim.Setting, claim.Section,
                }),
            ],
            own.Any(claim => DataNames.IsDrawn(claim.Data))
                ? "The paper makes no claim on drawn faces: their rows show that the experiment runs, and say nothing of photographs."
                : null)
        {
            MarkedColumn = 1,
        };
    }

    private static ReportTable? OpenTable(IReadOnlyList<JudgedClaim> judged)
    {
        IGrouping<(string, string, string), JudgedClaim>[] open =
        [
            .. judged.Where(claim => claim.Setting.Length == 0).GroupBy(claim => (claim.Data, claim.Section, claim.Figures)),
        ];
        return open.Length == 0 ? null : new ReportTable(
            "Not judged: no result speaks of them",
            ["section", "claims", "what judges them"],
            [
                .. open.Select(group => new[]
                {
                    $"{group.First().Data}: {group.First().Section}", string.Join("; ", group.Select(claim => claim.Claim)), group.First().Figures,
                }),
            ],
            "What is needed is a command after: dotnet run -c Release --project samples/VariantTable --");
    }

    public static string WordOf(Verdict verdict) => verdict switch
    {
        Verdict.Holds => "holds",
        Verdict.DoesNotHold => "does not hold",
        Verdict.Undecided => "undecided",
        _ => "not judged",
    };

    private static ReportTable ProtocolTable(IReadOnlyList<Outcome> outcomes)
    {
        (FacesInfo data, Protocol protocol) = (outcomes[0].Data, outcomes[0].Protocol);
        return new ReportTable(
            $"{DataNames.InWords(data.Name)}, {data.Split}",
            ["what", "here"],
            [
                ["optimizer", string.Create(CultureInfo.InvariantCulture, $"{protocol.Optimizer}, learning rate {protocol.LearningRate}")],
                ["batch", string.Create(CultureInfo.InvariantCulture, $"{protocol.BatchSize} faces")],
                ["iterations", string.Join(", ", outcomes.Select(outcome => outcome.Job.Iterations).Distinct().Order().Select(count => Words.Count(count)))],
                ["seeds", string.Join(", ", outcomes.Select(outcome => outcome.Job.Seed).Distinct().Order())],
                ["augmentation", string.Create(CultureInfo.InvariantCulture, $"mirrored with probability {protocol.FlipProbability}")
                    + (protocol.Degradation is { } degradation ? $"; {degradation}" : "")],
                ["local attention (equation 6)", protocol.LocalAttentionScaling],
                ["selection", protocol.Selection],
            ]);
    }

    private static ReportTable MissingTable(IReadOnlyList<Job> missing) => new(
        "Jobs of the plan without a result",
        ["job", "folder", "network", "LSTM", "seed", "iterations"],
        [
            .. missing.Select(job => new[]
            {
                Words.Count(job.Number), job.Name, job.Variant, Words.Lstm(job.LstmHidden, job.LstmLayers),
                job.Seed.ToString(CultureInfo.InvariantCulture), Words.Count(job.Iterations),
            }),
        ],
        "run with --resume runs them.");

    private static ReportTable MachinesTable(IReadOnlyList<Outcome> outcomes) => new(
        "Where the networks were trained",
        ["machine", "threads", "libraries", "date", "networks", "hours", "seconds of an iteration"],
        [
            .. outcomes.GroupBy(outcome => outcome.Environment?.ToJsonString() ?? "").Select(group =>
            {
                JsonObject? machine = group.First().Environment;
                double[] paces = [.. group.Select(outcome => outcome.SecondsPerIteration).OfType<double>()];
                bool hasHours = group.All(outcome => outcome.Seconds is not null);
                return new[]
                {
                    machine is null ? "not written down" : $"{machine["operatingSystem"]}, {machine["architecture"]}, "
                        + $"{machine["processors"]} {((int?)machine["processors"] == 1 ? "processor" : "processors")}"
                        + $"{(machine["processor"] is { } name ? $" of {name}" : "")}, {machine["device"]}",
                    $"{machine?["threads"]}",
                    machine is null ? "" : $"FacialAttention {machine["facialAttention"]}, TorchSharp {machine["torchSharp"]}, "
                        + $"libtorch {machine["libtorch"]}, .NET {machine["dotNet"]}",
                    $"{machine?["date"]}",
                    Words.Count(group.Count()),
                    hasHours ? (group.Sum(outcome => outcome.Seconds!.Value) / 3600).ToString("F2", CultureInfo.InvariantCulture) : "-",
                    paces.Length == 0 ? "-" : string.Create(CultureInfo.InvariantCulture, $"{paces.Min():F3} to {paces.Max():F3}"),
                };
            }),
        ],
        "Hours of training, over all parts of an interrupted job; processes that ran at a time are added up.");
}
