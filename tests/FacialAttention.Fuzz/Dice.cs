namespace FacialAttention.Fuzz;

/// <summary>The chance of one case: equal target, seed and number give the same throws on every machine.</summary>
internal sealed class Dice(string target, long seed, long number)
{
    private SeededRandom _random = new([seed, number, .. target.Select(letter => (long)letter)]);

    /// <summary>Of the case.</summary>
    public long Number { get; } = number;

    /// <summary>A whole number from 0, less than the bound.</summary>
    public int Below(int bound) => _random.NextInt32(bound);

    /// <summary>True once in so many throws.</summary>
    public bool OneIn(int throws) => Below(throws) == 0;

    public T Pick<T>(IReadOnlyList<T> items) => items[Below(items.Count)];

    public byte[] Bytes(int count)
    {
        var bytes = new byte[count];
        for (int i = 0; i < count; i++)
        {
            bytes[i] = (byte)Below(256);
        }

        return bytes;
    }
}
