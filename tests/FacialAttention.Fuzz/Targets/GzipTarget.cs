using System.IO.Compression;
using System.Text;
using FacialAttention.Fuzz.Mutations;
using FacialAttention.Tests.Data;

namespace FacialAttention.Fuzz.Targets;

/// <summary><see cref="Fer2013Reader"/> on compressed text.</summary>
internal sealed class GzipTarget : CsvTarget
{
    private const int BombRows = 40_000; // 190 MB of text

    public override string Name => "gzip";

    public override string Extension => ".csv.gz";

    public override void Write(string path, Dice dice)
    {
        byte[] gzip = dice.OneIn(1000) ? Bomb(dice.Below(BombRows)) : Fer2013CsvBuilder.Compress(MutateText(dice));
        File.WriteAllBytes(path, MutateCompression(dice, gzip));
    }

    private static byte[] MutateCompression(Dice dice, byte[] gzip)
    {
        switch (gzip.Length == 0 ? -1 : dice.Below(10)) // Nothing is packed as nothing.
        {
            case 0:
                return ByteMutations.Mutate(dice, gzip, gzip);
            case 1:
                gzip[dice.Below(10)] = (byte)dice.Below(256); // the header
                return gzip;
            case 2:
                gzip[^(1 + dice.Below(8))] ^= (byte)(1 << dice.Below(8)); // the trailer
                return gzip;
            case 3:
                return [.. gzip, .. gzip];
            case 4:
                return Fer2013CsvBuilder.Compress(gzip);
            case 6:
                return [.. gzip, .. new byte[1 + dice.Below(20)]];
            case 5:
                return [.. gzip, .. dice.Bytes(1 + dice.Below(20))];
            default:
                return gzip;
        }
    }

    /// <summary>Black faces, which take a thousandth of their text.</summary>
    private static byte[] Bomb(int rows)
    {
        byte[] row = Encoding.ASCII.GetBytes($"0,{string.Join(' ', Enumerable.Repeat('0', 48 * 48))},Training\n");
        using var bomb = new MemoryStream();
        using (var gzip = new GZipStream(bomb, CompressionLevel.SmallestSize))
        {
            gzip.Write("emotion,pixels,Usage\n"u8);
            for (int i = 0; i < rows; i++)
            {
                gzip.Write(row);
            }
        }

        return bomb.ToArray();
    }
}
