using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FacialAttention;

/// <summary>
/// Where a run of a <see cref="Trainer"/> keeps what it needs to go on after its process has ended in whatever way: one .safetensors file
/// with the last, best and averaged weights, the optimizer's memory, the state of the random generator, the history, and what the run is
/// of: options, data, network. It is replaced whole or not at all, and verified when it is read.
/// </summary>
/// <remarks>It is no checkpoint: <see cref="Checkpoint"/> saves a trained network for use.</remarks>
public sealed class ResumeState
{
    private const int FormatVersion = 2; // 2 added the network's description
    private const string FormatVersionKey = "resumeFormatVersion";
    private const string OptionsKey = "options";
    private const string TrainingKey = "trainingFaces";
    private const string ValidationKey = "validationFaces";
    private const string ConditionsKey = "conditions";
    private const string RecordKey = "record";
    private const string NetworkPrefix = "network/";
    private const string LastPrefix = "last/";
    private const string BestPrefix = "best/";
    private const string AveragePrefix = "average/";
    private const string OptimizerPrefix = "optimizer/";
    private const string GeneratorName = "generator";
    private const string StepSecondsName = "stepSeconds";

    // What may differ between the parts of a run: where and how often, not what.
    private static readonly string[] FreeOptions =
        [nameof(TrainerOptions.Device), nameof(TrainerOptions.CudaIndex), nameof(TrainerOptions.ResumeInterval)];

    private static readonly JsonSerializerOptions Json = new()
    {
        AllowDuplicateProperties = false,
        Converters = { new JsonStringEnumConverter(namingPolicy: null, allowIntegerValues: false) },
        RespectNullableAnnotations = true,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    };

    private static readonly JsonDocumentOptions OnceEachKey = new() { AllowDuplicateProperties = false };

    private readonly string _path;
    private readonly IReadOnlyDictionary<string, string> _conditions;
    private Dictionary<string, string> _metadata = []; // What the run is of, once it has begun.

    /// <summary>A state in the given file, which need not exist.</summary>
    /// <param name="path">The file; its folder exists.</param>
    /// <param name="conditions">
    /// What else must be equal for a run to go on, by name: for example where the faces come from. Options, faces and, if the network is
    /// <see cref="IDescribed"/>, its description are compared without that. Null for nothing.
    /// </param>
    /// <exception cref="ArgumentException">The path is null or empty.</exception>
    public ResumeState(string path, IReadOnlyDictionary<string, string>? conditions = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        _path = path;
        _conditions = conditions is null ? new Dictionary<string, string>() : new Dictionary<string, string>(conditions);
    }

    /// <summary>Whether there is such a file.</summary>
    public bool Exists => File.Exists(_path);

    /// <summary>Deletes the file, if there is one: the next run starts anew.</summary>
    /// <exception cref="IOException">The file cannot be deleted.</exception>
    public void Delete() => File.Delete(_path);

    /// <summary>Notes what the run is of and, if the file exists, goes on from it. Nothing is changed if anything is wrong.</summary>
    internal void Begin(
        Module<Tensor, Tensor> network,
        NetworkOptimizer optimizer,
        TrainerOptions options,
        FaceDataset training,
        FaceDataset validation,
        TrainingRun run)
    {
        _metadata = new Dictionary<string, string>
        {
            [FormatVersionKey] = FormatVersion.ToString(CultureInfo.InvariantCulture),
            [OptionsKey] = Describe(options),
            [TrainingKey] = Fingerprint(training),
            [ValidationKey] = Fingerprint(validation),
            [ConditionsKey] = JsonSerializer.Serialize(_conditions.OrderBy(pair => pair.Key, StringComparer.Ordinal).ToDictionary(), Json),
        };
        foreach ((string key, string value) in (network as IDescribed)?.Describe().ToMetadata() ?? [])
        {
            _metadata.Add(NetworkPrefix + key, value);
        }

        if (Exists)
        {
            GoOn(network, optimizer, run);
        }
    }

