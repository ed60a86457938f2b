namespace FacialAttention;

/// <summary>
/// Mirroring each face in every other pass over the data (Jordan, 2024, arXiv 2404.00498): what a face begins with is a pure function of
/// (seed, row).
/// </summary>
internal static class AlternatingFlips
{
    private const long Purpose = 8; // Keeps this stream of random numbers apart from the others of the same seed.

    /// <summary>Whether a row is mirrored in a pass, counted from 0.</summary>
    public static bool IsMirrored(int seed, long row, long pass) =>
        ((new SeededRandom(seed, Purpose, row).NextUInt64() ^ (ulong)pass) & 1) == 1;
}
