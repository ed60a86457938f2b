using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FacialAttention.Tests.Reference;

/// <summary>The library's layer or network that a golden file of weights describes, with these weights.</summary>
internal static class GoldenModule
{
    /// <summary>In evaluation mode and of the precision given; the caller owns it.</summary>
    public static Module<Tensor, Tensor> Create(GoldenFile weights, ScalarType precision)
    {
        Module<Tensor, Tensor> module = weights.Metadata.TryGetValue("layer", out string? layer)
            ? CreateLayer(layer, weights)
            : Checkpoint.Load<FaceNetwork>(weights.Path); // Networks are checkpoints that Python wrote.
        module.to(precision);
        return module;
    }

    private static Module<Tensor, Tensor> CreateLayer(string layer, GoldenFile weights)
    {
        Module<Tensor, Tensor> module = CreateFresh(layer, weights.Metadata["options"]);
        Dictionary<string, Tensor> state = module.state_dict();
        ShapesOf(state).Should().Equal(ShapesOf(weights.Tensors));
        using var noGrad = no_grad();
        foreach ((string key, Tensor value) in weights.Tensors)
        {
            state[key].copy_(value);
        }

        module.eval();
        return module;
    }

    private static Module<Tensor, Tensor> CreateFresh(string layer, string options)
    {
        switch (layer)
        {
            case nameof(PointwiseConvBlock):
                var block = GoldenJson.Read<PointwiseOptions>(options);
                return new PointwiseConvBlock(block.InChannels, block.OutChannels, block.BatchNorm);
            case nameof(ConvBackbone):
                var backbone = GoldenJson.Read<BackboneOptions>(options);
                return new ConvBackbone(backbone.Stages, backbone.InChannels, backbone.BatchNorm);
            case nameof(LocalFeatureAttention):
                var local = GoldenJson.Read<LocalOptions>(options);
                return new LocalFeatureAttention(local.FeatureSize, local.Scoring, local.Scaling);
            case nameof(GlobalFeatureAttention):
                var global = GoldenJson.Read<GlobalOptions>(options);
                return new GlobalFeatureAttention(global.FeatureSize, global.Scoring);
            case nameof(AttentiveLstmClassifier):
                var lstm = GoldenJson.Read<ClassifierOptions>(options);
                return new AttentiveLstmClassifier(
                    lstm.FeatureSize, lstm.Classes, lstm.HiddenSize, lstm.Layers, lstm.Pooling, lstm.Scoring, lstm.Bidirectional);
            default:
                throw new ArgumentOutOfRangeException(nameof(layer), layer, "A new layer needs a line here.");
        }
    }

    private static IEnumerable<string> ShapesOf(IEnumerable<KeyValuePair<string, Tensor>> tensors) =>
        tensors.Select(entry => $"{entry.Key} {entry.Value.dtype} {RequireTensor.Shape(entry.Value)}").Order(StringComparer.Ordinal);

    private sealed record PointwiseOptions(int InChannels, int OutChannels, bool BatchNorm);

    private sealed record BackboneOptions(IReadOnlyList<ConvStage> Stages, int InChannels, bool BatchNorm);

    private sealed record LocalOptions(int FeatureSize, AttentionScoring Scoring, LocalAttentionScaling Scaling);

    private sealed record GlobalOptions(int FeatureSize, AttentionScoring Scoring);

    private sealed record ClassifierOptions(
        int FeatureSize,
        int Classes,
        int HiddenSize,
        int Layers,
        SequencePooling Pooling,
        AttentionScoring Scoring,
        bool Bidirectional);
}
