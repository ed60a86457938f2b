using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace FacialAttention;

/// <summary>
/// Numbers of one to three digits with one space after each, as FER2013 has them, three at a time: where their spaces are tells, by a
/// table, how to bring their digits into columns.
/// </summary>
internal static class PlainPixels
{
    private const int Values = 3;
    private const int Window = Values * 4; // Three numbers of three digits and a space.
    private const int Lane = sizeof(int);
    private const int Steps = 64 / Window; // of a block of 64 bytes

    // For each set of places of spaces in a window the kind, 1 to 27, of the three numbers that it begins with; 0 if it has none such.
    private static readonly byte[] Kinds = new byte[1 << Window];
    private static readonly Vector128<byte>[] Columns = new Vector128<byte>[28];

    static PlainPixels()
    {
        int kind = 0;
        for (int first = 1; first <= 3; first++)
        {
            for (int second = 1; second <= 3; second++)
            {
                for (int third = 1; third <= 3; third++)
                {
                    AddKind(++kind, [first, second, third]);
                }
            }
        }
    }

    /// <summary>Reads numbers from 0 to 255 as long as they are plain; none where the processor cannot.</summary>
    /// <returns>How many there are, and where the text goes on.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static (int Count, int At) Read(ReadOnlySpan<byte> text, Span<byte> pixels)
    {
        if (!Ssse3.IsSupported)
        {
            return (0, 0);
        }

        // References in place of spans and arrays: each step begins where the one before ended, so what it has to wait for must be short.
        // A step reads 16 bytes from less than 64 bytes after the start of its block, and writes 4 pixels, the last of them for nothing.
        ref byte letters = ref MemoryMarshal.GetReference(text);
        ref byte target = ref MemoryMarshal.GetReference(pixels);
        ref byte kinds = ref MemoryMarshal.GetArrayDataReference(Kinds);
        ref Vector128<byte> columns = ref MemoryMarshal.GetArrayDataReference(Columns);
        int lastBlock = text.Length - Vector512<byte>.Count - Vector128<byte>.Count;
        int lastTarget = pixels.Length - (Steps * Values) - 1;
        int count = 0;
        int at = 0;
        Vector128<byte> largestDigit = default;
        Vector128<short> largestValue = default;
        while (at <= lastBlock && count <= lastTarget)
        {
            ulong spaces = Vector512.Equals(Vector512.LoadUnsafe(ref letters, (nuint)at), Vector512.Create((byte)' '))
                .ExtractMostSignificantBits();
            ulong rest = spaces;
            int start = 0; // of the step, in the block
            for (int step = 0; step < Steps; step++) // As many as always fit: a number that depends on the text would be guessed wrongly.
            {
                int kind = Unsafe.Add(ref kinds, (nint)((spaces >> start) & ((1 << Window) - 1)));
                if (kind == 0)
                {
                    return Checked(count, at + start, largestDigit, largestValue);
                }

                Vector128<byte> digits = Ssse3.Shuffle(
                    Vector128.LoadUnsafe(ref letters, (nuint)(at + start)) ^ Vector128.Create((byte)'0'), Unsafe.Add(ref columns, kind));
                largestDigit = Sse2.Max(largestDigit, digits);
                Vector128<short> pairs = Ssse3.MultiplyAddAdjacent(digits, Vector128.Create(0x00010A64).AsSByte()); // 100, 10, 1, 0
                Vector128<short> values = Sse2.MultiplyAddAdjacent(pairs, Vector128.Create((short)1)).AsInt16();
                largestValue = Sse2.Max(largestValue, values);
                Vector128<byte> packed = Ssse3.Shuffle(values.AsByte(), Vector128.Create(0x0C080400).AsByte());
                Unsafe.WriteUnaligned(ref Unsafe.Add(ref target, count), packed.AsUInt32().ToScalar());
                count += Values;

                // The third space ends the three numbers: the lowest bit but two.
                rest &= rest - 1;
                rest &= rest - 1;
                start = BitOperations.TrailingZeroCount(rest) + 1;
                rest &= rest - 1;
            }

            at += start;
        }

        return Checked(count, at, largestDigit, largestValue);
    }

    private static (int Count, int At) Checked(int count, int at, Vector128<byte> largestDigit, Vector128<short> largestValue) =>
        Vector128.GreaterThanAny(largestDigit, Vector128.Create((byte)9)) || Vector128.GreaterThanAny(largestValue, Vector128.Create((short)255))
            ? (0, 0)
            : (count, at);

    private static void AddKind(int kind, ReadOnlySpan<int> digits)
    {
        Span<byte> columns = stackalloc byte[Vector128<byte>.Count];
        columns.Fill(0xFF); // no digit, which reads as 0
        int length = 0;
        int spaces = 0;
        for (int i = 0; i < Values; i++)
        {
            for (int digit = 0; digit < digits[i]; digit++)
            {
                columns[(i * Lane) + 3 - digits[i] + digit] = (byte)(length + digit);
            }

            length += digits[i] + 1;
            spaces |= 1 << (length - 1);
        }

        Columns[kind] = Vector128.Create<byte>(columns);
        for (int rest = 0; rest < 1 << (Window - length); rest++)
        {
            Kinds[spaces | (rest << length)] = (byte)kind;
        }
    }
}
