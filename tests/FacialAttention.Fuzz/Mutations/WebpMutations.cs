using System.Text;

namespace FacialAttention.Fuzz.Mutations;

/// <summary>Damage to WebP files chunk by chunk, with the outer length to go with it.</summary>
internal static class WebpMutations
{
    private const int HeaderBytes = 12;

    private static readonly string[] Kinds = ["VP8 ", "VP8L", "VP8X", "ALPH", "ANIM", "ANMF", "EXIF", "ICCP", "XMP ", "abcd"];

    public static byte[] Mutate(Dice dice, byte[] valid, byte[] other)
    {
        List<(string Kind, byte[] Data)> chunks = [.. Chunks(valid)];
        for (int changes = 1 + dice.Below(3); changes > 0 && chunks.Count > 0; changes--)
        {
            int at = dice.Below(chunks.Count);
            (string kind, byte[] data) = chunks[at];
            switch (dice.Below(6))
            {
                case 0:
                    chunks[at] = (dice.Pick(Kinds), data);
                    break;
                case 1:
                    chunks.Insert(dice.Below(chunks.Count + 1), chunks[at]);
                    break;
                case 2:
                    chunks.RemoveAt(at);
                    break;
                case 3:
                    byte[] claim = [(byte)dice.Below(256), 0, 0, 0, .. Side(dice), .. Side(dice)];
                    chunks.Insert(0, ("VP8X", claim));
                    break;
                default:
                    chunks[at] = (kind, ByteMutations.Mutate(dice, data, other));
                    break;
            }
        }

        byte[] body = [.. chunks.SelectMany(chunk => Write(chunk.Kind, chunk.Data))];
        return [.. "RIFF"u8, .. BitConverter.GetBytes(body.Length + 4), .. "WEBP"u8, .. body];
    }

    /// <summary>24 bits of a side, less 1.</summary>
    private static byte[] Side(Dice dice) => BitConverter.GetBytes(dice.Pick(ImageSides.All) - 1)[..3];

    private static IEnumerable<(string Kind, byte[] Data)> Chunks(byte[] webp)
    {
        for (int at = HeaderBytes; at + 8 <= webp.Length;)
        {
            int length = BitConverter.ToInt32(webp, at + 4);
            yield return (Encoding.Latin1.GetString(webp, at, 4), webp[(at + 8)..Math.Min(webp.Length, at + 8 + length)]);
            at += 8 + length + (length & 1);
        }
    }

    private static byte[] Write(string kind, byte[] data) =>
        [.. Encoding.Latin1.GetBytes(kind), .. BitConverter.GetBytes(data.Length), .. data, .. new byte[data.Length & 1]];
}
