using System.Text.Json.Nodes;

namespace FacialAttention;

/// <summary>What differs between two runs that were written down as JSON.</summary>
internal static class JsonDifferences
{
    /// <summary>A text for each member that differs, for example "trainer.epochs is 3 there and 4 here".</summary>
    /// <param name="there">What was written down.</param>
    /// <param name="here">What is.</param>
    /// <param name="path">What comes before the names.</param>
    /// <param name="show">A value as text; null for a member that is null or missing.</param>
    public static IEnumerable<string> Between(JsonObject there, JsonObject here, string path, Func<JsonNode?, string> show)
    {
        foreach (string name in there.Select(pair => pair.Key).Union(here.Select(pair => pair.Key)))
        {
            (JsonNode? left, JsonNode? right) = (there[name], here[name]);
            if (left is JsonObject leftObject && right is JsonObject rightObject)
            {
                foreach (string difference in Between(leftObject, rightObject, $"{path}{name}.", show))
                {
                    yield return difference;
                }
            }
            else if (!JsonNode.DeepEquals(left, right))
            {
                yield return $"{path}{name} is {show(left)} there and {show(right)} here";
            }
        }
    }
}
