using FacialAttention.Tests.Images;
using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using FacialAttention.Tests;

namespace FacialAttention.Fuzz.Mutations;

/// <summary>Damage to PNG files chunk by chunk, mostly with the checksums to go with it.</summary>
internal static class PngMutations
{
    private const int SignatureBytes = 8;
    private const int Bomb = 16 << 20;
    private const long MostRowBytes = 300_000_000;
    private const int MostRowsMutated = 100_000;

    private static readonly string[] Kinds =
    [
        "IHDR", "PLTE", "IDAT", "IEND", "tRNS", "gAMA", "cHRM", "sRGB", "iCCP", "tEXt", "zTXt", "bKGD", "acTL", "fcTL", "fdAT", "eXIf",
        "abcd",
    ];

    private static readonly byte[] HeaderBytes = [0, 1, 2, 3, 4, 5, 6, 7, 8, 16, 17, 32, 255];

    public static byte[] Mutate(Dice dice, byte[] valid, byte[] other)
    {
        List<(string Kind, byte[] Data)> chunks = [.. Chunks(valid)];
        for (int changes = 1 + dice.Below(3); changes > 0 && chunks.Count > 0; changes--)
        {
            MutateOnce(dice, chunks, other);
        }

        int broken = dice.OneIn(10) ? dice.Below(chunks.Count + 1) : -1;
        return [.. valid[..SignatureBytes], .. chunks.SelectMany((chunk, i) => Write(dice, chunk.Kind, chunk.Data, i == broken))];
    }

    private static void MutateOnce(Dice dice, List<(string Kind, byte[] Data)> chunks, byte[] other)
    {
        int at = dice.Below(chunks.Count);
        (string kind, byte[] data) = chunks[at];
        switch (dice.Below(10))
        {
            case 0:
                chunks[at] = (kind, ByteMutations.Mutate(dice, data, other));
                break;
            case 1:
                chunks[at] = (dice.Pick(Kinds), data);
                break;
            case 2:
                chunks.Insert(dice.Below(chunks.Count + 1), chunks[at]);
                break;
            case 3:
                chunks.RemoveAt(at);
                break;
            case 4:
                (chunks[at], chunks[^1]) = (chunks[^1], chunks[at]);
                break;
            case 5:
                chunks.Insert(1, (dice.Pick(Kinds), dice.Bytes(dice.Below(64))));
                break;
            case 6:
                chunks.Insert(1, ("iCCP", [.. Encoding.ASCII.GetBytes("icc\0\0"), .. Deflate(new byte[dice.OneIn(8) ? Bomb : 200])]));
                break;
            case 7 when chunks[0] is ("IHDR", { Length: 13 } header):
                header[8 + dice.Below(5)] = dice.Pick(HeaderBytes);
                break;
            case 8 when chunks[0] is ("IHDR", { Length: 13 } header):
                BinaryPrimitives.WriteInt32BigEndian(header, dice.Pick(ImageSides.All));
                BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), dice.Pick(ImageSides.All));
                if (dice.OneIn(10) && SizeOf(header) is > 0 and < MostRowBytes)
                {
                    header[12] = (byte)dice.Below(2); // interlaced or not; one row more or less does not matter
                    _ = chunks.RemoveAll(chunk => chunk.Kind == "IDAT");
                    chunks.Insert(1, ("IDAT", DeflateZeros(SizeOf(header))));
                }

                break;
            default:
                int pixels = chunks.FindIndex(chunk => chunk.Kind == "IDAT");
                if (pixels >= 0 && TryInflate(chunks[pixels].Data) is { } rows)
                {
                    chunks[pixels] = ("IDAT", Deflate(ByteMutations.Mutate(dice, rows, other)));
                }

                break;
        }
    }

    /// <summary>Bytes of the rows that a header claims, a little more for those of interlaced files; 0 for nonsense.</summary>
    private static long SizeOf(byte[] header)
    {
        (long width, long height) = (BinaryPrimitives.ReadInt32BigEndian(header), BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(4)));
        long channels = header[9] switch { 0 or 3 => 1, 4 => 2, 2 => 3, 6 => 4, _ => 0 };
        bool isSensible = width is > 0 and <= ushort.MaxValue && height is > 0 and <= ushort.MaxValue;
        return isSensible ? channels * ((((width * header[8]) + 7) / 8) + 2) * (height + 8) * (header[12] == 0 ? 1 : 2) : 0;
    }

    private static byte[] DeflateZeros(long count)
    {
        var block = new byte[1 << 16];
        using var compressed = new MemoryStream();
        using (var zlib = new ZLibStream(compressed, CompressionLevel.SmallestSize, leaveOpen: true))
        {
            for (; count > 0; count -= block.Length)
            {
                zlib.Write(block);
            }
        }

        return compressed.ToArray();
    }

    private static IEnumerable<(string Kind, byte[] Data)> Chunks(byte[] png)
    {
        for (int at = SignatureBytes; at + 12 <= png.Length;)
        {
            int length = BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(at));
            yield return (Encoding.Latin1.GetString(png, at + 4, 4), png[(at + 8)..(at + 8 + length)]);
            at += 12 + length;
        }
    }

    private static byte[] Write(Dice dice, string kind, byte[] data, bool isBroken)
    {
        byte[] chunk = EncodedImages.Chunk(Encoding.Latin1.GetBytes(kind), data);
        return isBroken ? ByteMutations.Mutate(dice, chunk, chunk) : chunk;
    }

    private static byte[] Deflate(byte[] data)
    {
        using var compressed = new MemoryStream();
        using (var zlib = new ZLibStream(compressed, CompressionLevel.Fastest, leaveOpen: true))
        {
            zlib.Write(data);
        }

        return compressed.ToArray();
    }

    private static byte[]? TryInflate(byte[] data)
    {
        try
        {
            using var zlib = new ZLibStream(new MemoryStream(data), CompressionMode.Decompress);
            var rows = new byte[MostRowsMutated];
            int count = zlib.ReadAtLeast(rows, rows.Length, throwOnEndOfStream: false);
            return count < rows.Length ? rows[..count] : null;
        }
        catch (InvalidDataException)
        {
            return null;
        }
    }
}
