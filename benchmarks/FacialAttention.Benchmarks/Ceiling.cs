using System.Diagnostics;
using TorchSharp;
using static TorchSharp.torch;

namespace FacialAttention.Benchmarks;

/// <summary>What the machine can do at most: arithmetic, as a large matrix product does it, and memory, as a copy does it.</summary>
internal sealed class Ceiling : IDisposable
{
    public const double ProductFlops = 2.0 * Side * Side * Side;

    private const int Side = 2048;

    private readonly Tensor _left = rand(Side, Side);
    private readonly Tensor _right = rand(Side, Side);

    /// <summary>One matrix product, of <see cref="ProductFlops"/> floating-point operations.</summary>
    public void Multiply() => mm(_left, _right).Dispose();

    /// <summary>
    /// Bytes read and written in a second by copies between arrays of the given size: a cache, if the size fits one, is part of it.
    /// </summary>
    public static double CopyBytesPerSecond(long bytes)
    {
        using Tensor source = rand(bytes / sizeof(float));
        using Tensor target = empty(bytes / sizeof(float));
        target.copy_(source);
        int copies = (int)Math.Max(3, 50_000_000 / bytes);
        var seconds = new List<double>();
        for (int round = 0; round < 9; round++)
        {
            long start = Stopwatch.GetTimestamp();
            for (int i = 0; i < copies; i++)
            {
                target.copy_(source);
            }

            seconds.Add(Stopwatch.GetElapsedTime(start).TotalSeconds);
        }

        return 2.0 * bytes * copies / Rounds.Median(seconds);
    }

    public void Dispose()
    {
        _left.Dispose();
        _right.Dispose();
    }
}
