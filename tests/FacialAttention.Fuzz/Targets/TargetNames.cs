namespace FacialAttention.Fuzz.Targets;

/// <summary>The targets by name.</summary>
internal static class TargetNames
{
    /// <summary>Not among all: a target whose faults show that faults are found.</summary>
    public const string Faulty = "faulty";

    private static readonly Dictionary<string, Func<Target>> Makers = new()
    {
        ["csv"] = () => new CsvTarget(),
        ["gzip"] = () => new GzipTarget(),
        ["image"] = () => new ImageTarget(),
        ["folder"] = () => new FolderTarget(),
        ["safetensors"] = () => new SafetensorsTarget(),
        ["checkpoint"] = () => new CheckpointTarget(),
        ["resume"] = () => new ResumeTarget(),
        ["options"] = () => new OptionsTarget(),
    };

    public static IReadOnlyList<string> All { get; } = [.. Makers.Keys];

    public static Target Create(string name) => name == Faulty ? new FaultyTarget() : Makers[name]();
}
