namespace VariantTable;

/// <summary>How much more one group of networks has than another, each difference with its 95 % interval.</summary>
/// <param name="Own">Its name.</param>
/// <param name="Other">That of the other.</param>
/// <param name="IsBySeed">Whether the differences are of seeds; else of faces.</param>
/// <param name="Clean">In accuracy on clean faces.</param>
/// <param name="All">In the mean accuracy over all conditions.</param>
/// <param name="Hidden">In the accuracy where parts are hidden.</param>
/// <param name="Kept">In what is left of the accuracy once parts are hidden: above 0, the first loses less.</param>
internal sealed record Comparison(
    string Own, string Other, bool IsBySeed, Difference Clean, Difference All, Difference Hidden, Difference Kept)
{
    public static Comparison Of(TestedGroup own, TestedGroup other) => new(
        own.Name,
        other.Name,
        own.IsBySeed(other),
        own.Less(other, network => TestedResult.PerFace([network.Clean])),
        own.Less(other, network => TestedResult.PerFace(network.Spoilt)),
        own.Less(other, network => TestedResult.PerFace(network.Hidden)),
        own.Less(other, LostToOcclusion));

    /// <summary>The paper's best network against the other variants; else each network against the first.</summary>
    public static IReadOnlyList<Comparison> Among(IReadOnlyList<TestedGroup> groups)
    {
        TestedGroup? best = groups.FirstOrDefault(group => group.Name == Variants.AcnnAlstm);
        return best is not null && groups.Count(group => Variants.InOrder.Contains(group.Name)) > 1
            ? [.. groups.Where(group => group != best).Select(group => Of(best, group))]
            : [.. groups.Skip(1).Select(group => Of(group, groups[0]))];
    }

    /// <summary>For each face the share of right answers where a part is hidden, less that where none is.</summary>
    private static double[] LostToOcclusion(TestedResult network) =>
        [.. TestedResult.PerFace(network.Hidden).Zip(TestedResult.PerFace([network.Clean]), (hidden, clean) => hidden - clean)];
}
