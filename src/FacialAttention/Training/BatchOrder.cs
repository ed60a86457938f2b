namespace FacialAttention;

/// <summary>
/// Which rows make up the batch of an iteration: a pure function of (seed, iteration). The rows of one pass are shuffled, passes follow
/// each other without a gap, so every batch is full and every row is seen once a pass.
/// </summary>
internal sealed class BatchOrder(int rows, int batchSize, int seed)
{
    private const long Purpose = 1; // Keeps this stream of random numbers apart from the others of the same seed.

    private readonly int[] _order = new int[rows];
    private long _pass = -1;

    /// <summary>The rows of the batch of the given iteration, counted from 1.</summary>
    public long[] RowsOf(int iteration)
    {
        var batch = new long[batchSize];
        for (int i = 0; i < batchSize; i++)
        {
            (long pass, long position) = PlaceOf(iteration, i);
            if (pass != _pass)
            {
                ShuffleFor(pass);
            }

            batch[i] = _order[position];
        }

        return batch;
    }

    /// <summary>The passes, counted from 0, that the rows of a batch belong to: one, or several where a pass ends within the batch.</summary>
    public long[] PassesOf(int iteration) => [.. Enumerable.Range(0, batchSize).Select(i => PlaceOf(iteration, i).Pass)];

    private (long Pass, long Position) PlaceOf(int iteration, int i) => Math.DivRem(((long)(iteration - 1) * batchSize) + i, rows);

    private void ShuffleFor(long pass)
    {
        for (int i = 0; i < _order.Length; i++)
        {
            _order[i] = i;
        }

        new SeededRandom(seed, Purpose, pass).Shuffle<int>(_order);
        _pass = pass;
    }
}
