using TorchSharp;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FacialAttention;

/// <summary>
/// The global feature attention layer (paper, sections 3.1.3 and 3.2.4, equations 1 to 3): scores every hidden state of the LSTM against
/// a learned query of the hidden state's size and sums the states by the resulting distribution.
/// </summary>
public sealed class GlobalFeatureAttention : Module<Tensor, Tensor>
{
    private readonly int _featureSize;
    [ComponentName(Name = "score")] private readonly AttentionScore _score;

    /// <summary>A layer for sequences whose features have <paramref name="featureSize"/> entries.</summary>
    /// <param name="featureSize">D, the size of a feature and of the learned query; at least 1.</param>
    /// <param name="scoring">How a feature is scored against the query.</param>
    /// <exception cref="ArgumentOutOfRangeException">An argument is outside its range.</exception>
    public GlobalFeatureAttention(int featureSize, AttentionScoring scoring = AttentionScoring.Additive)
        : base(NativeTorch.Loaded(nameof(GlobalFeatureAttention)))
    {
        _score = new AttentionScore(featureSize, scoring);
        _featureSize = featureSize;
        RegisterComponents();
    }

    /// <summary>Features [N, T, D] to their weighted sum [N, D], which the caller owns (equation 3).</summary>
    /// <param name="features">Hidden states or any other sequence, [N, T, D], of the layer's dtype and on its device.</param>
    /// <exception cref="ArgumentException">The shape, dtype or device is another.</exception>
    public override Tensor forward(Tensor features)
    {
        using var scope = NewDisposeScope();
        Tensor weights = ComputeWeights(features).unsqueeze(1); // [N, 1, T]
        return weights.bmm(features).squeeze(1).MoveToOuterDisposeScope(); // [N, D]
    }

    /// <summary>
    /// The attention distribution over the steps, [N, T]: positive, each row summing to 1 (equations 1 and 2). A weight too small for the
    /// dtype beside the largest of its row is 0.
    /// </summary>
    /// <param name="features">Hidden states or any other sequence, [N, T, D], of the layer's dtype and on its device.</param>
    /// <returns>The weights, which the caller owns.</returns>
    /// <exception cref="ArgumentException">The shape, dtype or device is another.</exception>
    public Tensor ComputeWeights(Tensor features)
    {
        RequireTensor.Sequence(features, _featureSize, _score.Query, nameof(GlobalFeatureAttention));
        return _score.call(features);
    }

    internal long CountMultiplyAdds(int steps) => _score.CountMultiplyAdds(steps);
}
