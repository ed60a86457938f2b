using System.Globalization;
using System.Text;
using FacialAttention;
using Samples;

namespace VariantTable;

/// <summary>What <c>robustness</c> found: tables, small charts, and the files that hold them.</summary>
internal sealed class RobustnessReport
{
    private const string Title = "Hard conditions";

    private readonly IReadOnlyList<TestedGroup> _groups;
    private readonly IReadOnlyList<Comparison> _comparisons;
    private readonly TestedOrigin _origin;
    private readonly ReportTable _networks;

    public RobustnessReport(IReadOnlyList<TestedResult> results)
    {
        _groups = TestedGroup.Of(results);
        _comparisons = Comparison.Among(_groups);
        _origin = results[0].Origin;
        _networks = NetworksTable();
    }

    private int Faces => _groups[0].Members[0].Clean.Faces;

    private string Summary => $"{Words.Count(_groups.Sum(group => group.Members.Count))} "
        + $"{(_groups.Sum(group => group.Members.Count) == 1 ? "network" : "networks")} on {Words.Count(Faces)} faces ({DataNames.InWords(_origin.Data)}, "
        + $"{_origin.Part}): clean, and spoilt in {TestedResult.Kinds.Length} ways at {Corruption.MaxStrength} strengths. "
        + "What they are stands in docs/robustness.md.";

    /// <summary>Writes robustness.json, tables.md and report.html, which comes last.</summary>
    public void Write(string folder)
    {
        JsonFile.Write(Path.Combine(folder, "robustness.json"), ToFigures());
        WriteText(Path.Combine(folder, "tables.md"), ToMarkdown());
        WriteText(Path.Combine(folder, "report.html"), ToHtml());
    }

    public void Print()
    {
        Console.WriteLine();
        Console.Write(_networks.ToMarkdown());
        foreach (ReportTable table in ComparisonTables())
        {
            Console.Write(table.ToMarkdown());
        }
    }

    private string ToMarkdown()
    {
        var text = new StringBuilder(FormattableString.Invariant($"# {Title}\n\n{Summary}\n\n"));
        foreach ((string title, IEnumerable<ReportTable> tables, _) in Parts())
        {
            text.Append(CultureInfo.InvariantCulture, $"## {title}\n\n").AppendJoin("", tables.Select(table => table.ToMarkdown()));
        }

        return text.ToString().TrimEnd('\n') + "\n";
    }

    private string ToHtml() => ReportPage.Write(
        Title,
        Summary,
        [.. Parts().Select(part => (part.Title, part.Charts + string.Concat(part.Tables.Select(table => table.ToHtml()))))]);

    private IEnumerable<(string Title, IEnumerable<ReportTable> Tables, string Charts)> Parts()
    {
        string[] names = [.. _groups.Select(group => group.Name)];
        yield return ("Networks", [_networks, .. ComparisonTables()], "");
        yield return (
            "Accuracy",
            AccuracyTables(),
            SmallMultiples.Write("Accuracy (%) by strength; 0 is the clean face.", names, (line, kind, strength) => Figure(line, kind, strength, condition => condition.Accuracy)));
        yield return (
            "Does it know when it cannot see?",
            _groups.Select(DoubtTable),
            SmallMultiples.Write(
                "Expected calibration error (%) by strength: how far confidence and accuracy are apart.",
                names,
                (line, kind, strength) => Figure(line, kind, strength, condition => condition.CalibrationError)));
        ReportTable[] attention = [.. _groups.Where(group => group.Members.All(member => member.Hidden.First().Attention.Count > 0)).Select(AttentionTable)];
        if (attention.Length > 0)
        {
            yield return ("Does attention leave what is hidden?", attention, "");
        }
    }

    private double? Figure(int line, CorruptionKind kind, int strength, Func<ConditionResult, double?> figure) =>
        _groups[line].Mean(member => figure(strength == 0 ? member.Clean : member.Of(kind, strength)));

