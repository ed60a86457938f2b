using TorchSharp;
using static TorchSharp.torch;

namespace FacialAttention;

/// <summary>
/// Mixing each face of a batch with another of it (Zhang et al., 2018). Share and partners are a pure function of (seed, iteration).
/// </summary>
internal sealed class Mixup(double alpha, int seed)
{
    private const long Purpose = 7; // Keeps this stream of random numbers apart from the others of the same seed.
    private const double SmallestWeight = 1e-30; // Of a pair of which neither counts.

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

    /// <summary>A batch whose faces are each mixed with a partner among them. The caller owns the result.</summary>
    public FaceBatch Apply(FaceBatch batch, int iteration)
    {
        (double share, long[] partners) = Draw((int)batch.Images.shape[0], iteration);
        using var scope = NewDisposeScope();
        Tensor partner = tensor(partners).to(batch.Images.device);
        return Mix(batch, batch.Map(column => column.index_select(0, partner)), share).MoveToOuter(scope);
    }

    /// <summary>
    /// Two batches mixed, face by face: images, targets, what a teacher says. A face weighs in the targets, and in what the teacher says, as it
    /// does in the loss. Landmarks are those of the first. The caller owns the result.
    /// </summary>
    public static FaceBatch Mix(FaceBatch own, FaceBatch partners, double share)
    {
        using var scope = NewDisposeScope();
        using Scalar shareOfOwn = share, shareOfPartners = 1 - share, smallest = SmallestWeight;
        FaceBatch mixed = own with
        {
            Images = Both(own.Images, partners.Images),
            Targets = Both(own.Targets, partners.Targets),
            Teacher = own.Teacher is null ? null : Both(own.Teacher, partners.Teacher!),
            Clean = own.Clean is null ? null : Both(own.Clean, partners.Clean!),
        };
        if (own.Weights is { } weights)
        {
            Tensor sums = Both(weights, partners.Weights!); // [N]
            mixed = mixed with
            {
                Targets = Weighted(own.Targets, partners.Targets, sums),
                Teacher = own.Teacher is null ? null : Weighted(own.Teacher, partners.Teacher!, sums),
                Weights = sums,
            };
        }

        return mixed.MoveToOuter(scope);

        Tensor Both(Tensor first, Tensor second) => (first * shareOfOwn).add_(second, shareOfPartners);

        Tensor Weighted(Tensor first, Tensor second, Tensor sums) => // [N, K]
            Both(first * own.Weights!.unsqueeze(1), second * partners.Weights!.unsqueeze(1)) / sums.clamp_min(smallest).unsqueeze(1);
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
