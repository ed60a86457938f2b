using TorchSharp;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FacialAttention;

/// <summary>
/// The part both attention layers share: score every step against a learned query, then softmax over the steps
/// (paper, equations 1 and 2 for hidden states, 4 and 5 for local features).
/// </summary>
internal sealed class AttentionScore : Module<Tensor, Tensor>
{
    private readonly AttentionScoring _scoring;
    private readonly int _featureSize;
    [ComponentName(Name = "projection")] private readonly Linear? _projection;
    [ComponentName(Name = "query")] private readonly Parameter _query;

    public AttentionScore(int featureSize, AttentionScoring scoring)
        : base(NativeTorch.Loaded(nameof(AttentionScore)))
    {
        _featureSize = Require.InRange(featureSize, 1, 1 << 20, nameof(featureSize));
        _scoring = Require.Defined(scoring, nameof(scoring));
        _projection = scoring == AttentionScoring.Additive ? Linear(featureSize, featureSize, device: ShapesOnly.Device) : null;

        // Bounds as PyTorch gives the weight of a Linear with one output. Detached: a caller's dispose scope must not own a weight.
        double bound = 1 / Math.Sqrt(featureSize);
        _query = new Parameter(empty(featureSize, device: ShapesOnly.Device));
        init.uniform_(_query, -bound, bound);
        _query.DetachFromDisposeScope();
        RegisterComponents();
    }

    public Tensor Query => _query;

    /// <summary>Features [N, T, D] to weights [N, T]; each row is positive and sums to 1.</summary>
    public override Tensor forward(Tensor features)
    {
        using var scope = NewDisposeScope();
        Tensor keys = _projection is null ? features : _projection.call(features).tanh_(); // [N, T, D]
        Tensor scores = keys.matmul(_query); // [N, T]
        if (_scoring == AttentionScoring.ScaledDot)
        {
            using Scalar root = Math.Sqrt(_featureSize);
            scores = scores / root;
        }

        return scores.softmax(1).MoveToOuterDisposeScope();
    }
}
