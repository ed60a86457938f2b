using System.Buffers.Binary;

namespace FacialAttention.Fuzz.Mutations;

/// <summary>Damage that knows nothing of the format.</summary>
internal static class ByteMutations
{
    private const int MostDoubled = 100_000;

    private static readonly byte[] Extremes = [0, 1, 0x0A, 0x20, 0x22, 0x2C, 0x30, 0x7F, 0x80, 0xC0, 0xFE, 0xFF];
    private static readonly long[] Numbers =
    [
        0, 1, -1, 127, 128, 255, 256, short.MaxValue, short.MinValue, ushort.MaxValue, 1 << 16, 1 << 24, int.MaxValue, int.MinValue,
        uint.MaxValue, 1L << 32, long.MaxValue, long.MinValue,
    ];

    /// <summary>One to four changes.</summary>
    /// <param name="dice">The chance.</param>
    /// <param name="valid">The input; stays as it is.</param>
    /// <param name="other">Another valid input to splice with.</param>
    public static byte[] Mutate(Dice dice, byte[] valid, byte[] other)
    {
        byte[] bytes = [.. valid];
        for (int changes = 1 + dice.Below(4); changes > 0; changes--)
        {
            bytes = MutateOnce(dice, bytes, other);
        }

        return bytes;
    }

    private static byte[] MutateOnce(Dice dice, byte[] bytes, byte[] other)
    {
        if (bytes.Length == 0)
        {
            return dice.Bytes(1 + dice.Below(16));
        }
        // Formats tell what they are at their start: half of the damage is done there.
        int reach = dice.OneIn(2) ? Math.Min(bytes.Length, 128) : bytes.Length;
        int at = dice.Below(reach);
        int length = 1 + dice.Below(Math.Min(dice.OneIn(4) ? bytes.Length : 16, bytes.Length - at));
        switch (dice.Below(10))
        {
            case 0:
                bytes[at] ^= (byte)(1 << dice.Below(8));
                return bytes;
            case 1:
                bytes[at] = dice.Pick(Extremes);
                return bytes;
            case 2:
                return [.. bytes[..at], .. dice.Bytes(1 + dice.Below(16)), .. bytes[at..]];
            case 3:
                return [.. bytes[..at], .. bytes[(at + length)..]];
            case 4 when bytes.Length < MostDoubled:
                return [.. bytes[..(at + length)], .. bytes[at..]];
            case 5:
                return bytes[..at];
            case 6:
                return [.. bytes[..at], .. other[dice.Below(other.Length)..]];
            case 7:
                dice.Bytes(length).CopyTo(bytes, at);
                return bytes;
            case 8:
                bytes.AsSpan(at, length).Fill(dice.Pick(Extremes));
                return bytes;
            default:
                WriteNumber(dice, bytes.AsSpan(at));
                return bytes;
        }
    }

    private static void WriteNumber(Dice dice, Span<byte> target)
    {
        Span<byte> number = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(number, dice.Pick(Numbers));
        number = number[..(1 << dice.Below(4))];
        if (dice.OneIn(2))
        {
            number.Reverse();
        }

        number[..Math.Min(number.Length, target.Length)].CopyTo(target);
    }
}
