using System.Buffers.Binary;

namespace FacialAttention;

/// <summary>
/// Checks the bytes of a state of torch's CPU generator, a Mersenne Twister, before torch gets them: of some faults torch throws through
/// native code, which ends the process, and others would let it read beyond its table.
/// </summary>
internal static class GeneratorState
{
    private const int Bytes = 5056;
    private const int TableSize = 624;
    private const int LeftStart = 8; // After the seed, 8 bytes.
    private const int SeededStart = 12;
    private const int NextStart = 16;

    /// <summary>What is wrong with a state, or null; a state of another length is of another torch, and not checked.</summary>
    public static string? FindFault(ReadOnlySpan<byte> state)
    {
        if (state.Length != Bytes)
        {
            return null;
        }

        int seeded = BinaryPrimitives.ReadInt32LittleEndian(state[SeededStart..]);
        int left = BinaryPrimitives.ReadInt32LittleEndian(state[LeftStart..]);
        ulong next = BinaryPrimitives.ReadUInt64LittleEndian(state[NextStart..]);
        if (seeded != 1)
        {
            return $"it is marked {seeded}; expected 1, for seeded.";
        }
        // The table is read from next on, once less than left says, and then made anew.
        return left is < 1 or > TableSize || next > (ulong)(TableSize + 1 - left)
            ? $"{left} numbers are left from place {next} on; expected 1 to {TableSize}, which end within a table of so many."
            : null;
    }
}
