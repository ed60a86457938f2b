using TorchSharp;
using static TorchSharp.torch;

namespace FacialAttention;

/// <summary>
/// How far an attended face is from the clean one (Marrero Fernandez et al. 2019): 5 times the mean over the pixels of (e^6d - 1) / (e^6d + 1), which
/// is tanh 3d, where d is the absolute difference of the two.
/// </summary>
public sealed class AttentionLoss
{
    private const double Steepness = 3;

    /// <summary>What the mean is multiplied by: above 0 and up to 1000, default 5, the authors'.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is out of range.</exception>
    public double Weight { get; init => field = Require.InRange(value, double.Epsilon, 1000, nameof(Weight)); } = 5;

    /// <summary>The loss of each face, from which gradients flow back to both.</summary>
    /// <param name="clean">The faces as they should be, [N, 1, H, W] in [0, 1].</param>
    /// <param name="attended">The faces as the network paints them, of the same shape.</param>
    /// <returns>[N], each from 0 to <see cref="Weight"/>; the caller owns it.</returns>
    /// <exception cref="ArgumentException">The shapes differ, or are not [N, C, H, W].</exception>
    /// <exception cref="ObjectDisposedException">A tensor was disposed.</exception>
    public Tensor Of(Tensor clean, Tensor attended)
    {
        RequireTensor.NotDisposed(clean, nameof(clean));
        RequireTensor.NotDisposed(attended, nameof(attended));
        if (clean.ndim != 4 || !clean.shape.SequenceEqual(attended.shape))
        {
            throw new ArgumentException(
                $"Got clean faces of shape {RequireTensor.Shape(clean)} and attended ones of {RequireTensor.Shape(attended)}; expected the same, [N, 1, H, W].",
                nameof(attended));
        }

        using var scope = NewDisposeScope();
        using Scalar steepness = Steepness, weight = Weight;
        return (((clean - attended).abs() * steepness).tanh().mean([1, 2, 3]) * weight).MoveToOuterDisposeScope();
    }
}