    /// <summary>Replaces the file by one of the run as it stands, between two iterations.</summary>
    internal void Write(Module<Tensor, Tensor> network, NetworkOptimizer optimizer, TrainingRun run)
    {
        using var scope = NewDisposeScope();
        var tensors = new List<SafetensorsTensor>();
        Add(LastPrefix, network.state_dict());
        Add(BestPrefix, run.Best.Weights);
        Add(AveragePrefix, run.Average?.Snapshot.Weights ?? new Dictionary<string, Tensor>());
        Add(OptimizerPrefix, optimizer.State());
        tensors.Add(TensorBytes.Of(GeneratorName, get_rng_state()));
        tensors.Add(TensorBytes.Of(StepSecondsName, tensor(run.StepSeconds.ToArray())));
        Safetensors.Write(_path, tensors, new Dictionary<string, string>(_metadata)
        {
            [RecordKey] = JsonSerializer.Serialize(run.Record, Json),
        });

        void Add(string prefix, IReadOnlyDictionary<string, Tensor> weights) =>
            tensors.AddRange(weights.Select(entry => TensorBytes.Of(prefix + entry.Key, entry.Value)));
    }

    private void GoOn(Module<Tensor, Tensor> network, NetworkOptimizer optimizer, TrainingRun run)
    {
        SafetensorsFile file = Safetensors.Read(_path);
        CheckFormat(file);
        CheckSameRun(file.Metadata);
        TrainingRecord record = ReadRecord(file.Metadata);
        if (record.FindFault(run.Iterations) is { } fault)
        {
            throw Fault($"{RecordKey}: {fault}");
        }

        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        Dictionary<string, Tensor> weights = network.state_dict();
        (string, ScalarType, long[])[] shapes = [.. weights.Select(entry => (entry.Key, entry.Value.dtype, entry.Value.shape))];
        var stored = new StateDict(file, "those of this network and these options");
        var last = stored.Take(shapes, LastPrefix);
        var best = record.Stopping.Best is null ? [] : stored.Take(shapes, BestPrefix);
        var average = run.Average is null ? [] : stored.Take(shapes, AveragePrefix);
        var memory = stored.Take(optimizer.StateShapes(), OptimizerPrefix);
        Tensor generator = stored.Take([(GeneratorName, ScalarType.Byte, get_rng_state().shape)])[GeneratorName];
        Tensor seconds = stored.Take([(StepSecondsName, ScalarType.Float64, [record.Iteration])])[StepSecondsName];
        if (GeneratorState.FindFault(generator.bytes) is { } generatorFault)
        {
            throw Fault($"tensor '{GeneratorName}' is no state of torch's generator: {generatorFault}");
        }

        stored.CheckNoneLeft();
        foreach ((string key, Tensor weight) in weights)
        {
            weight.copy_(last[key]);
        }

        optimizer.Restore(memory);
        run.Best.Take(best);
        run.Average?.Snapshot.Take(average);
        run.Record = record;
        run.StepSeconds.AddRange(seconds.data<double>());
        set_rng_state(generator);
    }

    private void CheckFormat(SafetensorsFile file)
    {
        if (!file.Metadata.TryGetValue(FormatVersionKey, out string? version))
        {
            throw Fault($"the metadata has no '{FormatVersionKey}'; expected the resume state of a run.");
        }

        if (version != FormatVersion.ToString(CultureInfo.InvariantCulture))
        {
            throw Fault($"{FormatVersionKey} is {Excerpt.Of(version)}; expected {FormatVersion}.");
        }

        if (!file.IsVerified)
        {
            throw Fault($"the metadata has no '{Safetensors.ChecksumKey}'; expected the checksum of the file.");
        }
    }

