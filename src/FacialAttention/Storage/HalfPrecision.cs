using static TorchSharp.torch;

namespace FacialAttention;

/// <summary>
/// Files of half the size: matrices and kernels as Float16. Biases, norms and what norms have measured stay Float32: they are few, and a
/// variance may be smaller or larger than Float16 knows.
/// </summary>
internal static class HalfPrecision
{
    /// <summary>Whether a weight is rounded.</summary>
    public static bool IsFor(Tensor weight) => weight.ndim >= 2;

    /// <exception cref="ArgumentException">A weight was finite and is not when rounded.</exception>
    public static void Check(string key, bool isFinite)
    {
        if (!isFinite)
        {
            throw new ArgumentException(
                FormattableString.Invariant($"The weight '{key}' holds a value beyond {(float)Half.MaxValue}, the largest of half precision; expected ")
                + "smaller ones, or a file in single precision.",
                "network");
        }
    }
}