    private ReportTable NetworksTable() => new(
        "Clean and spoilt",
        ["network", "seeds", "clean", "mean of all conditions", "95 % interval", "of the clean accuracy", "where parts are hidden"],
        [
            .. _groups.Select(group =>
            {
                (double all, Interval? interval) = group.Accuracy(network => network.Spoilt);
                double clean = group.Accuracy(network => [network.Clean]).Mean;
                return new[]
                {
                    group.Name,
                    group.Members.Any(member => member.Origin.Seed is null) ? "-" : string.Join(", ", group.Members.Select(member => member.Origin.Seed)),
                    Words.Percent(clean),
                    Words.Percent(all),
                    interval is { } known ? Words.Percent(known) : "-",
                    Words.Percent(all / clean),
                    Words.Percent(group.Accuracy(network => network.Hidden).Mean),
                };
            }),
        ],
        "Accuracies; the mean is over all conditions and strengths alike. The interval is over the seeds where a network has several, else over the faces.");

    private IEnumerable<ReportTable> ComparisonTables()
    {
        if (_comparisons.Count == 0)
        {
            yield break;
        }

        bool isOfVariants = _comparisons[0].Own == Variants.AcnnAlstm;
        yield return new ReportTable(
            isOfVariants ? "Does two-layer attention help where parts of the face are hidden?" : "Differences",
            ["difference", "clean", "all conditions", "parts hidden", "lost to hiding", "it loses less", "paired by"],
            [
                .. _comparisons.Select(comparison => new[]
                {
                    $"{comparison.Own} less {comparison.Other}",
                    $"{comparison.Clean}",
                    $"{comparison.All}",
                    $"{comparison.Hidden}",
                    $"{comparison.Kept}",
                    Report.WordOf(comparison.Kept.Verdict),
                    comparison.IsBySeed ? "seed" : "face",
                }),
            ],
            "Points of accuracy with 95 % intervals, paired by seed or by face. Lost to hiding is the difference where parts are hidden less the difference on "
            + "clean faces: above 0, the first network loses less when parts of the face are hidden, whatever it knows of whole faces. That it does holds where the "
            + "whole interval is above 0, does not hold where it is below, and is undecided otherwise.")
        {
            MarkedColumn = 5,
        };
    }

    private IEnumerable<ReportTable> AccuracyTables()
    {
        if (_groups.Count > 1)
        {
            yield return new ReportTable(
                "Accuracy by condition, mean of the strengths",
                ["condition", .. _groups.Select(group => group.Name)],
                [
                    ["clean", .. _groups.Select(group => Words.Percent(group.Accuracy(network => [network.Clean]).Mean))],
                    .. TestedResult.Kinds.Select(kind => (string[])
                    [
                        ConditionNames.Of(kind), .. _groups.Select(group => Words.Percent(group.Accuracy(network => network.Of(kind)).Mean)),
                    ]),
                ]);
        }

        foreach (TestedGroup group in _groups)
        {
            yield return new ReportTable(
                $"{group.Name}: accuracy (%) by strength",
                ["condition", .. Enumerable.Range(1, Corruption.MaxStrength).Select(strength => $"{strength}"), "mean"],
                [
                    .. TestedResult.Kinds.Select(kind => (string[])
                    [
                        ConditionNames.Of(kind),
                        .. Enumerable.Range(1, Corruption.MaxStrength).Select(strength => Bare(group.Accuracy(network => [network.Of(kind, strength)]).Mean)),
                        Bare(group.Accuracy(network => network.Of(kind)).Mean),
                    ]),
                ],
                $"Clean: {Words.Percent(group.Accuracy(network => [network.Clean]).Mean)}.");
        }
    }

    private static string Bare(double fraction) => (100 * fraction).ToString("F1", CultureInfo.InvariantCulture);

