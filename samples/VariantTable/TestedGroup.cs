using FacialAttention;

namespace VariantTable;

/// <summary>Networks that are compared as one: those of a variant, which differ by seed, or one alone.</summary>
/// <param name="Name">The variant, or the network.</param>
/// <param name="Members">One or several.</param>
internal sealed record TestedGroup(string Name, IReadOnlyList<TestedResult> Members)
{
    public static IReadOnlyList<TestedGroup> Of(IEnumerable<TestedResult> results) =>
        [.. results.GroupBy(result => result.Origin.Group).Select(group => new TestedGroup(group.Key, [.. group]))];

    /// <summary>The mean of a figure over the networks; null where one of them has none.</summary>
    public double? Mean(Func<TestedResult, double?> figure) => Members.All(member => figure(member) is not null) ? Members.Average(figure) : null;

    /// <summary>The mean of a figure over some conditions and the networks; null where one of them has none.</summary>
    public double? Mean(Func<TestedResult, IEnumerable<ConditionResult>> conditions, Func<ConditionResult, double?> figure) => Mean(
        member => conditions(member).All(condition => figure(condition) is not null) ? conditions(member).Average(figure) : null);

    /// <summary>The accuracy over some conditions, with its 95 % interval: over the seeds where there are several, else over the faces.</summary>
    public (double Mean, Interval? Interval) Accuracy(Func<TestedResult, IEnumerable<ConditionResult>> conditions)
    {
        double[] values = Members.Count > 1
            ? [.. Members.Select(member => conditions(member).Average(condition => condition.Accuracy))]
            : TestedResult.PerFace(conditions(Members[0]));
        return (values.Average(), Interval.OfMean(values));
    }

    /// <summary>Whether differences from another group are of seeds, of which both have several in common; else they are of faces.</summary>
    public bool IsBySeed(TestedGroup other) => Pairs(other).Length > 1;

    /// <summary>How much more of something of the faces this group has than another, paired by seed or by face.</summary>
    /// <param name="other">Measured on the same faces.</param>
    /// <param name="perFace">A number for each face.</param>
    public Difference Less(TestedGroup other, Func<TestedResult, double[]> perFace)
    {
        (TestedResult Own, TestedResult Other)[] pairs = Pairs(other);
        double[] differences = pairs.Length > 1
            ? [.. pairs.Select(pair => perFace(pair.Own).Average() - perFace(pair.Other).Average())]
            : [.. perFace(pairs[0].Own).Zip(perFace(pairs[0].Other), (own, counterpart) => own - counterpart)];
        return new Difference(differences.Average(), Interval.OfMean(differences));
    }

    /// <summary>The networks of one seed; the first of each group where none have one in common.</summary>
    private (TestedResult Own, TestedResult Other)[] Pairs(TestedGroup other)
    {
        (TestedResult Own, TestedResult Other)[] pairs =
        [
            .. from member in Members
               from counterpart in other.Members
               where member.Origin.Seed is not null && member.Origin.Seed == counterpart.Origin.Seed
               select (member, counterpart),
        ];
        return pairs.Length == 0 ? [(Members[0], other.Members[0])] : pairs;
    }
}
