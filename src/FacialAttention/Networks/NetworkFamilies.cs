using static TorchSharp.torch.nn;

namespace FacialAttention;

/// <summary>The families of networks that a checkpoint can hold, by name: one row a family.</summary>
internal static class NetworkFamilies
{
    /// <summary>What checks a description, whose file is named for messages, and gives what builds the network.</summary>
    private static readonly Dictionary<string, Func<NetworkDescription, string, NetworkPlan>> ByName = new()
    {
        [ExpressionNetworkFormat.Family] = ExpressionNetworkFormat.Plan,
    };

    /// <summary>The plan of the network that is described.</summary>
    /// <typeparam name="TNetwork">What the network must be.</typeparam>
    /// <exception cref="InvalidDataException">The description is not as its family expects, or of another family.</exception>
    public static NetworkPlan PlanOf<TNetwork>(NetworkDescription description, string source)
        where TNetwork : Module
    {
        return description.Family == typeof(TNetwork).Name && ByName.TryGetValue(description.Family, out var plan)
            ? plan(description, source)
            : throw DescriptionFormat.Fault(
                source,
                $"{DescriptionFormat.FamilyKey} is {Excerpt.Of(description.Family, 100)}; expected {typeof(TNetwork).Name}.");
    }
}
