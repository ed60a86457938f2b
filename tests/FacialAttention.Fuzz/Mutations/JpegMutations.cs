using System.Buffers.Binary;
using System.Text;

namespace FacialAttention.Fuzz.Mutations;

/// <summary>Damage to JPEG files segment by segment.</summary>
internal static class JpegMutations
{
    private const byte StartOfFrame = 0xC0;
    private const byte Progressive = 0xC2;
    private const byte StartOfScan = 0xDA;
    private const int MostScans = 400;

    private static readonly byte[] Markers =
    [
        0xC0, 0xC1, 0xC2, 0xC3, 0xC4, 0xC5, 0xC9, 0xCA, 0xCC, 0xD0, 0xD7, 0xD8, 0xD9, 0xDA, 0xDB, 0xDC, 0xDD, 0xE0, 0xE1, 0xE2, 0xEE, 0xFE,
        0xFF,
    ];

    public static byte[] Mutate(Dice dice, byte[] valid, byte[] other)
    {
        (List<(byte Marker, byte[] Data)> segments, byte[] scan) = Parse(valid);
        int repeats = 1;
        for (int changes = 1 + dice.Below(3); changes > 0 && segments.Count > 0; changes--)
        {
            int at = dice.Below(segments.Count);
            (byte marker, byte[] data) = segments[at];
            switch (dice.Below(10))
            {
                case 0:
                    segments[at] = (marker, ByteMutations.Mutate(dice, data, other));
                    break;
                case 1:
                    segments[at] = (dice.Pick(Markers), data);
                    break;
                case 2:
                    segments.Insert(dice.Below(segments.Count + 1), segments[at]);
                    break;
                case 3:
                    segments.RemoveAt(at);
                    break;
                case 4:
                    (segments[at], segments[^1]) = (segments[^1], segments[at]);
                    break;
                case 5:
                    scan = ByteMutations.Mutate(dice, scan, other);
                    break;
                case 6:
                    segments.Insert(0, (0xE1, [.. Encoding.ASCII.GetBytes("Exif\0\0MM\0*"), .. dice.Bytes(4 + dice.Below(40))]));
                    break;
                case 7:
                    ClaimSize(dice, segments);
                    break;
                case 8:
                    segments.Insert(0, (0xDD, [0, (byte)dice.Below(5)]));
                    break;
                default:
                    repeats = BecomeProgressive(segments) ? 1 + dice.Below(MostScans) : 1;
                    break;
            }
        }

        byte[] head = [.. segments.SkipLast(1).SelectMany(Write)];
        byte[] tail = [.. segments.TakeLast(1).SelectMany(Write), .. scan];
        return [0xFF, 0xD8, .. head, .. Enumerable.Repeat(tail, repeats).SelectMany(bytes => bytes), 0xFF, 0xD9];
    }

    private static void ClaimSize(Dice dice, List<(byte Marker, byte[] Data)> segments)
    {
        int frame = segments.FindIndex(segment => segment.Marker is StartOfFrame or Progressive && segment.Data.Length > 5);
        if (frame >= 0)
        {
            BinaryPrimitives.WriteUInt16BigEndian(segments[frame].Data.AsSpan(1), (ushort)dice.Pick(ImageSides.All));
            BinaryPrimitives.WriteUInt16BigEndian(segments[frame].Data.AsSpan(3), (ushort)dice.Pick(ImageSides.All));
        }
    }

    /// <summary>Makes the scan a first one of a progressive file, of the mean values alone, which may come again and again.</summary>
    private static bool BecomeProgressive(List<(byte Marker, byte[] Data)> segments)
    {
        int frame = segments.FindIndex(segment => segment.Marker == StartOfFrame);
        if (frame < 0 || segments[^1] is not (StartOfScan, { Length: > 3 } scan))
        {
            return false;
        }

        segments[frame] = (Progressive, segments[frame].Data);
        scan[^2] = 0; // the last coefficient
        return true;
    }

    /// <summary>The segments up to the first scan's header, and what follows it.</summary>
    private static (List<(byte Marker, byte[] Data)> Segments, byte[] Scan) Parse(byte[] jpeg)
    {
        var segments = new List<(byte, byte[])>();
        int at = 2;
        byte marker;
        do
        {
            marker = jpeg[at + 1];
            int length = BinaryPrimitives.ReadUInt16BigEndian(jpeg.AsSpan(at + 2));
            segments.Add((marker, jpeg[(at + 4)..(at + 2 + length)]));
            at += 2 + length;
        }
        while (marker != StartOfScan);
        return (segments, jpeg[at..^2]);
    }

    private static byte[] Write((byte Marker, byte[] Data) segment)
    {
        int length = segment.Data.Length + 2;
        return [0xFF, segment.Marker, (byte)(length >> 8), (byte)length, .. segment.Data];
    }
}
