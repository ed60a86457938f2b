using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
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

    // For each set of places of spaces in a window the kind, 1 to 27, of the three numbers that it begins with; 0 if it has none such.
    private static readonly byte[] Kinds = new byte[1 << Window];
    private static readonly byte[] Lengths = new byte[28];
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

        int count = 0;
        int at = 0;
        Vector128<int> faults = default;
        while (at + Vector512<byte>.Count + Vector128<byte>.Count <= text.Length)
        {
            ulong spaces = Vector512.Equals(Vector512.Create(text[at..]), Vector512.Create((byte)' ')).ExtractMostSignificantBits();
            for (int left = Vector512<byte>.Count; left >= Window && count + Lane <= pixels.Length;)
            {
                int kind = Kinds[spaces & ((1 << Window) - 1)];
                if (kind == 0)
                {
                    return faults == default ? (count, at) : (0, 0);
                }

                Vector128<byte> digits = Ssse3.Shuffle(Vector128.Create(text[at..]) ^ Vector128.Create((byte)'0'), Columns[kind]);
                Vector128<short> pairs = Ssse3.MultiplyAddAdjacent(digits, Vector128.Create(0x00010A64).AsSByte()); // 100, 10, 1, 0
                Vector128<int> values = Sse2.MultiplyAddAdjacent(pairs, Vector128.Create((short)1));
                faults |= Vector128.GreaterThan(digits, Vector128.Create((byte)9)).AsInt32() | Vector128.GreaterThan(values, Vector128.Create(255));
                Vector128<byte> packed = Ssse3.Shuffle(values.AsByte(), Vector128.Create(0x0C080400).AsByte());
                BinaryPrimitives.WriteUInt32LittleEndian(pixels[count..], packed.AsUInt32().ToScalar());
                count += Values;
                int length = Lengths[kind];
                at += length;
                left -= length;
                spaces >>= length;
            }

            if (count + Lane > pixels.Length)
            {
                break;
            }
        }

        return faults == default ? (count, at) : (0, 0);
    }

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

        Lengths[kind] = (byte)length;
        Columns[kind] = Vector128.Create<byte>(columns);
        for (int rest = 0; rest < 1 << (Window - length); rest++)
        {
            Kinds[spaces | (rest << length)] = (byte)kind;
        }
    }
}
