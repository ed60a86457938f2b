using System.Globalization;
using FacialAttention;
using Samples;

namespace VariantTable;

/// <summary>What the report says of one data set and protocol.</summary>
/// <param name="Title">The data set and how it was divided.</param>
/// <param name="Tables">In their order.</param>
/// <param name="Figures">In their order.</param>
internal sealed record ReportSection(string Title, IReadOnlyList<ReportTable> Tables, IReadOnlyList<ReportFigure> Figures)
{
    /// <param name="outcomes">All of one setting.</param>
    /// <param name="number">Of the section, from 1; in the names of its pictures.</param>
    public static ReportSection Of(IReadOnlyList<Outcome> outcomes, int number)
    {
        FacesInfo data = (outcomes.FirstOrDefault(outcome => outcome.Data.Labels is not null) ?? outcomes[0]).Data;
        var tables = new List<ReportTable> { outcomes[0].Folds is { } folds ? CountsOfFolds(data, folds) : Counts(data) };
        var figures = new List<ReportFigure>();
        string measured = data.Test is null ? "validation faces (selection split)" : "test faces";
        string prefix = string.Create(CultureInfo.InvariantCulture, $"{number}-");
        IReadOnlyList<Table4Block> blocks = Table4Block.Of([.. outcomes.Where(outcome => !Variants.IsRelated(outcome.Job.Variant))]);
        if (outcomes.Any(outcome => Variants.IsRelated(outcome.Job.Variant)))
        {
            blocks = [.. blocks.Where(block => block.Outcomes.Any(outcome => outcome.Job.Variant != Variants.AcnnAlstm))]; // else it stands below
        }

        for (int i = 0; i < blocks.Count; i++)
        {
            string name = blocks.Count == 1 ? prefix : string.Create(CultureInfo.InvariantCulture, $"{prefix}{i + 1}-");
            tables.Add(Networks(blocks[i], data));
            figures.Add(Accuracies(blocks[i], Variants.InOrder, name, measured));
            figures.AddRange(Curves(blocks[i], name, data.Name));
            figures.AddRange(Confusions(blocks[i], Variants.InOrder, name, data, measured));
        }

        foreach ((int i, Table4Block block) in RelatedTables.BlocksOf(outcomes).Index())
        {
            string name = string.Create(CultureInfo.InvariantCulture, $"{prefix}related-{i + 1}-");
            tables.AddRange(RelatedTables.Of(block, measured));
            figures.Add(Accuracies(block, Variants.BesideOthers, name, measured));
            figures.AddRange(Confusions(block, Variants.BesideOthers, name, data, measured));
        }

        IReadOnlyList<LstmGrid> grids = LstmGrid.Of(outcomes);
        for (int i = 0; i < grids.Count; i++)
        {
            string name = grids.Count == 1 ? prefix : string.Create(CultureInfo.InvariantCulture, $"{prefix}{i + 1}-");
            tables.Add(Grid(grids[i], measured));
            figures.Add(Heat(grids[i], name, measured));
        }

        return new ReportSection($"{DataNames.InWords(data.Name)}, {data.Split}", tables, figures);
    }

    private static ReportTable Counts(FacesInfo data)
    {
        string title = data.Name switch
        {
            DataNames.Fer2013 => "Faces of each class (the paper's Table 1)",
            DataNames.CkPlus => "Faces of each class, enlarged (the paper's Table 2)",
            DataNames.CkPlusStandIn => "Faces of each class, enlarged",
            _ => "Faces of each class",
        };
        IReadOnlyList<int> test = data.Test ?? [];
        var rows = new List<IReadOnlyList<string>>();
        if (data.Labels is { } labels)
        {
            rows.AddRange(labels.Select((label, i) => new[]
            {
                label, Words.Count(data.Training[i]), Words.Count(data.Validation[i]), data.Test is null ? "-" : Words.Count(test[i]),
                Words.Count(data.Training[i] + data.Validation[i] + (data.Test is null ? 0 : test[i])),
            }));
        }

        rows.Add(
        [
            "all", Words.Count(data.Training.Sum()), Words.Count(data.Validation.Sum()), data.Test is null ? "-" : Words.Count(test.Sum()),
            Words.Count(data.Training.Sum() + data.Validation.Sum() + test.Sum()),
        ]);
        string unseen = DataNames.IsAsCkPlus(data.Name)
            ? "Persons, and copies of most faces, stand in both parts: accuracies say nothing of other people."
            : data.ValidationUnseen == data.Validation.Sum()
            ? "No validation face also stands in training."
            : $"{Words.Count(data.ValidationUnseen)} of the validation faces do not also stand in training.";
        return new ReportTable(title, ["class", "training", "validation", "test", "sum"], rows, unseen);
    }

