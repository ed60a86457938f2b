using FacialAttention;
using TorchSharp;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace Train;

/// <summary>A network whose logits are the logarithms of the probabilities that a recogniser gives: calibrated as its checkpoint says.</summary>
internal sealed class CalibratedAnswers : nn.Module<Tensor, Tensor>
{
    private const double LeastProbability = 1e-30;

    [ComponentName(Name = "network")] private readonly ExpressionNetwork _network;

    /// <summary>The answers of a network, which belongs to the new module from now on.</summary>
    public CalibratedAnswers(ExpressionNetwork network)
        : base(nameof(CalibratedAnswers))
    {
        _network = network;
        RegisterComponents();
    }

    /// <summary>Images [N, 1, H, W] to logits [N, K].</summary>
    public override Tensor forward(Tensor images)
    {
        using var scope = NewDisposeScope();
        using Scalar least = LeastProbability;
        return _network.Calibration.Probabilities(_network.call(images)).clamp_min(least).log().MoveToOuterDisposeScope();
    }
}
