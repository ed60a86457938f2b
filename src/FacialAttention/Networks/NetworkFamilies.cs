namespace FacialAttention;

/// <summary>The families of networks that a checkpoint can hold, by name: one row a family.</summary>
internal static class NetworkFamilies
{
    /// <summary>What the networks are, and what checks a description, whose file is named for messages, and gives what builds one.</summary>
    private static readonly Dictionary<string, (Type Type, Func<NetworkDescription, string, NetworkPlan> Plan)> ByName = new()
    {
        [ExpressionNetworkFormat.Family] = (typeof(ExpressionNetwork), ExpressionNetworkFormat.Plan),
        [nameof(FerAttNetwork)] = (typeof(FerAttNetwork), FerAttNetworkFormat.Plan),
        [nameof(PatchGatedCnn)] = (typeof(PatchGatedCnn), PatchGatedCnnFormat.Plan),
    };

    /// <summary>The plan of the network that is described.</summary>
    /// <typeparam name="TNetwork">What the network must be.</typeparam>
    /// <exception cref="InvalidDataException">The description is not as its family expects, or of another family.</exception>
    public static NetworkPlan PlanOf<TNetwork>(NetworkDescription description, string source)
        where TNetwork : FaceNetwork
    {
        if (!ByName.TryGetValue(description.Family, out (Type Type, Func<NetworkDescription, string, NetworkPlan> Plan) family))
        {
            string known = typeof(TNetwork) == typeof(FaceNetwork) ? string.Join(", ", ByName.Keys) : typeof(TNetwork).Name;
            throw DescriptionFormat.Fault(
                source, $"{DescriptionFormat.FamilyKey} is {Excerpt.Of(description.Family, 100)}; expected {known}.");
        }

        return family.Type.IsAssignableTo(typeof(TNetwork)) ? family.Plan(description, source) : throw DescriptionFormat.Fault(
            source,
            $"{DescriptionFormat.FamilyKey} is '{description.Family}'; expected {typeof(TNetwork).Name}. "
            + $"{nameof(Checkpoint)}.{nameof(Checkpoint.Load)}<{description.Family}> loads it.");
    }
}
