using TorchSharp;
using static TorchSharp.torch;

namespace FacialAttention;

/// <summary>A <see cref="Calibration"/> on tensors.</summary>
public static class CalibrationExtensions
{
    /// <summary>The calibrated probabilities of logits, as both recognisers have them.</summary>
    /// <param name="calibration">That of the network.</param>
    /// <param name="logits">What the network returned: [N, K], on any device.</param>
    /// <returns>[N, K], on the same device; each row is at least 0 and sums to 1. The caller owns it.</returns>
    /// <exception cref="ArgumentNullException">The calibration or the logits are null.</exception>
    /// <exception cref="ArgumentException">The logits are not [N, K], or the calibration scales another number of classes.</exception>
    public static Tensor Probabilities(this Calibration calibration, Tensor logits)
    {
        ArgumentNullException.ThrowIfNull(calibration);
        ArgumentNullException.ThrowIfNull(logits);
        if (logits.ndim != 2)
        {
            throw new ArgumentException($"Got logits of shape [{string.Join(", ", logits.shape)}]; expected [N, K].", nameof(logits));
        }

        _ = Calibration.RequireFitting(calibration, (int)logits.shape[1]);
        using var scope = NewDisposeScope();
        using Scalar temperature = calibration.Temperature;
        Tensor calibrated = logits / temperature; // In the order of operations of an exported graph.
        if (calibration.Classes.Count > 0)
        {
            Tensor scales = tensor(calibration.Classes.Select(scaling => (float)scaling.Scale).ToArray(), device: logits.device); // [K]
            Tensor biases = tensor(calibration.Classes.Select(scaling => (float)scaling.Bias).ToArray(), device: logits.device); // [K]
            calibrated = (calibrated * scales) + biases;
        }

        return calibrated.softmax(1).MoveToOuterDisposeScope();
    }
}