    private static ReportTable CountsOfFolds(FacesInfo data, int folds) => new(
        "Faces of each class",
        ["class", "faces"],
        [
            .. data.Labels!.Select((label, i) => new[] { label, Words.Count(data.Test![i]) }),
            ["all", Words.Count(data.Test!.Sum())],
        ],
        $"Each tests in one of {Words.Count(folds)} folds, and nobody stands in two parts. {Words.Count(data.Training.Sum() / folds)} faces train in the mean, "
        + "enlarged; figures of a seed are over all folds.");

    private static ReportTable Networks(Table4Block block, FacesInfo data)
    {
        var rows = new List<IReadOnlyList<string>>();
        bool knowsAll = DataNames.IsAsCkPlus(data.Name) && block.Outcomes[0].Folds is null; // Other pixels there, but of the same faces.
        foreach (string variant in Variants.InOrder)
        {
            Outcome[] outcomes = [.. block.Of(variant)];
            if (outcomes.Length == 0)
            {
                rows.Add([variant, "-", "none yet", "-", "-", "-", "-", "-"]);
                continue;
            }

            (_, string interval) = IntervalOf(outcomes);
            rows.Add(
            [
                variant,
                Words.Count(outcomes[0].Parameters),
                string.Join(", ", outcomes.Select(outcome => outcome.Job.Seed.ToString(CultureInfo.InvariantCulture))),
                Words.Percent(outcomes.Average(outcome => outcome.TrainAccuracy)),
                Words.Percent(outcomes.Average(outcome => outcome.ValidationAccuracy)),
                Words.PercentOrDash(knowsAll ? null : outcomes.Average(outcome => outcome.ValidationAccuracyUnseen)),
                Words.PercentOrDash(outcomes.Average(outcome => outcome.TestAccuracy)),
                interval,
            ]);
        }

        return new ReportTable(
            $"Networks (the paper's Table 4): {block.Title}",
            ["network", "weights", "seeds", "training", "validation", "of these, not in training", "test", "95 % interval"],
            rows,
            $"Means over the seeds. Validation is the selection split: the best weights were chosen on it. The interval is of the "
            + $"{(data.Test is null ? "validation" : "test")} accuracy: {IntervalKinds}");
    }

    public const string IntervalKinds =
        "Student's t over the seeds, which tells what other seeds would give; with one seed Wilson's, which tells what other faces would.";

    private static ReportTable Grid(LstmGrid grid, string measured)
    {
        IEnumerable<IReadOnlyList<string>> rows =
            from depth in grid.Depths
            from width in grid.Widths
            let outcomes = grid.At(width, depth).ToArray()
            select outcomes.Length == 0
                ? new[] { Words.Lstm(width, depth), "-", "none yet", "-", "-", "-" }
                :
                [
                    Words.Lstm(width, depth),
                    Words.Count(outcomes[0].Parameters),
                    string.Join(", ", outcomes.Select(outcome => outcome.Job.Seed.ToString(CultureInfo.InvariantCulture))),
                    Words.Percent(outcomes.Average(outcome => outcome.TrainAccuracy)),
                    Words.Percent(outcomes.Average(outcome => outcome.Accuracy)),
                    IntervalOf(outcomes).Text,
                ];
        return new ReportTable(
            $"LSTM by width and depth (the paper's Table 3 and Figure 3): {grid.Title}",
            ["LSTM", "weights", "seeds", "training", "accuracy", "95 % interval"],
            [.. rows],
            $"Accuracy on the {measured}. {IntervalKinds}");
    }

    private static ReportFigure Accuracies(Table4Block block, string[] variants, string prefix, string measured)
    {
        var networks = variants.Where(variant => block.Of(variant).Any()).Select(variant =>
        {
            Outcome[] outcomes = [.. block.Of(variant)];
            return (variant, outcomes.Average(outcome => outcome.Accuracy), IntervalOf(outcomes).Interval,
                (IReadOnlyList<double>)[.. outcomes.Select(outcome => outcome.Accuracy)]);
        }).ToArray();
        return new ReportFigure(
            prefix + "accuracy",
            $"Accuracy on the {measured} with 95 % intervals, {block.Title}. Small circles: single seeds.",
            ReportPlots.Accuracies(networks));
    }

