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
        return Attend(features).Features.MoveToOuterDisposeScope();
    }

    /// <summary>The forward pass with its attention distribution.</summary>
    /// <param name="features">Hidden states or any other sequence, [N, T, D], of the layer's dtype and on its device.</param>
    /// <returns>
    /// The weighted sum [N, D], and the weights [N, T]: positive, each row summing to 1 (equations 1 and 2); a weight too small for the
    /// dtype beside the largest of its row is 0. The caller owns both.
    /// </returns>
    /// <exception cref="ArgumentException">The shape, dtype or device is another.</exception>
    public (Tensor Features, Tensor Weights) Attend(Tensor features)
    {
        RequireTensor.Sequence(features, _featureSize, _score.Query, nameof(GlobalFeatureAttention));
        using var scope = NewDisposeScope();
        Tensor weights = _score.call(features); // [N, T]
        Tensor sum = weights.unsqueeze(1).bmm(features).squeeze(1); // [N, D]
        return (sum.MoveToOuterDisposeScope(), weights.MoveToOuterDisposeScope());
    }
}
