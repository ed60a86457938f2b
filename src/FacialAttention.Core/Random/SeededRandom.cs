namespace FacialAttention;

/// <summary>
/// A small seeded generator whose values never change with the runtime's version: SplitMix64 (Steele, Lea and Flood, 2014).
/// <see cref="System.Random"/> makes no such promise, and data order, splits and synthetic faces are part of a result.
/// </summary>
internal struct SeededRandom
{
    private ulong _state;

    /// <summary>A generator for one purpose; equal arguments give equal values.</summary>
    public SeededRandom(params ReadOnlySpan<long> seeds)
    {
        foreach (long seed in seeds)
        {
            _state ^= (ulong)seed;
            _state = NextUInt64();
        }
    }

    /// <summary>64 uniform bits.</summary>
    public ulong NextUInt64()
    {
        _state += 0x9E3779B97F4A7C15UL;
        ulong z = _state;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9UL;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBUL;
        return z ^ (z >> 31);
    }

    /// <summary>A uniform number in [0, 1).</summary>
    public double NextDouble() => (NextUInt64() >> 11) * (1.0 / (1UL << 53));

    /// <summary>A uniform number in [minimum, maximum).</summary>
    public double NextDouble(double minimum, double maximum) => minimum + ((maximum - minimum) * NextDouble());

    /// <summary>A uniform whole number in [0, bound).</summary>
    public int NextInt32(int bound) => (int)Math.BigMul(NextUInt64(), (ulong)bound, out _);

    /// <summary>A standard normal number (Box and Muller).</summary>
    public double NextGaussian()
    {
        double radius = Math.Sqrt(-2 * Math.Log(1 - NextDouble()));
        return radius * Math.Cos(2 * Math.PI * NextDouble());
    }

    /// <summary>Puts the items into a random order, every order equally likely (Fisher and Yates).</summary>
    public void Shuffle<T>(Span<T> items)
    {
        for (int i = items.Length - 1; i > 0; i--)
        {
            int j = NextInt32(i + 1);
            (items[i], items[j]) = (items[j], items[i]);
        }
    }
}
