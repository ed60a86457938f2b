using TorchSharp;
using static TorchSharp.torch;

namespace FacialAttention;

/// <summary>
/// Mixing each face of a batch with another of it (Zhang et al., 2018). Share and partners are a pure function of (seed, iteration).
/// </summary>
internal sealed class Mixup(double alpha, int seed)
{
    private const long Purpose = 7; // Keeps this stream of random numbers apart from the others of the same seed.

    /// <summary>The share of the face itself, a half to 1, and for each face of a batch its partner.</summary>
    public (double Share, long[] Partners) Draw(int batchSize, int iteration)
    {
        var random = new SeededRandom(seed, Purpose, iteration);
        double share = NextBeta(ref random);
        var partners = new long[batchSize];
        for (int i = 0; i < batchSize; i++)
        {
            partners[i] = i;
        }

        random.Shuffle<long>(partners);
        return (Math.Max(share, 1 - share), partners);
    }

    /// <summary>Images [N, 1, H, W], each mixed with its partner. The caller owns the result.</summary>
    public static Tensor Mix(Tensor images, double share, Tensor partners)
    {
        using var scope = NewDisposeScope();
        return (images * share).add_(images.index_select(0, partners), 1 - share).MoveToOuterDisposeScope();
    }

    private double NextBeta(ref SeededRandom random)
    {
        double first = NextGamma(ref random), second = NextGamma(ref random);
        return first + second > 0 ? first / (first + second) : 1; // Tiny shapes underflow to 0 / 0: nothing is mixed.
    }

    /// <summary>A number of the gamma distribution with shape alpha (Marsaglia and Tsang, 2000).</summary>
    private double NextGamma(ref SeededRandom random)
    {
        // Shapes below 1 are drawn at 1 higher and scaled down by a uniform number to the power 1 / alpha.
        double boost = alpha < 1 ? Math.Pow(1 - random.NextDouble(), 1 / alpha) : 1;
        double d = (alpha < 1 ? alpha + 1 : alpha) - (1.0 / 3);
        double c = 1 / Math.Sqrt(9 * d);
        while (true)
        {
            double x = random.NextGaussian();
            double v = Math.Pow(1 + (c * x), 3);
            if (v > 0 && Math.Log(1 - random.NextDouble()) < (0.5 * x * x) + d - (d * v) + (d * Math.Log(v)))
            {
                return d * v * boost;
            }
        }
    }
}
