using System.Buffers.Binary;
using SkiaSharp;

namespace FacialAttention;

/// <summary>The EXIF orientation of a PNG file, which Skia does not read: chunk eXIf (PNG specification, third edition), a TIFF structure.</summary>
internal static class PngOrientation
{
    private const int SignatureBytes = 8;
    private const int ChunkBytes = 12; // length, type and checksum
    private const int EntryBytes = 12;
    private const ushort Orientation = 0x0112;
    private const ushort Short = 3;

    /// <summary>What the first eXIf chunk says; upright where there is none or it is malformed.</summary>
    public static SKEncodedOrigin Read(ReadOnlySpan<byte> png)
    {
        int at = SignatureBytes;
        while (at + ChunkBytes <= png.Length)
        {
            uint length = BinaryPrimitives.ReadUInt32BigEndian(png[at..]);
            if (length > png.Length - at - ChunkBytes)
            {
                break;
            }

            if (png.Slice(at + 4, 4).SequenceEqual("eXIf"u8))
            {
                return ReadTiff(png.Slice(at + 8, (int)length));
            }

            at += ChunkBytes + (int)length;
        }

        return SKEncodedOrigin.TopLeft;
    }

    private static SKEncodedOrigin ReadTiff(ReadOnlySpan<byte> tiff)
    {
        bool isBig = tiff.StartsWith("MM\0*"u8);
        if (tiff.Length < 10 || (!isBig && !tiff.StartsWith("II*\0"u8)))
        {
            return SKEncodedOrigin.TopLeft;
        }

        uint directory = isBig ? BinaryPrimitives.ReadUInt32BigEndian(tiff[4..]) : BinaryPrimitives.ReadUInt32LittleEndian(tiff[4..]);
        if (directory > tiff.Length - 2)
        {
            return SKEncodedOrigin.TopLeft;
        }

        int at = (int)directory + 2;
        for (int entries = UInt16(tiff, (int)directory, isBig); entries > 0 && at + EntryBytes <= tiff.Length; entries--)
        {
            if (UInt16(tiff, at, isBig) == Orientation)
            {
                int value = UInt16(tiff, at + 8, isBig);
                return UInt16(tiff, at + 2, isBig) == Short && Enum.IsDefined((SKEncodedOrigin)value)
                    ? (SKEncodedOrigin)value : SKEncodedOrigin.TopLeft;
            }

            at += EntryBytes;
        }

        return SKEncodedOrigin.TopLeft;
    }

    private static ushort UInt16(ReadOnlySpan<byte> bytes, int at, bool isBig) => isBig
        ? BinaryPrimitives.ReadUInt16BigEndian(bytes[at..])
        : BinaryPrimitives.ReadUInt16LittleEndian(bytes[at..]);
}
