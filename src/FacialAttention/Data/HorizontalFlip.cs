using TorchSharp;
using static TorchSharp.torch;

namespace FacialAttention;

/// <summary>Mirrors some of the images of a batch; which ones is a pure function of (seed, iteration).</summary>
internal static class HorizontalFlip
{
    private const long Purpose = 2; // Keeps this stream of random numbers apart from the others of the same seed.

    /// <summary>Images [N, 1, H, W], each mirrored with the given probability. The caller owns the result.</summary>
    public static Tensor Apply(Tensor images, double probability, int seed, int iteration)
    {
        var random = new SeededRandom(seed, Purpose, iteration);
        var mirrored = new bool[images.shape[0]];
        for (int i = 0; i < mirrored.Length; i++)
        {
            mirrored[i] = random.NextDouble() < probability;
        }
        using var scope = NewDisposeScope();
        Tensor mask = tensor(mirrored).to(images.device).view(-1, 1, 1, 1); // [N, 1, 1, 1]
        return where(mask, images.flip(3), images).MoveToOuterDisposeScope();
    }
}
