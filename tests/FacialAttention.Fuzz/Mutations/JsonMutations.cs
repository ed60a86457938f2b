using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace FacialAttention.Fuzz.Mutations;

/// <summary>Damage to JSON that mostly stays JSON: values, keys, kinds and nesting.</summary>
internal static class JsonMutations
{
    private const int Deep = 200;
    private const string Half = "half of a pair"; // stands for an escape that no tree can hold

    private static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly string[] Values =
    [
        "null", "true", "false", "0", "1", "-1", "2", "17", "64", "4096", "65537", "2147483647", "2147483648", "-2147483649",
        "9223372036854775807", "9223372036854775808", "18446744073709551616", "0.5", "-0.0", "1e308", "1e309", "-1e309", "1e-400",
        "\"\"", "\" \"", "\"0\"", "\"5\"", "\"NaN\"", "\"Infinity\"", $"\"{Half}\"", "\"\\u0000\"", "\"\\u202E\"", "\"a,b\"",
        "\"99999999.99:99:99\"", "\"10675199.02:48:05.4775807\"", "\"-10675199.02:48:05.4775808\"",
        "[]", "{}", "[[]]", "[null]", "[1,2]", "[0,0]", "[-1,-1]", "{\"\":null}", "{\"0\":{}}",
        "[9223372036854775807,9223372036854775807]", "[0,9223372036854775807]",
    ];

    private static readonly string[] Keys =
        ["", " ", "x", "0", "__metadata__", "sha256", "dtype", "a.b", "a:b", "\0", "ä", "\u202E", "$id", "$type", "names", "NAME"];

    private static readonly string[] Pieces = ["{", "}", "[", "]", ",", ":", "\"", "\\", "\\u", "//", "/*", "\0", "\t", "'", "é", "\uFEFF"];

    /// <summary>The text after one to three changes; a text that is no JSON is damaged as text.</summary>
    public static string Mutate(Dice dice, string text)
    {
        for (int changes = 1 + dice.Below(3); changes > 0; changes--)
        {
            text = dice.OneIn(5) || Parse(text) is not { } root ? MutateText(dice, text) : MutateTree(dice, root).ToJsonString(Plain);
        }

        return text.Replace(Half, "\\ud800", StringComparison.Ordinal);
    }

    /// <summary>The text as a tree; null if it is no object or list, or one with a key twice.</summary>
    public static JsonNode? Parse(string text)
    {
        try
        {
            JsonNode? root = JsonNode.Parse(text);
            _ = root is null ? 0 : All(root).Count;
            return root is JsonObject or JsonArray ? root : null;
        }
        catch (Exception exception) when (exception is JsonException or ArgumentException or InvalidOperationException)
        {
            return null;
        }
    }

    private static string MutateText(Dice dice, string text)
    {
        switch (dice.Below(6))
        {
            case 0:
                return TextMutations.ReplaceNumber(dice, text);
            case 1:
                return TextMutations.Insert(dice, text, dice.Pick(Pieces));
            case 2:
                return text[..dice.Below(text.Length + 1)];
            case 3 when text.Length > 0:
                return text.Remove(dice.Below(text.Length), 1);
            case 4:
                return RepeatKey(dice, text);
            default:
                string open = dice.Pick(["[", "{\"a\":"]);
                return string.Concat(Enumerable.Repeat(open, Deep)) + text + new string(open == "[" ? ']' : '}', Deep);
        }
    }

    /// <summary>Puts a key that is there into its object once more.</summary>
    private static string RepeatKey(Dice dice, string text)
    {
        int end = text.IndexOf("\":", dice.Below(text.Length + 1), StringComparison.Ordinal);
        int start = end < 1 ? -1 : text.LastIndexOf('"', end - 1);
        return start < 0 ? text : text.Insert(start, text[start..(end + 2)] + dice.Pick(Values) + ",");
    }

    private static JsonNode MutateTree(Dice dice, JsonNode root)
    {
        List<(JsonNode Parent, string? Key, int Index)> places = All(root);
        if (places.Count == 0)
        {
            return JsonNode.Parse(dice.Pick(Values)) as JsonObject ?? root;
        }

        (JsonNode parent, string? key, int index) = dice.Pick(places);
        (JsonNode otherParent, string? otherKey, int otherIndex) = dice.Pick(places);
        JsonNode? other = otherKey is null ? otherParent[otherIndex] : otherParent[otherKey];
        JsonNode? value = dice.OneIn(4) ? other?.DeepClone() : JsonNode.Parse(dice.Pick(Values));
        switch (parent, dice.Below(6))
        {
            case (JsonObject it, 0):
                it.Remove(key!);
                break;
            case (JsonObject it, 1):
                JsonNode? moved = it[key!];
                it.Remove(key!);
                it[dice.OneIn(3) ? key!.ToUpperInvariant() : dice.OneIn(2) ? key + "s" : dice.Pick(Keys)] = moved;
                break;
            case (JsonObject it, 2):
                it[dice.OneIn(2) ? otherKey ?? "x" : dice.Pick(Keys)] = value;
                break;
            case (JsonObject it, _):
                it[key!] = value;
                break;
            case (JsonArray it, 0):
                it.RemoveAt(index);
                break;
            case (JsonArray it, 1):
                it.Insert(index, value);
                break;
            case (JsonArray it, _):
                it[index] = value;
                break;
        }

        return root;
    }

    private static List<(JsonNode Parent, string? Key, int Index)> All(JsonNode root)
    {
        var places = new List<(JsonNode, string?, int)>();
        var open = new Stack<JsonNode>([root]);
        while (open.TryPop(out JsonNode? node))
        {
            if (node is JsonObject it)
            {
                foreach ((string key, JsonNode? child) in it)
                {
                    places.Add((it, key, -1));
                    Open(child);
                }
            }
            else if (node is JsonArray list)
            {
                for (int i = 0; i < list.Count; i++)
                {
                    places.Add((list, null, i));
                    Open(list[i]);
                }
            }
        }

        return places;

        void Open(JsonNode? child)
        {
            if (child is not null)
            {
                open.Push(child);
            }
        }
    }
}
