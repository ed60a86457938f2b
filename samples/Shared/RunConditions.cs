using System.Text.Json.Nodes;
using FacialAttention;

namespace Samples;

/// <summary>What a resumed run must have in common with the one that it goes on from, beside the trainer's options and the faces.</summary>
internal static class RunConditions
{
    public static Dictionary<string, string> Of(ExpressionNetwork network, string data, string split)
    {
        var conditions = new Dictionary<string, string>
        {
            ["variant"] = network.Variant.PaperName,
            ["data"] = data,
            ["split"] = split,
        };
        foreach ((string name, JsonNode? value) in JsonFile.ToObject(network.Options))
        {
            conditions.Add($"network {name}", JsonFile.TextOf(value));
        }

        return conditions;
    }
}
