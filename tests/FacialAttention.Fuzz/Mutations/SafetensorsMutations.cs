using System.Text.Json.Nodes;

namespace FacialAttention.Fuzz.Mutations;

/// <summary>Damage to safetensors files that knows their header, metadata and checksum.</summary>
internal static class SafetensorsMutations
{
    private static readonly ulong[] Lengths =
        [0, 1, 2, 7, 8, int.MaxValue, 1UL << 31, 1UL << 32, 100_000_001, long.MaxValue, ulong.MaxValue];

    private static readonly float[] Floats =
        [float.NaN, float.PositiveInfinity, float.NegativeInfinity, float.MaxValue, float.Epsilon, -0f];

    public static byte[] Mutate(Dice dice, byte[] valid, byte[] other)
    {
        if (dice.OneIn(6))
        {
            return ByteMutations.Mutate(dice, valid, other);
        }

        var parts = SafetensorsParts.Of(valid);
        ulong? claimedLength = null;
        switch (dice.Below(8))
        {
            case 0:
                claimedLength = dice.OneIn(2) ? dice.Pick(Lengths) : (ulong)(parts.Header.Length + dice.Below(17) - 8);
                break;
            case 1:
                parts.Data = ByteMutations.Mutate(dice, parts.Data, other);
                break;
            case 2 when parts.Data.Length >= sizeof(float):
                int at = dice.Below(parts.Data.Length - sizeof(float) + 1) / sizeof(float) * sizeof(float);
                BitConverter.GetBytes(dice.Pick(Floats)).CopyTo(parts.Data, at);
                break;
            case 3 or 4 or 5:
                parts.Header = MutateMetadata(dice, parts.Header);
                break;
            default:
                parts.Header = JsonMutations.Mutate(dice, parts.Header);
                break;
        }

        return parts.Join(claimedLength);
    }

    /// <summary>Damages the JSON that stands in a string of the metadata, or a string itself.</summary>
    private static string MutateMetadata(Dice dice, string header)
    {
        JsonNode root = JsonNode.Parse(header)!;
        string[] keys = root[Safetensors.MetadataKey] is JsonObject found
            ? [.. found.Select(pair => pair.Key).Where(key => key != Safetensors.ChecksumKey)]
            : [];
        if (keys.Length == 0)
        {
            return JsonMutations.Mutate(dice, header);
        }

        string key = dice.Pick(keys);
        JsonNode metadata = root[Safetensors.MetadataKey]!;
        string value = metadata[key]!.GetValue<string>();
        metadata[key] = JsonMutations.Parse(value) is null && dice.OneIn(2)
            ? dice.Pick(TextMutations.Numbers)
            : JsonMutations.Mutate(dice, value);
        return root.ToJsonString();
    }
}
