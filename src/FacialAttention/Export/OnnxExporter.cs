using FacialAttention.OnnxFormat;
using Google.Protobuf;

namespace FacialAttention;

/// <summary>
/// Writes a network as one .onnx file, which runs without libtorch: in <c>FacialAttention.Onnx</c>, or in any program with an ONNX runtime.
/// </summary>
/// <remarks>
/// <para>
/// The input <c>images</c> are gray faces [N, 1, H, W] in [0, 1], of any number N, and of the height and width of the network's options;
/// crop, mean, deviation and calibration are part of the graph. A <see cref="PatchGatedCnn"/> also has the input <c>landmarks</c>
/// [N, 68, 2], or [1, 68, 2] for all faces, in pixels, which may be left out: those of an aligned face are its default. The outputs are <c>logits</c> [N, K] and <c>probabilities</c> [N, K], which
/// the network's <see cref="FaceNetwork.Calibration"/> makes of them. Batch norms are folded into the convolutions before them; dropout
/// is left out: the file computes as the network does in evaluation mode, whatever mode it is in.
/// </para>
/// <para>
/// The file describes itself in <c>metadata_props</c> by the entries that a checkpoint has (docs/architecture.md); where a runtime does not show them, as in
/// a browser, <see cref="OnnxExportOptions.WriteDescription"/> writes them beside it as JSON. Equal weights and options give equal bytes.
/// </para>
/// </remarks>
public static class OnnxExporter
{
    private const long OperatorSet = 17;
    private const long IntermediateRepresentation = 8; // the one that came with operator set 17

    /// <summary>A protocol buffer ends at 2 GiB; what is not weights takes far less than the rest.</summary>
    private const long MaxWeightBytes = 2_000_000_000;

    /// <summary>Exports a network, on whatever device it is. An existing file is replaced only once the new one is on the disk.</summary>
    /// <param name="path">The file to write, by custom named .onnx; its folder exists.</param>
    /// <param name="network">The network; its weights are Float32 and finite, and take less than 2 GB. It stays as it is.</param>
    /// <param name="options">What to add to it; null for the defaults.</param>
    /// <exception cref="ArgumentException">
    /// A weight is not Float32 or not finite, or beyond 65504 where it is rounded, or there are too many for one file; or the path ends in .json and
    /// a description is to stand beside it.
    /// </exception>
    /// <exception cref="IOException">The file cannot be written; a former file is still there.</exception>
    /// <exception cref="ObjectDisposedException">The network was disposed.</exception>
    public static void Export(string path, FaceNetwork network, OnnxExportOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        string? description = options is { WriteDescription: true } ? DescriptionPathOf(path) : null;
        ModelProto model = CreateModel(network, options);
        AtomicFile.Write(path, model.WriteTo);
        if (description is not null)
        {
            var metadata = model.MetadataProps.ToDictionary(entry => entry.Key, entry => entry.Value);
            AtomicFile.Write(description, stream => DescriptionFormat.WriteJson(metadata, stream));
        }
    }

    /// <summary>Where <see cref="Export"/> writes the description of a file: face.json for face.onnx.</summary>
    internal static string DescriptionPathOf(string path) => Path.ChangeExtension(path, ".json") is { } json && json != path
        ? json
        : throw new ArgumentException($"Got '{path}', the name of the description beside it; expected one that ends in .onnx.", nameof(path));

    /// <summary>What <see cref="Export"/> writes.</summary>
    internal static ModelProto CreateModel(FaceNetwork network, OnnxExportOptions? options)
    {
        using RunningCalls.Call held = RequireModule.Hold(network, nameof(network));
        long weightBytes = sizeof(float) * network.state_dict().Values.Sum(weight => weight.numel());
        if (weightBytes > MaxWeightBytes)
        {
            throw new ArgumentException(
                FormattableString.Invariant(
                    $"The weights take {weightBytes} bytes; expected at most {MaxWeightBytes}, which an .onnx file holds."),
                nameof(network));
        }

        options ??= new OnnxExportOptions();
        // In half precision the graph scales the kernels that it has: folded and rounded again they would be others.
        using ExpressionNetwork? folded = network is ExpressionNetwork { Options.BatchNorm: true } normed && !options.HalfPrecision
            ? normed.FoldBatchNorm()
            : null;
        FaceNetwork exported = folded ?? network;
        var layers = new LayerGraph(exported, options);
        var model = new ModelProto
        {
            IrVersion = IntermediateRepresentation,
            ProducerName = nameof(FacialAttention),
            ProducerVersion = DescriptionFormat.LibraryVersion,
            OpsetImport = { new OperatorSetIdProto { Domain = "", Version = OperatorSet } },
            Graph = layers.Build(images => AddLayers(exported, layers, images)),
            MetadataProps = { DescriptionFormat.WriteFile(network.Describe()).Select(entry => Property(entry.Key, entry.Value)) },
        };
        if (layers.Grid is { } grid)
        {
            model.MetadataProps.Add(Property(FeatureGrid.Key, grid.ToString()));
        }

        return model;
    }

    /// <summary>Faces to logits, as the network's family does it.</summary>
    private static string AddLayers(FaceNetwork network, LayerGraph layers, string images) => network switch
    {
        ExpressionNetwork expression => new NetworkGraph(expression, layers).Add(images),
        PatchGatedCnn patches => new PatchGatedGraph(patches, layers).Add(images),
        FerAttNetwork whole => new FerAttGraph(whole, layers).Add(images),
        _ => throw new NotSupportedException($"{network.GetName()} has no graph; expected a network of the library."),
    };

    private static StringStringEntryProto Property(string key, string value) => new() { Key = key, Value = value };
}