    private static IEnumerable<ReportFigure> Curves(Table4Block block, string prefix, string data)
    {
        (string Name, JobCurves[] Curves)[] networks =
        [
            .. new[] { Variants.Cnn, Variants.CnnLstm }
                .Select(variant => (variant, block.Of(variant).Select(outcome => outcome.Curves).OfType<JobCurves>().ToArray()))
                .Where(pair => pair.Item2.Length > 0),
        ];
        if (networks.Length > 0)
        {
            string seeds = networks.Any(network => network.Curves.Length > 1) ? " Mean of the seeds; bands from the lowest to the highest." : "";
            yield return new ReportFigure(
                prefix + "curves-training",
                $"Accuracy on training batches (the paper's Figure 4), {block.Title}.{seeds}",
                ReportPlots.Curves(Points(curves => curves.Training), data == DataNames.Fer2013 ? Claims.Overtaking : null));
            yield return new ReportFigure(
                prefix + "curves-validation",
                $"Accuracy on the validation faces (selection split), {block.Title}.{seeds}",
                ReportPlots.Curves(Points(curves => curves.Validation), null));
        }

        (string, IReadOnlyList<IReadOnlyList<TrainingPoint>>)[] Points(Func<JobCurves, IReadOnlyList<TrainingPoint>> points) =>
            [.. networks.Select(network => (network.Name, (IReadOnlyList<IReadOnlyList<TrainingPoint>>)[.. network.Curves.Select(points)]))];
    }

    private static IEnumerable<ReportFigure> Confusions(
        Table4Block block, string[] variants, string prefix, FacesInfo data, string measured)
    {
        foreach (string variant in variants)
        {
            long[][][] matrices = [.. block.Of(variant).Select(outcome => outcome.Confusion).OfType<long[][]>()];
            if (matrices.Length == 0 || data.Labels is not { } labels)
            {
                continue;
            }

            long[][] sum = [.. labels.Select((_, row) => labels.Select((_, column) => matrices.Sum(matrix => matrix[row][column])).ToArray())];
            string[] names = [.. labels.Select(label => label.Length > 5 ? label[..4] + "." : label)];
            yield return new ReportFigure(
                $"{prefix}confusion-{variant.ToLowerInvariant()}",
                $"{variant}, {block.TitleOf(variant)}: of 100 {measured} of each class (rows), how many were taken for which (columns)"
                + $"{(matrices.Length > 1 ? FormattableString.Invariant($"; {matrices.Length} seeds together") : "")}.",
                ReportPlots.Heat(names, names, (row, column) => Share(sum[row], column), "actual", "predicted"));
        }

        static (double, string)? Share(long[] row, int column)
        {
            double share = row.Sum() == 0 ? 0 : (double)row[column] / row.Sum();
            return (share, (100 * share).ToString("F0", CultureInfo.InvariantCulture));
        }
    }

    private static ReportFigure Heat(LstmGrid grid, string prefix, string measured)
    {
        double[] means = [.. grid.Outcomes.GroupBy(outcome => (outcome.Job.LstmHidden, outcome.Job.LstmLayers))
            .Select(group => group.Average(outcome => outcome.Accuracy))];
        (double low, double high) = (means.Min(), means.Max());
        string[] rows = [.. grid.Depths.Select(depth => depth == 1 ? "1 layer" : FormattableString.Invariant($"{depth} layers"))];
        string[] columns = [.. grid.Widths.Select(width => width.ToString(CultureInfo.InvariantCulture))];
        return new ReportFigure(
            prefix + "lstm",
            $"Accuracy (%) on the {measured} by width and depth of the LSTM, {grid.Title}: darker is higher. Differences are judged by the "
            + "claims table, not by shades.",
            ReportPlots.Heat(rows, columns, Cell, "", "hidden nodes of a layer"));

        (double, string)? Cell(int row, int column)
        {
            Outcome[] outcomes = [.. grid.At(grid.Widths[column], grid.Depths[row])];
            if (outcomes.Length == 0)
            {
                return null;
            }

            double mean = outcomes.Average(outcome => outcome.Accuracy);
            return (high > low ? 0.05 + 0.85 * (mean - low) / (high - low) : 0.3, (100 * mean).ToString("F1", CultureInfo.InvariantCulture));
        }
    }

    public static (Interval Interval, string Text) IntervalOf(Outcome[] outcomes)
    {
        if (Interval.OfMean([.. outcomes.Select(outcome => outcome.Accuracy)]) is { } seeds)
        {
            seeds = new Interval(Math.Max(seeds.Low, 0), Math.Min(seeds.High, 1));
            return (seeds, $"{Words.Percent(seeds)} (t, {Words.Count(outcomes.Length)} seeds)");
        }

        var faces = Interval.Wilson((long)Math.Round(outcomes[0].Accuracy * outcomes[0].Faces), outcomes[0].Faces);
        return (faces, $"{Words.Percent(faces)} (Wilson, one seed)");
    }
}
