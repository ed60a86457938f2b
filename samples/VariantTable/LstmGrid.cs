using System.Globalization;

namespace VariantTable;

/// <summary>ACNN-ALSTM with LSTMs of several sizes, trained as long: Figure 3.</summary>
internal sealed record LstmGrid(int Iterations, IReadOnlyList<Outcome> Outcomes)
{
    public string Title => string.Create(CultureInfo.InvariantCulture, $"ACNN-ALSTM, {Iterations:N0} iterations");

    public int[] Widths => [.. Outcomes.Select(outcome => outcome.Job.LstmHidden!.Value).Distinct().Order()];

    public int[] Depths => [.. Outcomes.Select(outcome => outcome.Job.LstmLayers!.Value).Distinct().Order()];

    public static IReadOnlyList<LstmGrid> Of(IReadOnlyList<Outcome> outcomes) =>
    [
        .. outcomes.Where(outcome => outcome.Job.Variant == Variants.AcnnAlstm)
            .GroupBy(outcome => outcome.Job.Iterations)
            .Where(group => group.Select(outcome => (outcome.Job.LstmHidden, outcome.Job.LstmLayers)).Distinct().Count() > 1)
            .OrderByDescending(group => group.Key)
            .Select(group => new LstmGrid(group.Key, [.. group])),
    ];

    public IEnumerable<Outcome> At(int width, int depth) =>
        Outcomes.Where(outcome => outcome.Job.LstmHidden == width && outcome.Job.LstmLayers == depth);

    /// <summary>For each seed the mean gain of the wider LSTM over the depths; of seeds that have both at every depth.</summary>
    public double[] PairedByDepth(int width, int wider) => Paired(
        Depths.Where(depth => At(width, depth).Any() && At(wider, depth).Any()).Select(depth => (At(width, depth), At(wider, depth))));

    /// <summary>For each seed the mean gain of the deeper LSTM over the widths; of seeds that have both at every width.</summary>
    public double[] PairedByWidth(int depth, int deeper) => Paired(
        Widths.Where(width => At(width, depth).Any() && At(width, deeper).Any()).Select(width => (At(width, depth), At(width, deeper))));

    private double[] Paired(IEnumerable<(IEnumerable<Outcome> Less, IEnumerable<Outcome> More)> cells)
    {
        var pairs = cells.Select(cell => (
            Less: cell.Less.ToDictionary(outcome => outcome.Job.Seed, outcome => outcome.Accuracy),
            More: cell.More.ToDictionary(outcome => outcome.Job.Seed, outcome => outcome.Accuracy))).ToList();
        return pairs.Count == 0
            ? []
            :
            [
                .. Outcomes.Select(outcome => outcome.Job.Seed).Distinct().Order()
                    .Where(seed => pairs.All(pair => pair.Less.ContainsKey(seed) && pair.More.ContainsKey(seed)))
                    .Select(seed => pairs.Average(pair => pair.More[seed] - pair.Less[seed])),
            ];
    }
}
