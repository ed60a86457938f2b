namespace FacialAttention;

/// <summary>What a safetensors file holds.</summary>
/// <param name="source">The file in messages, as the subject of a sentence.</param>
/// <param name="tensors">The tensors in the order of the file's header.</param>
/// <param name="metadata">The file's metadata without the checksum.</param>
/// <param name="isVerified">Whether the file carries a checksum; one that does not match is an error, and there is no object.</param>
internal sealed class SafetensorsFile(
    string source, IReadOnlyList<SafetensorsTensor> tensors, IReadOnlyDictionary<string, string> metadata, bool isVerified)
{
    public string Source { get; } = source;

    public IReadOnlyList<SafetensorsTensor> Tensors { get; } = tensors;

    public IReadOnlyDictionary<string, string> Metadata { get; } = metadata;

    public bool IsVerified { get; } = isVerified;

    /// <summary>For files of formats that always have a checksum.</summary>
    /// <exception cref="InvalidDataException">The file has none.</exception>
    public void CheckVerified()
    {
        if (!IsVerified)
        {
            throw new InvalidDataException(
                $"{Source}: the metadata has no '{Safetensors.ChecksumKey}'; expected the checksum of the file.");
        }
    }
}
