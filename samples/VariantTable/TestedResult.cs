using System.Text.Json.Serialization;
using FacialAttention;

namespace VariantTable;

/// <summary>What one network makes of clean and spoilt faces: the content of its file, written anew after each condition.</summary>
/// <param name="Origin">Which network, and on what.</param>
/// <param name="Conditions">Clean faces first, then each kind by strength, as far as they are measured.</param>
internal sealed record TestedResult(TestedOrigin Origin, IReadOnlyList<ConditionResult> Conditions)
{
    public static readonly CorruptionKind[] Kinds = Enum.GetValues<CorruptionKind>();

    [JsonIgnore]
    public ConditionResult Clean => Conditions[0];

    [JsonIgnore]
    public IEnumerable<ConditionResult> Spoilt => Conditions.Skip(1);

    /// <summary>Those under which a part of the face is hidden.</summary>
    [JsonIgnore]
    public IEnumerable<ConditionResult> Hidden => Spoilt.Where(condition => new Corruption(condition.Kind!.Value, condition.Strength).Hides);

    public ConditionResult Of(CorruptionKind kind, int strength) => Conditions.Single(condition => condition.Kind == kind && condition.Strength == strength);

    public IEnumerable<ConditionResult> Of(CorruptionKind kind) => Conditions.Where(condition => condition.Kind == kind);

    /// <summary>For each face the share of right answers over some conditions.</summary>
    public static double[] PerFace(IEnumerable<ConditionResult> conditions)
    {
        ConditionResult[] all = [.. conditions];
        return [.. Enumerable.Range(0, all[0].Faces).Select(face => (double)all.Count(condition => condition.IsRight(face)) / all.Length)];
    }
}
