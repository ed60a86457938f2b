using System.Globalization;

namespace VariantTable;

/// <summary>The networks that were trained as long, with an LSTM of one size: a Table 4 of its own.</summary>
/// <param name="Hidden">Of those with an LSTM.</param>
/// <param name="Layers">Of those with an LSTM.</param>
/// <param name="Iterations">Of all.</param>
/// <param name="Outcomes">Their results.</param>
internal sealed record Table4Block(int? Hidden, int? Layers, int Iterations, IReadOnlyList<Outcome> Outcomes)
{
    public string Title => Hidden is null
        ? string.Create(CultureInfo.InvariantCulture, $"{Iterations:N0} iterations")
        : string.Create(CultureInfo.InvariantCulture, $"LSTM {Hidden} x {Layers}, {Iterations:N0} iterations");

    /// <summary>The same of one network, which may have no LSTM.</summary>
    public string TitleOf(string variant) => (this with
    {
        Hidden = variant == Variants.Cnn || Variants.IsRelated(variant) ? null : Hidden,
    }).Title;

    /// <summary>The tables of one data set and protocol; a network alone makes none where others make one.</summary>
    public static IReadOnlyList<Table4Block> Of(IReadOnlyList<Outcome> outcomes)
    {
        var blocks = new List<Table4Block>();
        foreach (IGrouping<int, Outcome> budget in outcomes.GroupBy(outcome => outcome.Job.Iterations).OrderByDescending(group => group.Key))
        {
            Outcome[] plain = [.. budget.Where(outcome => outcome.Job.LstmHidden is null)];
            var sizes = budget.Where(outcome => outcome.Job.LstmHidden is not null)
                .GroupBy(outcome => (outcome.Job.LstmHidden, outcome.Job.LstmLayers))
                .OrderByDescending(group => group.Select(outcome => outcome.Job.Variant).Distinct().Count())
                .ToList();
            foreach (var size in sizes)
            {
                blocks.Add(new Table4Block(size.Key.LstmHidden, size.Key.LstmLayers, budget.Key, [.. plain, .. size]));
            }

            if (sizes.Count == 0)
            {
                blocks.Add(new Table4Block(null, null, budget.Key, plain));
            }
        }

        // Cells of the grid of LSTM sizes are no tables, but for the size that other networks have too.
        Table4Block[] tables =
        [
            .. blocks.Where(block => block.Outcomes.Select(outcome => outcome.Job.Variant).Any(variant => variant is not (Variants.AcnnAlstm or Variants.Cnn))),
        ];
        return tables.Length > 0 || LstmGrid.Of(outcomes).Count > 0 ? tables : blocks;
    }

    public IEnumerable<Outcome> Of(string variant) => Outcomes.Where(outcome => outcome.Job.Variant == variant);
}
