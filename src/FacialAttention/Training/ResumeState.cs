using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using TorchSharp;
using static TorchSharp.torch;

namespace FacialAttention;

/// <summary>
/// Where a run of a <see cref="Trainer"/> keeps what it needs to continue after its process has ended, however that was: one .safetensors file
/// with the last, best and averaged weights, the optimizer's memory, the state of the random generator, the history, and what the run is
/// of: options, data, network. It is replaced whole or not at all, and verified when it is read.
/// </summary>
/// <remarks>It is no checkpoint: <see cref="Checkpoint"/> saves a trained network for use.</remarks>
public sealed class ResumeState
{
    internal static readonly JsonSerializerOptions Json = new()
    {
        AllowDuplicateProperties = false,
        Converters = { new JsonStringEnumConverter(namingPolicy: null, allowIntegerValues: false) },
        RespectNullableAnnotations = true,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    };

    private const int FormatVersion = 2; // 2 added the network's description and the faces since the last report
    private const string FormatVersionKey = "resumeFormatVersion";
    private const string ConditionsKey = "conditions";
    private const string RecordKey = "record";

    private readonly string _path;
    private readonly IReadOnlyDictionary<string, string> _conditions;
    private IReadOnlyDictionary<string, string> _identity = new Dictionary<string, string>(); // Of the run, once it has begun.

    /// <summary>A state in the given file, which need not exist.</summary>
    /// <param name="path">The file; its folder exists.</param>
    /// <param name="conditions">
    /// What else must be equal for a run to continue, by name: for example where the faces come from. Options, faces and, if the network is
    /// <see cref="IDescribed"/>, its description are compared without that. Null for nothing.
    /// </param>
    /// <exception cref="ArgumentException">The path is null or empty.</exception>
    public ResumeState(string path, IReadOnlyDictionary<string, string>? conditions = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        _path = path;
        _conditions = conditions is null ? new Dictionary<string, string>() : new Dictionary<string, string>(conditions);
    }

    /// <summary>
    /// The names of the <see cref="TrainerOptions"/> that may differ between the parts of a run: where it is done and how often its state is
    /// kept do not make it another run.
    /// </summary>
    public static IReadOnlyList<string> FreeOptions => RunIdentity.FreeOptions;

    /// <summary>Whether there is such a file.</summary>
    public bool Exists => File.Exists(_path);

    /// <summary>Deletes the file, if there is one, and what killed writes of it left: the next run starts anew.</summary>
    /// <exception cref="IOException">The file cannot be deleted.</exception>
    public void Delete() => AtomicFile.Delete(_path);

    /// <summary>Keeps other trainers, in this process or another, from writing the file too.</summary>
    /// <exception cref="IOException">Another trainer writes it.</exception>
    internal FileClaim Claim(Action tellNoLocks)
    {
        FileClaim claim = FileClaim.Take(_path, $"The resume state '{_path}'");
        if (!claim.KeepsOthersOut)
        {
            tellNoLocks();
        }

        return claim;
    }

    /// <summary>Notes what the run is and, if the file exists, continues from it. Nothing is changed if anything is wrong.</summary>
    internal void Begin(TrainingRun run, RunIdentity identity)
    {
        identity.Add(ConditionsKey, _conditions);
        _identity = identity.Texts;
        if (Exists)
        {
            Read(run, identity);
        }
    }

    /// <summary>Replaces the file by one of the run as it stands, between two iterations.</summary>
    internal void Write(TrainingRun run)
    {
        using var scope = NewDisposeScope();
        var metadata = new Dictionary<string, string>(_identity)
        {
            [FormatVersionKey] = FormatVersion.ToString(CultureInfo.InvariantCulture),
            [RecordKey] = JsonSerializer.Serialize(run.Record, Json),
        };
        Safetensors.Write(_path, [.. run.Capture().Select(entry => TensorBytes.Of(entry.Key, entry.Value))], metadata);
    }

    private void Read(TrainingRun run, RunIdentity identity)
    {
        SafetensorsFile file = Safetensors.Read(_path);
        CheckFormat(file);
        CheckSameRun(file, identity);
        TrainingRecord record = ReadRecord(file.Metadata);
        if (record.FindFault(run.Iterations) is { } fault)
        {
            throw Fault($"{RecordKey}: {fault}");
        }

        using var scope = NewDisposeScope();
        var stored = new StateDict(file, "those of this network and these options");
        Dictionary<string, Tensor> tensors = stored.Read(run.Shapes(record));
        if (GeneratorState.FindFault(tensors[TrainingRun.GeneratorName].bytes) is { } generatorFault)
        {
            throw Fault($"tensor '{TrainingRun.GeneratorName}' is no state of torch's generator: {generatorFault}");
        }

        stored.CheckAllRead();
        run.Restore(record, tensors);
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

        file.CheckVerified();
    }

    private void CheckSameRun(SafetensorsFile file, RunIdentity identity)
    {
        IReadOnlyList<string> differences;
        try
        {
            differences = identity.DifferencesFrom(file.Metadata);
        }
        catch (InvalidDataException exception)
        {
            throw Fault(exception.Message, exception);
        }

        if (differences.Count > 0)
        {
            throw new InvalidOperationException(
                $"'{_path}' is the state of another run: {string.Join("; ", differences)}. Expected the same run; another one needs a file of "
                + "its own. To train beyond a planned end, finish the run as planned and train its network on in a new run.");
        }
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

    private InvalidDataException Fault(string gotAndExpected, Exception? cause = null) => new($"'{_path}': {gotAndExpected}", cause);
}
