using System.Text.Json;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FacialAttention;

/// <summary>
/// A trained network in one .safetensors file: weights under PyTorch-style keys, and in its metadata what the network says of itself
/// (<see cref="NetworkDescription"/>), the library, the format version, and a checksum over the whole file. Reading executes nothing and
/// verifies everything; writing replaces the file whole or not at all.
/// </summary>
public static class Checkpoint
{
    private const string ProvenanceKey = "provenance";

#pragma warning disable RS0026 // Overloads with defaults: each differs from the others in a parameter that has none.
    /// <summary>Saves a network, on whatever device it is. An existing file is replaced only once the new one is on the disk.</summary>
    /// <param name="path">The file to write, by custom named .safetensors; its folder exists.</param>
    /// <param name="network">The network; its weights are Float32 and finite.</param>
    /// <param name="provenance">Where the weights come from, for example data, split and seed; saved with them. Null for nothing.</param>
    /// <param name="halfPrecision">
    /// Whether matrices and kernels are rounded to Float16, to 11 binary digits, which halves the file; biases and norms stay Float32. Loading
    /// gives Float32 in any case. Default: false. The network stays as it is.
    /// </param>
    /// <exception cref="ArgumentException">
    /// A weight is not Float32 or not finite, or beyond 65504 where it is rounded, or a text of the provenance has half of a surrogate pair.
    /// </exception>
    /// <exception cref="IOException">The file cannot be written; a former file is still there.</exception>
    /// <exception cref="ObjectDisposedException">The network was disposed.</exception>
    public static void Save(
        string path, FaceNetwork network, IReadOnlyDictionary<string, string>? provenance = null, bool halfPrecision = false)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        using RunningCalls.Call held = RequireModule.Hold(network, nameof(network));
        Safetensors.Write(path, StateDict.ToFile(network, halfPrecision), MetadataOf(network, provenance));
    }

    /// <summary>Writes to a stream what <see cref="Save(string, FaceNetwork, IReadOnlyDictionary{string, string}, bool)"/> writes.</summary>
    /// <param name="stream">Where to, from where it stands; it stays open.</param>
    /// <param name="network">The network; its weights are Float32 and finite.</param>
    /// <param name="provenance">Where the weights come from; null for nothing.</param>
    /// <param name="halfPrecision">Whether matrices and kernels are rounded to Float16.</param>
    /// <exception cref="ArgumentException">The stream cannot be written to, or as for a file.</exception>
    /// <exception cref="IOException">The stream fails; what it holds then is no checkpoint.</exception>
    /// <exception cref="ObjectDisposedException">The network was disposed.</exception>
    public static void Save(
        Stream stream, FaceNetwork network, IReadOnlyDictionary<string, string>? provenance = null, bool halfPrecision = false)
    {
        ArgumentNullException.ThrowIfNull(stream);
        using RunningCalls.Call held = RequireModule.Hold(network, nameof(network));
        Safetensors.Write(stream, StateDict.ToFile(network, halfPrecision), MetadataOf(network, provenance));
    }

    /// <summary>Loads a network that was saved, in evaluation mode and Float32. The caller owns it.</summary>
    /// <param name="path">The file, in single or half precision.</param>
    /// <param name="device">Where to; null for the CPU.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="IOException">The path is a folder or cannot be read.</exception>
    /// <exception cref="InvalidDataException">
    /// The file is no checkpoint of this library, is of a newer format or one from before the first release, was altered, claims a network
    /// far larger than itself, or a tensor is missing, unknown, of another shape or type, or not finite; the message names the file, what was
    /// got and what was expected.
    /// </exception>
    public static ExpressionNetwork Load(string path, Device? device = null) => Load<ExpressionNetwork>(path, device);

    /// <summary>Loads a network of another family, or of any, that was saved, in evaluation mode and Float32. The caller owns it.</summary>
    /// <typeparam name="TNetwork">The family, for example <see cref="PatchGatedCnn"/>; <see cref="FaceNetwork"/> for any.</typeparam>
    /// <param name="path">The file, in single or half precision.</param>
    /// <param name="device">Where to; null for the CPU.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="IOException">The path is a folder or cannot be read.</exception>
    /// <exception cref="InvalidDataException">The network is of another family, or as for <see cref="Load(string, Device?)"/>.</exception>
    public static TNetwork Load<TNetwork>(string path, Device? device = null)
        where TNetwork : FaceNetwork
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return Load<TNetwork>(Safetensors.Read(path), device);
    }

    /// <summary>Loads a network from a stream, for example of an embedded resource, in evaluation mode. The caller owns it.</summary>
    /// <param name="stream">The content of a file, read from where it stands to its end; it need not seek, and stays open.</param>
    /// <param name="device">Where to; null for the CPU.</param>
    /// <exception cref="ArgumentException">The stream cannot be read.</exception>
    /// <exception cref="IOException">The stream fails.</exception>
    /// <exception cref="InvalidDataException">As for <see cref="Load(string, Device?)"/>.</exception>
    public static ExpressionNetwork Load(Stream stream, Device? device = null) => Load<ExpressionNetwork>(stream, device);

    /// <summary>Loads from a stream as <see cref="Load{TNetwork}(string, Device?)"/> does from a file.</summary>
    /// <typeparam name="TNetwork">The family; <see cref="FaceNetwork"/> for any.</typeparam>
    /// <param name="stream">The content of a file, read from where it stands to its end; it need not seek, and stays open.</param>
    /// <param name="device">Where to; null for the CPU.</param>
    /// <exception cref="ArgumentException">The stream cannot be read.</exception>
    /// <exception cref="IOException">The stream fails.</exception>
    /// <exception cref="InvalidDataException">The network is of another family, or as for <see cref="Load(string, Device?)"/>.</exception>
    public static TNetwork Load<TNetwork>(Stream stream, Device? device = null)
        where TNetwork : FaceNetwork
    {
        ArgumentNullException.ThrowIfNull(stream);
        return Load<TNetwork>(Safetensors.Read(stream), device);
    }

    /// <summary>
    /// Loads a network that was saved for fine-tuning to other classes, in evaluation mode. The caller owns it. Its last linear layer, weight
    /// and bias, is always a new one, even if the labels are those of the file, so the result does not depend on the names; all other weights
    /// come from the file. Its calibration is the default, since that of the file belongs to the former layer.
    /// </summary>
    /// <param name="path">The file; it stays as it is.</param>
    /// <param name="newLabels">The new classes, of any number; the labels of the network's options.</param>
    /// <param name="device">Where to; null for the CPU.</param>
    /// <param name="seed">
    /// The seed of the new layer's weights, 0 to 2147483647, and of the network's options: the layer is that of a fresh
    /// <see cref="ExpressionNetwork"/> with the new labels and this seed.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="seed"/> is below 0.</exception>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="IOException">The path is a folder or cannot be read.</exception>
    /// <exception cref="InvalidDataException">
    /// As for <see cref="Load(string, Device?)"/>; the layer that is replaced is checked as well.
    /// </exception>
    public static ExpressionNetwork Load(string path, ExpressionLabels newLabels, Device? device = null, int seed = 1)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        CheckNewHead(newLabels, seed);
        return WithNewHead(Safetensors.Read(path), newLabels, device, seed);
    }

    /// <summary>Loads from a stream as <see cref="Load(string, ExpressionLabels, Device?, int)"/> does from a file.</summary>
    /// <param name="stream">The content of a file, read from where it stands to its end; it need not seek, and stays open.</param>
    /// <param name="newLabels">The new classes, of any number.</param>
    /// <param name="device">Where to; null for the CPU.</param>
    /// <param name="seed">The seed of the new layer's weights, 0 to 2147483647.</param>
    /// <exception cref="ArgumentException">The stream cannot be read.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="seed"/> is below 0.</exception>
    /// <exception cref="IOException">The stream fails.</exception>
    /// <exception cref="InvalidDataException">As for <see cref="Load(string, Device?)"/>.</exception>
    public static ExpressionNetwork Load(Stream stream, ExpressionLabels newLabels, Device? device = null, int seed = 1)
    {
        ArgumentNullException.ThrowIfNull(stream);
        CheckNewHead(newLabels, seed);
        return WithNewHead(Safetensors.Read(stream), newLabels, device, seed);
    }
