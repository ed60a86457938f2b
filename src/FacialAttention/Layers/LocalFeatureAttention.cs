using TorchSharp;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FacialAttention;

/// <summary>
/// The local feature attention layer (paper, section 3.2.2, equations 4 to 6): weighs each local feature of a sequence by its relevance
/// to the task and passes all of them on, re-weighted and not summed, as the input of the LSTM.
/// </summary>
public sealed class LocalFeatureAttention : Module<Tensor, Tensor>
{
    private readonly int _featureSize;
    private readonly LocalAttentionScaling _scaling;
    [ComponentName(Name = "score")] private readonly AttentionScore _score;

    /// <summary>A layer for sequences whose features have <paramref name="featureSize"/> entries.</summary>
    /// <param name="featureSize">D, the size of a feature and of the learned query; at least 1.</param>
    /// <param name="scoring">How a feature is scored against the query.</param>
    /// <param name="scaling">How equation 6 is read.</param>
    /// <exception cref="ArgumentOutOfRangeException">An argument is outside its range.</exception>
    public LocalFeatureAttention(
        int featureSize,
        AttentionScoring scoring = AttentionScoring.Additive,
        LocalAttentionScaling scaling = LocalAttentionScaling.MeanOne)
        : base(NativeTorch.Loaded(nameof(LocalFeatureAttention)))
    {
        _score = new AttentionScore(featureSize, scoring);
        _featureSize = featureSize;
        _scaling = Require.Defined(scaling, nameof(scaling));
        RegisterComponents();
    }

    /// <summary>Features [N, T, D] to the re-weighted features [N, T, D], which the caller owns (equation 6).</summary>
    /// <param name="features">Local features, [N, T, D], of the layer's dtype and on its device.</param>
    /// <exception cref="ArgumentException">The shape, dtype or device is another.</exception>
    public override Tensor forward(Tensor features)
    {
        using var scope = NewDisposeScope();
        Tensor weights = ComputeWeights(features).unsqueeze(2); // [N, T, 1]
        if (_scaling == LocalAttentionScaling.MeanOne)
        {
            weights = weights * features.shape[1];
        }

        return (features * weights).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// The attention distribution over the steps, [N, T]: positive, each row summing to 1 (equations 4 and 5). A weight too small for the
    /// dtype beside the largest of its row is 0.
    /// </summary>
    /// <param name="features">Local features, [N, T, D], of the layer's dtype and on its device.</param>
    /// <returns>The weights, which the caller owns; under <see cref="LocalAttentionScaling.MeanOne"/> too they sum to 1.</returns>
    /// <exception cref="ArgumentException">The shape, dtype or device is another.</exception>
    public Tensor ComputeWeights(Tensor features)
    {
        RequireTensor.Sequence(features, _featureSize, _score.Query, nameof(LocalFeatureAttention));
        return _score.call(features);
    }

    internal long CountMultiplyAdds(int steps) => _score.CountMultiplyAdds(steps);
}