    private ReportTable DoubtTable(TestedGroup group)
    {
        return new ReportTable(
            $"{group.Name}: what it says of itself",
            ["condition", "accuracy", "ECE", "uncertain", "if sure"],
            [
                Row("clean", network => [network.Clean]),
                .. TestedResult.Kinds.Select(kind => Row(ConditionNames.Of(kind), network => network.Of(kind))),
                Row("all conditions", network => network.Spoilt),
            ],
            group.Mean(network => network.Clean.Uncertain) is null
                ? "Means over the strengths; ECE is the expected calibration error. Its calibration has no threshold below which it would be uncertain; samples/Train calibrate fits them."
                : string.Create(
                    CultureInfo.InvariantCulture,
                    $"Means over the strengths; ECE is the expected calibration error, if sure the accuracy of the answers that are not uncertain. Uncertain is the share of faces below the threshold that its calibration gives for answers to {100 * _origin.Coverage:F0} % of clean faces; ")
                    + "where it knows when it cannot see, that share grows as the accuracy falls, and the accuracy if sure stays.");

        string[] Row(string name, Func<TestedResult, IEnumerable<ConditionResult>> conditions) =>
        [
            name,
            Words.PercentOrDash(group.Mean(conditions, condition => condition.Accuracy)),
            Words.PercentOrDash(group.Mean(conditions, condition => condition.CalibrationError)),
            Words.PercentOrDash(group.Mean(conditions, condition => condition.Uncertain)),
            Words.PercentOrDash(group.Mean(conditions, condition => condition.AccuracyWhereSure)),
        ];
    }

    private static ReportTable AttentionTable(TestedGroup group)
    {
        string[] layers = [.. group.Members[0].Hidden.First().Attention.Select(layer => layer.Layer)];
        return new ReportTable(
            $"{group.Name}: attention on the hidden part",
            ["condition", "strength", "hidden", .. layers.SelectMany(layer => new[] { $"{ShortName(layer)}, before", "after", "change" })],
            [
                .. group.Members[0].Hidden.Select(shown => (string[])
                [
                    ConditionNames.Of(shown.Kind!.Value),
                    shown.Strength.ToString(CultureInfo.InvariantCulture),
                    Words.Percent(shown.Attention[0].Area),
                    .. layers.SelectMany((_, index) => Cells([.. group.Members.Select(member => member.Of(shown.Kind.Value, shown.Strength).Attention[index])])),
                ]),
            ],
            "The share of a layer's attention on the part that is hidden, in the mean over the faces: on the clean face, and once something is in front of it. Hidden is the "
            + "hidden share of what the network sees, which is the share that even attention has. Changes in points with 95 % intervals, paired by face or over the seeds; "
            + "below 0 attention leaves the hidden part.");

        static string ShortName(string layer) => layer.Replace("_attention", "", StringComparison.Ordinal);

        static string[] Cells(HiddenAttention[] members)
        {
            double[] changes = [.. members.Select(member => member.After - member.Before)];
            Interval? interval = members.Length > 1 ? Interval.OfMean(changes) : members[0].Change;
            return
            [
                Words.Percent(members.Average(member => member.Before)),
                Words.Percent(members.Average(member => member.After)),
                $"{new Difference(changes.Average(), interval)}",
            ];
        }
    }

    private object ToFigures() => new
    {
        _origin.Data,
        _origin.Part,
        Faces,
        _origin.CorruptionSeed,
        _origin.Coverage,
        Networks = _groups.Select(group => new
        {
            group.Name,
            Members = group.Members.Select(member => new { member.Origin.Network, member.Origin.Seed, member.Origin.Content }),
            Clean = group.Accuracy(network => [network.Clean]).Mean,
            MeanOfConditions = group.Accuracy(network => network.Spoilt).Mean,
            group.Accuracy(network => network.Spoilt).Interval,
            Hidden = group.Accuracy(network => network.Hidden).Mean,
            Conditions = group.Members[0].Conditions.Select((shown, index) => new
            {
                shown.Kind,
                shown.Strength,
                Accuracy = group.Mean(member => member.Conditions[index].Accuracy),
                CalibrationError = group.Mean(member => member.Conditions[index].CalibrationError),
                Uncertain = group.Mean(member => member.Conditions[index].Uncertain),
                AccuracyWhereSure = group.Mean(member => member.Conditions[index].AccuracyWhereSure),
                Attention = group.Members.Count == 1 ? shown.Attention : null,
            }),
        }),
        Comparisons = _comparisons,
    };

    private static void WriteText(string path, string text) => AtomicFile.Write(path, stream => stream.Write(Encoding.UTF8.GetBytes(text)));
}