#pragma warning restore RS0026

    /// <summary>
    /// Saves just the weights and buffers of any network, with a checksum, for <see cref="LoadWeights"/>. What the network is must be known
    /// when they are loaded; <see cref="Save(string, FaceNetwork, IReadOnlyDictionary{string, string}, bool)"/> saves that too.
    /// </summary>
    /// <param name="path">The file to write, by custom named .safetensors; its folder exists.</param>
    /// <param name="network">The network, on any device; what is floating-point is Float32 and finite.</param>
    /// <exception cref="ArgumentException">A weight is of another floating-point type than Float32, or not finite.</exception>
    /// <exception cref="IOException">The file cannot be written; a former file is still there.</exception>
    /// <exception cref="ObjectDisposedException">The network was disposed.</exception>
    public static void SaveWeights(string path, Module network)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        using RunningCalls.Call held = RequireModule.Hold(network, nameof(network));
        Safetensors.Write(
            path,
            StateDict.ToFile(network),
            new Dictionary<string, string> { [DescriptionFormat.LibraryKey] = DescriptionFormat.Library });
    }

    /// <summary>
    /// Loads just the weights and buffers of any .safetensors file, for example one written in Python, into a network that was built to fit.
    /// Nothing is changed if anything is wrong.
    /// </summary>
    /// <param name="path">The file; its keys are those of the network. What is Float32 there may be Float16 in the file.</param>
    /// <param name="network">The network, on any device.</param>
    /// <returns>Whether the file carries a checksum, which then matched; a foreign file may have none and loads unverified.</returns>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="IOException">The path is a folder or cannot be read.</exception>
    /// <exception cref="InvalidDataException">As for <see cref="Load(string, Device?)"/>, but for the metadata.</exception>
    /// <exception cref="ObjectDisposedException">The network was disposed.</exception>
    public static bool LoadWeights(string path, Module network)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        using RunningCalls.Call held = RequireModule.Hold(network, nameof(network));
        SafetensorsFile file = Safetensors.Read(path);
        StateDict.Load(network, file, (network as IDescribed)?.Describe().Variant ?? network.GetName());
        return file.IsVerified;
    }

    /// <summary>The provenance that was saved with a network; empty if none was.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="IOException">The path is a folder or cannot be read.</exception>
    /// <exception cref="InvalidDataException">
    /// The file is no checkpoint of this library, is of a newer format or one from before the first release, or was altered.
    /// </exception>
    public static IReadOnlyDictionary<string, string> ReadProvenance(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        SafetensorsFile file = Safetensors.Read(path);
        return MetadataOf(file).TryGetValue(ProvenanceKey, out string? json)
            ? DescriptionFormat.Parse(json, ProvenanceKey, DescriptionFormat.Json.Default.DictionaryStringString, file.Source)
            : new Dictionary<string, string>();
    }

    private static void CheckNewHead(ExpressionLabels newLabels, int seed)
    {
        ArgumentNullException.ThrowIfNull(newLabels);
        Require.InRange(seed, 0, int.MaxValue, nameof(seed));
    }

    private static Dictionary<string, string> MetadataOf(FaceNetwork network, IReadOnlyDictionary<string, string>? provenance)
    {
        Dictionary<string, string> metadata = DescriptionFormat.WriteFile(network.Describe());
        if (provenance is not null)
        {
            foreach ((string key, string value) in provenance)
            {
                Safetensors.CheckText(key, nameof(provenance));
                Safetensors.CheckText(value, nameof(provenance));
            }

            metadata.Add(
                ProvenanceKey,
                JsonSerializer.Serialize(
                    new Dictionary<string, string>(provenance), DescriptionFormat.Json.Default.DictionaryStringString));
        }

        return metadata;
    }

    /// <summary>The entries of a checkpoint of this library, as the newest version of the format has them.</summary>
    private static IReadOnlyDictionary<string, string> MetadataOf(SafetensorsFile file)
    {
        int version = DescriptionFormat.ReadVersion(file.Metadata, file.Source, oldest: FormatVersion2.Version);
        file.CheckVerified();
        return version == FormatVersion2.Version ? FormatVersion2.Upgrade(file.Metadata, file.Source) : file.Metadata;
    }

    private static TNetwork Load<TNetwork>(SafetensorsFile file, Device? device)
        where TNetwork : FaceNetwork
    {
        NetworkDescription description = NetworkDescription.Read(MetadataOf(file), file.Source);
        NetworkPlan plan = NetworkFamilies.PlanOf<TNetwork>(description, file.Source);
        plan.CheckSize(file);
        var network = (TNetwork)plan.Build();
        try
        {
            StateDict.Load(network, file, description.Variant);
            return ReadyOn(device, network);
        }
        catch
        {
            network.Dispose();
            throw;
        }
    }

    private static ExpressionNetwork WithNewHead(SafetensorsFile file, ExpressionLabels newLabels, Device? device, int seed)
    {
        using ExpressionNetwork stored = Load<ExpressionNetwork>(file, device: null);
        ExpressionNetworkOptions options = stored.Options;
        (options.Labels, options.Seed) = (newLabels, seed);
        var network = new ExpressionNetwork(stored.Variant, options);
        StateDict.Copy(stored, network, key => !key.StartsWith(ExpressionNetworkFormat.LastLayerPrefix, StringComparison.Ordinal));
        return ReadyOn(device, network);
    }

    private static TNetwork ReadyOn<TNetwork>(Device? device, TNetwork network)
        where TNetwork : FaceNetwork
    {
        if (device is not null)
        {
            network.to(device);
        }

        network.eval();
        return network;
    }
}
