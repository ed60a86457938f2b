using System.Buffers.Binary;

namespace FacialAttention;

/// <summary>What the markers of a JPEG file tell before it is decoded.</summary>
internal static class JpegMarkers
{
    private const byte Marker = 0xFF;
    private const byte StartOfScan = 0xDA;

    /// <summary>Whether a file begins as a JPEG does.</summary>
    public static bool IsJpeg(ReadOnlySpan<byte> encoded) => encoded.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8, Marker]);

    /// <summary>
    /// How often the file goes over its pixels at most. Within the pixels' data no marker but of the next part can stand; one within the
    /// other parts, say in a preview, is counted as well.
    /// </summary>
    public static int CountScans(ReadOnlySpan<byte> encoded) => encoded.Count((ReadOnlySpan<byte>)[Marker, StartOfScan]);

    /// <summary>
    /// Whether a JPEG has four colours and no Adobe marker. Skia takes all four-colour files as inverted, as Adobe writes them; one
    /// without the marker may be either.
    /// </summary>
    public static bool IsUnmarkedCmyk(ReadOnlySpan<byte> encoded)
    {
        if (!IsJpeg(encoded))
        {
            return false;
        }
        int at = 2;
        while (at + 9 < encoded.Length && encoded[at] == 0xFF)
        {
            int marker = encoded[at + 1];
            if (marker == 0xFF)
            {
                at++; // a fill byte
                continue;
            }
            // Frame headers are FFC0 to FFCF without the tables FFC4, FFC8 and FFCC.
            if (marker is >= 0xC0 and <= 0xCF and not 0xC4 and not 0xC8 and not 0xCC)
            {
                return encoded[at + 9] == 4;
            }
            if (marker == 0xEE && encoded[(at + 4)..].StartsWith("Adobe"u8))
            {
                return false;
            }
            at += 2 + BinaryPrimitives.ReadUInt16BigEndian(encoded[(at + 2)..]);
        }
        return false;
    }
}
