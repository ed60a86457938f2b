using System.Globalization;

namespace VariantTable;

/// <summary>ACNN-ALSTM beside networks of related work: what each costs, how good it is, and how far they are apart.</summary>
internal static class RelatedTables
{
    /// <summary>The networks that were trained as long, once for each size of the LSTM of ACNN-ALSTM; none without related work.</summary>
    public static IEnumerable<Table4Block> BlocksOf(IReadOnlyList<Outcome> outcomes)
    {
        foreach (IGrouping<int, Outcome> budget in outcomes.GroupBy(outcome => outcome.Job.Iterations).OrderByDescending(group => group.Key))
        {
            Outcome[] related = [.. budget.Where(outcome => Variants.IsRelated(outcome.Job.Variant))];
            if (related.Length == 0)
            {
                continue;
            }

            var sizes = budget.Where(outcome => outcome.Job.Variant == Variants.AcnnAlstm)
                .GroupBy(outcome => (outcome.Job.LstmHidden, outcome.Job.LstmLayers)).ToList();
            foreach (var size in sizes)
            {
                yield return new Table4Block(size.Key.LstmHidden, size.Key.LstmLayers, budget.Key, [.. size, .. related]);
            }

            if (sizes.Count == 0)
            {
                yield return new Table4Block(null, null, budget.Key, related);
            }
        }
    }

    public static IEnumerable<ReportTable> Of(Table4Block block, string measured)
    {
        yield return Networks(block, measured);
        if (block.Of(Variants.AcnnAlstm).Any())
        {
            yield return Differences(block, measured);
        }
    }

    private static ReportTable Networks(Table4Block block, string measured)
    {
        var rows = new List<IReadOnlyList<string>>();
        foreach (string variant in Variants.BesideOthers)
        {
            Outcome[] outcomes = [.. block.Of(variant)];
            if (outcomes.Length == 0)
            {
                rows.Add([variant, "-", "-", "-", "none yet", "-", "-", "-", "-", "-"]);
                continue;
            }

            double[] seconds = [.. outcomes.Select(outcome => outcome.SecondsPerIteration).OfType<double>().Order()];
            rows.Add(
            [
                variant,
                Words.Count(outcomes[0].Parameters),
                outcomes[0].MultiplyAdds is { } work ? (work / 1e6).ToString("F1", CultureInfo.InvariantCulture) + " M" : "-",
                seconds.Length == 0 ? "-" : seconds[seconds.Length / 2].ToString("F3", CultureInfo.InvariantCulture),
                string.Join(", ", outcomes.Select(outcome => outcome.Job.Seed.ToString(CultureInfo.InvariantCulture))),
                Words.Percent(outcomes.Average(outcome => outcome.TrainAccuracy)),
                Words.Percent(outcomes.Average(outcome => outcome.ValidationAccuracy)),
                Words.PercentOrDash(outcomes.Average(outcome => outcome.ValidationAccuracyUnseen)),
                Words.PercentOrDash(outcomes.Average(outcome => outcome.TestAccuracy)),
                ReportSection.IntervalOf(outcomes).Text,
            ]);
        }

        return new ReportTable(
            $"Beside related work (the paper's Table 5): {block.Title}",
            [
                "network", "weights", "multiply-adds", "seconds of an iteration", "seeds", "training", "validation", "of these, not in training",
                "test", "95 % interval",
            ],
            rows,
            "Equal data, budget and protocol; pACNN, gACNN and FERAtt in small sizes of ours, without weights of other data (docs/related.md). The middle "
            + "of the seeds' seconds, which are those of the machines below. Validation is the selection split: the best weights were chosen on it. The "
            + $"interval is of the accuracy on the {measured}: {ReportSection.IntervalKinds}");
    }

    private static ReportTable Differences(Table4Block block, string measured)
    {
        var own = block.Of(Variants.AcnnAlstm).ToDictionary(outcome => outcome.Job.Seed, outcome => outcome.Accuracy);
        return new ReportTable(
            "ACNN-ALSTM less each other, in points, paired by seed",
            ["network", "difference", "seeds"],
            [
                .. Variants.BesideOthers.Skip(1).Select(variant =>
                {
                    double[] differences =
                    [
                        .. block.Of(variant).Where(outcome => own.ContainsKey(outcome.Job.Seed)).OrderBy(outcome => outcome.Job.Seed)
                            .Select(outcome => own[outcome.Job.Seed] - outcome.Accuracy),
                    ];
                    return new[]
                    {
                        variant, differences.Length == 0 ? "none yet" : Claims.Greater(differences).Figures, Words.Count(differences.Length),
                    };
                }),
            ],
            $"Of accuracies on the {measured}; with one seed there is no interval.");
    }
}
