namespace FacialAttention.Fuzz.Targets;

/// <summary>The targets by name.</summary>
internal static class TargetNames
{
    /// <summary>Not among all: a target whose faults show that faults are found.</summary>
    public const string Faulty = "faulty";

    /// <summary>The same for <see cref="DisposalTarget"/>.</summary>
    public const string FaultyDisposal = "faulty-disposal";

    /// <summary>The same for <see cref="OnnxTarget"/>.</summary>
    public const string FaultyOnnx = "faulty-onnx";

    private static readonly Dictionary<string, Func<Target>> FaultyMakers = new()
    {
        [Faulty] = () => new FaultyTarget(),
        [FaultyDisposal] = () => new FaultyDisposalTarget(),
        [FaultyOnnx] = () => new FaultyOnnxTarget(),
    };

    private static readonly Dictionary<string, Func<Target>> Makers = new()
    {
        ["csv"] = () => new CsvTarget(),
        ["gzip"] = () => new GzipTarget(),
        ["ferplus"] = () => new FerPlusTarget(),
        ["ckplus"] = () => new CkPlusTarget(),
        ["image"] = () => new ImageTarget(),
        ["folder"] = () => new FolderTarget(),
        ["safetensors"] = () => new SafetensorsTarget(),
        ["checkpoint"] = () => new CheckpointTarget(),
        ["resume"] = () => new ResumeTarget(),
        ["options"] = () => new OptionsTarget(),
        ["onnx"] = () => new OnnxTarget(),
        ["disposal"] = () => new DisposalTarget(),
    };

    public static IReadOnlyList<string> All { get; } = [.. Makers.Keys];

    /// <summary>The names that are told nobody.</summary>
    public static IReadOnlyList<string> AllFaulty { get; } = [.. FaultyMakers.Keys];

    public static Target Create(string name) => (Makers.GetValueOrDefault(name) ?? FaultyMakers[name])();
}
