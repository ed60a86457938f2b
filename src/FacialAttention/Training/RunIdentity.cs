using System.Text.Json;
using System.Text.Json.Nodes;
using static TorchSharp.torch.nn;

namespace FacialAttention;

/// <summary>What makes a run the run that it is: options, faces and network, as texts by name.</summary>
internal sealed class RunIdentity
{
    private const string NetworkPrefix = "network/";

    private static readonly JsonDocumentOptions UniqueKeys = new() { AllowDuplicateProperties = false };

    private readonly Dictionary<string, string> _texts;

    public RunIdentity(Module network, TrainerOptions options, FaceDataset training, FaceDataset validation)
    {
        _texts = new Dictionary<string, string>
        {
            ["options"] = Describe(options),
            ["trainingFaces"] = training.Fingerprint(),
            ["validationFaces"] = validation.Fingerprint(),
        };
        foreach ((string key, string value) in (network as IDescribed)?.Describe().ToMetadata() ?? [])
        {
            _texts.Add(NetworkPrefix + key, value);
        }
    }

    /// <summary>Options that may differ between the parts of a run: where and how often, not what.</summary>
    public static IReadOnlyList<string> FreeOptions { get; } =
        [nameof(TrainerOptions.Device), nameof(TrainerOptions.CudaIndex), nameof(TrainerOptions.ResumeInterval)];

    /// <summary>The texts, for the metadata of a file.</summary>
    public IReadOnlyDictionary<string, string> Texts => _texts;

    /// <summary>Adds what the caller says of the run.</summary>
    public void Add(string name, IReadOnlyDictionary<string, string> conditions) => _texts.Add(
        name, JsonSerializer.Serialize(conditions.OrderBy(pair => pair.Key, StringComparer.Ordinal).ToDictionary(), ResumeState.Json));

    /// <summary>How the run of a file differs from this one; nothing if it is the same.</summary>
    /// <exception cref="InvalidDataException">The metadata is not that of a run.</exception>
    public IReadOnlyList<string> DifferencesFrom(IReadOnlyDictionary<string, string> metadata)
    {
        var differences = new List<string>();
        string[] undescribed = [.. metadata.Keys.Where(key => IsOfNetwork(key) && !_texts.ContainsKey(key))];
        differences.AddRange(undescribed.Select(key => $"{key} is {Excerpt.Of(metadata[key], 200)} there and unknown here"));
        foreach ((string key, string here) in _texts)
        {
            if (!metadata.TryGetValue(key, out string? there))
            {
                differences.Add(IsOfNetwork(key)
                    ? $"{key} is unknown there and {Excerpt.Of(here, 200)} here"
                    : throw new InvalidDataException($"the metadata has no '{key}'; expected it in a resume state."));
            }
            else if (there != here)
            {
                differences.AddRange(here.StartsWith('{')
                    ? JsonDifferences.Between(ReadObject(there, key), ReadObject(here, key), $"{key} ", Show)
                    : [$"{key} is {Excerpt.Of(there, 200)} there and {Excerpt.Of(here, 200)} here"]);
            }
        }

        return differences;

        static bool IsOfNetwork(string key) => key.StartsWith(NetworkPrefix, StringComparison.Ordinal);
    }

    private static string Describe(TrainerOptions options)
    {
        JsonObject node = JsonSerializer.SerializeToNode(options, ResumeState.Json)!.AsObject();
        foreach (string name in FreeOptions)
        {
            node.Remove(name);
        }

        return node.ToJsonString();
    }

    private static JsonObject ReadObject(string text, string key)
    {
        try
        {
            JsonObject node = JsonNode.Parse(text, documentOptions: UniqueKeys) as JsonObject
                ?? throw new InvalidDataException($"{key} is {Excerpt.Of(text)}; expected an object.");
            _ = node.ToJsonString(); // Finds escaped halves of surrogate pairs, which parsing lets pass.
            return node;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            throw new InvalidDataException($"{key} is not as expected: {exception.Message}", exception);
        }
    }

    private static string Show(JsonNode? node) => node is null ? "null" : Excerpt.Of(node.ToJsonString().Trim('"'), 200).Trim('"');
}
