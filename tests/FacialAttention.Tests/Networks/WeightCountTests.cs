using FacialAttention.Tests.Torch;

namespace FacialAttention.Tests.Networks;

public sealed class WeightCountTests
{
    public static TheoryData<NetworkVariant> Variants { get; } = Cases.Of<NetworkVariant>();

    [Theory]
    [MemberData(nameof(Variants))]
    public void Of_AnyOptions_IsTheSizeOfTheStateDict(NetworkVariant variant)
    {
        Action<ExpressionNetworkOptions>[] edits =
        [
            _ => { },
            options => options.BatchNorm = false,
            options => options.Scoring = AttentionScoring.ScaledDot,
            options => options.Bidirectional = true,
            options => (options.LstmLayers, options.LstmHiddenSize, options.CnnHiddenSize) = (3, 7, 8),
            options => (options.LstmLayers, options.Bidirectional) = (1, true),
            options => (options.ImageHeight, options.ImageWidth, options.CropHeight, options.CropWidth) = (33, 50, 17, 25),
            options => (options.BackboneStages, options.Labels) = (null, ExpressionLabels.CkPlus),
        ];
        foreach (Action<ExpressionNetworkOptions> edit in edits)
        {
            ExpressionNetworkOptions options = TinyNetwork.Options();
            edit(options);
            using var network = new ExpressionNetwork(variant, options);

            WeightCount.Of(variant, options).Should().Be(network.state_dict().Values.Sum(weight => weight.numel()));
        }
    }
}
