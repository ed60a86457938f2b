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
        return Attend(features).Features.MoveToOuterDisposeScope();
    }

    /// <summary>The forward pass with its attention distribution.</summary>
    /// <param name="features">Local features, [N, T, D], of the layer's dtype and on its device.</param>
    /// <returns>
    /// The re-weighted features [N, T, D], and the weights [N, T]: positive, each row summing to 1 (equations 4 and 5), under
    /// <see cref="LocalAttentionScaling.MeanOne"/> too; a weight too small for the dtype beside the largest of its row is 0. The caller
    /// owns both.
    /// </returns>
    /// <exception cref="ArgumentException">The shape, dtype or device is another.</exception>
    public (Tensor Features, Tensor Weights) Attend(Tensor features)
    {
        RequireTensor.Sequence(features, _featureSize, _score.Query, nameof(LocalFeatureAttention));
        using var scope = NewDisposeScope();
        Tensor weights = _score.call(features); // [N, T]
        Tensor factors = weights.unsqueeze(2); // [N, T, 1]
        if (_scaling == LocalAttentionScaling.MeanOne)
        {
            using Scalar steps = features.shape[1];
            factors = factors * steps;
        }

        return ((features * factors).MoveToOuterDisposeScope(), weights.MoveToOuterDisposeScope());
    }
}