    private void CheckSameRun(IReadOnlyDictionary<string, string> metadata)
    {
        var differences = new List<string>();
        string[] undescribed = [.. metadata.Keys.Where(key => IsOfNetwork(key) && !_metadata.ContainsKey(key))];
        differences.AddRange(undescribed.Select(key => $"{key} is {Excerpt.Of(metadata[key], 200)} there and unknown here"));
        foreach ((string key, string here) in _metadata)
        {
            if (!metadata.TryGetValue(key, out string? there))
            {
                differences.Add(IsOfNetwork(key)
                    ? $"{key} is unknown there and {Excerpt.Of(here, 200)} here"
                    : throw Fault($"the metadata has no '{key}'; expected it in a resume state."));
            }
            else if (there != here)
            {
                differences.AddRange(here.StartsWith('{')
                    ? Differences(key, ReadObject(there, key), ReadObject(here, key))
                    : [$"{key} is {Excerpt.Of(there, 200)} there and {Excerpt.Of(here, 200)} here"]);
            }
        }

        if (differences.Count > 0)
        {
            throw new InvalidOperationException(
                $"'{_path}' is the state of another run: {string.Join("; ", differences)}. Expected the same run; another one needs a file of "
                + "its own. To train beyond a planned end, finish the run as planned and train its network on in a new run.");
        }

        static bool IsOfNetwork(string key) => key.StartsWith(NetworkPrefix, StringComparison.Ordinal);
    }

    private TrainingRecord ReadRecord(IReadOnlyDictionary<string, string> metadata)
    {
        string text = metadata.GetValueOrDefault(RecordKey) ?? throw Fault($"the metadata has no '{RecordKey}'; expected it.");
        try
        {
            return JsonSerializer.Deserialize<TrainingRecord>(text, Json) ?? throw Fault($"{RecordKey} is null; expected a value.");
        }
        catch (JsonException exception)
        {
            throw Fault($"{RecordKey} is not as expected: {exception.Message}", exception);
        }
    }

    private JsonObject ReadObject(string text, string key)
    {
        try
        {
            JsonObject node = JsonNode.Parse(text, documentOptions: OnceEachKey) as JsonObject
                ?? throw Fault($"{key} is {Excerpt.Of(text)}; expected an object.");
            _ = node.ToJsonString(); // Finds escaped halves of surrogate pairs, which parsing lets pass.
            return node;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            throw Fault($"{key} is not as expected: {exception.Message}", exception);
        }
    }

    private static string Describe(TrainerOptions options)
    {
        JsonObject node = JsonSerializer.SerializeToNode(options, Json)!.AsObject();
        foreach (string name in FreeOptions)
        {
            node.Remove(name);
        }

        return node.ToJsonString();
    }

    /// <summary>Which members of two objects differ, and how; members of members by their path.</summary>
    private static IEnumerable<string> Differences(string path, JsonObject there, JsonObject here)
    {
        foreach (string name in there.Select(pair => pair.Key).Union(here.Select(pair => pair.Key)))
        {
            (JsonNode? left, JsonNode? right) = (there[name], here[name]);
            if (left is JsonObject leftObject && right is JsonObject rightObject)
            {
                foreach (string difference in Differences(name, leftObject, rightObject))
                {
                    yield return difference;
                }
            }
            else if (!JsonNode.DeepEquals(left, right))
            {
                yield return $"{path} {name} is {Show(left)} there and {Show(right)} here";
            }
        }

        static string Show(JsonNode? node) => node is null ? "null" : Excerpt.Of(node.ToJsonString().Trim('"'), 200).Trim('"');
    }

    private static string Fingerprint(FaceDataset faces)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        string kind = FormattableString.Invariant($"{faces.Count} faces of {faces.Height} x {faces.Width}");
        hash.AppendData(Encoding.UTF8.GetBytes(string.Join(',', faces.Labels.Names)));
        hash.AppendData(faces.LabelIndices.Span);
        hash.AppendData(faces.Pixels.Span);
        return $"{kind}, sha256 {Convert.ToHexStringLower(hash.GetHashAndReset())}";
    }

    private InvalidDataException Fault(string gotAndExpected, Exception? cause = null) => new($"'{_path}': {gotAndExpected}", cause);
}
