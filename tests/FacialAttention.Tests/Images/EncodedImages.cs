using System.Buffers.Binary;
using System.IO.Compression;
using SkiaSharp;

namespace FacialAttention.Tests.Images;

/// <summary>Writes the image files that the tests decode, among them kinds that no common encoder writes.</summary>
internal static class EncodedImages
{
    /// <summary>Encodes RGB pixels with Skia.</summary>
    public static byte[] Encode(ReadOnlySpan<byte> rgb, int width, int height, SKEncodedImageFormat format, int quality = 100)
    {
        using var bitmap = new SKBitmap(new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Opaque));
        for (int i = 0; i < width * height; i++)
        {
            bitmap.SetPixel(i % width, i / width, new SKColor(rgb[3 * i], rgb[(3 * i) + 1], rgb[(3 * i) + 2]));
        }

        using SKData data = bitmap.Encode(format, quality);
        return data.ToArray();
    }

    /// <summary>Encodes gray pixels with Skia.</summary>
    public static byte[] EncodeGray(ReadOnlySpan<byte> gray, int width, int height, SKEncodedImageFormat format)
    {
        using SKImage image = SKImage.FromPixelCopy(new SKImageInfo(width, height, SKColorType.Gray8, SKAlphaType.Opaque), gray);
        using SKData data = image.Encode(format, 100);
        return data.ToArray();
    }

    /// <summary>A PNG of any colour type (0 gray, 2 RGB, 4 gray and alpha, 6 RGBA) and depth; rows hold the raw samples.</summary>
    public static byte[] Png(int width, int height, int depth, int colourType, byte[][] rows)
    {
        using var compressed = new MemoryStream();
        using (var zlib = new ZLibStream(compressed, CompressionLevel.Optimal, leaveOpen: true))
        {
            foreach (byte[] row in rows)
            {
                zlib.WriteByte(0); // no row filter
                zlib.Write(row);
            }
        }

        var header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        header[8] = (byte)depth;
        header[9] = (byte)colourType;
        return
        [
            0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A,
            .. Chunk("IHDR"u8, header), .. Chunk("IDAT"u8, compressed.ToArray()), .. Chunk("IEND"u8, []),
        ];
    }

    /// <summary>The file with other sizes in its IHDR, and the checksum to go with them.</summary>
    public static byte[] ClaimSize(byte[] png, int width, int height)
    {
        byte[] claimed = [.. png];
        BinaryPrimitives.WriteInt32BigEndian(claimed.AsSpan(16), width);
        BinaryPrimitives.WriteInt32BigEndian(claimed.AsSpan(20), height);
        BinaryPrimitives.WriteUInt32BigEndian(claimed.AsSpan(29), Crc32(claimed.AsSpan(12, 17)));
        return claimed;
    }

    /// <summary>The JPEG with an EXIF segment that holds nothing but the orientation, 1 to 8.</summary>
    public static byte[] JpegWithOrientation(byte[] jpeg, int orientation, bool isLittleEndian = false) =>
        [0xFF, 0xD8, 0xFF, 0xE1, 0, 34, .. "Exif\0\0"u8, .. Exif(orientation, isLittleEndian), .. jpeg.AsSpan(2)];

    /// <summary>The simple WebP file in an extended one with an EXIF chunk.</summary>
    public static byte[] WebpWithOrientation(byte[] webp, int width, int height, int orientation)
    {
        byte[] chunks =
        [
            .. "WEBPVP8X"u8, 10, 0, 0, 0, 8, 0, 0, 0, (byte)(width - 1), 0, 0, (byte)(height - 1), 0, 0,
            .. webp.AsSpan(12), .. "EXIF"u8, 26, 0, 0, 0, .. Exif(orientation),
        ];
        return [.. "RIFF"u8, .. BitConverter.GetBytes(chunks.Length), .. chunks];
    }

    /// <summary>An uncompressed 24-bit BMP of RGB pixels.</summary>
    public static byte[] Bmp(ReadOnlySpan<byte> rgb, int width, int height)
    {
        int stride = ((3 * width) + 3) / 4 * 4;
        var file = new byte[54 + (stride * height)];
        "BM"u8.CopyTo(file);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(2), file.Length);
        file[10] = 54;
        file[14] = 40;
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(18), width);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(22), height);
        file[26] = 1;
        file[28] = 24;
        for (int y = 0; y < height; y++)
        {
            for (int x = 0; x < width; x++)
            {
                int from = 3 * ((y * width) + x), to = 54 + ((height - 1 - y) * stride) + (3 * x);
                (file[to], file[to + 1], file[to + 2]) = (rgb[from + 2], rgb[from + 1], rgb[from]);
            }
        }

        return file;
    }

    /// <summary>A GIF whose pictures each fill the screen with one of two palette colours.</summary>
    public static byte[] Gif(int width, int height, (byte R, byte G, byte B) colour0, (byte R, byte G, byte B) colour1, params int[] frames)
    {
        List<byte> file =
        [
            .. "GIF89a"u8, (byte)width, 0, (byte)height, 0, 0x80, 0, 0,
            colour0.R, colour0.G, colour0.B, colour1.R, colour1.G, colour1.B,
        ];
        foreach (int index in frames)
        {
            // LZW of 2-bit symbols in 3-bit codes, cleared (code 4) before every pixel so that codes never grow; 5 ends.
            var bits = new List<int>();
            for (int i = 0; i < width * height; i++)
            {
                bits.AddRange([4, index]);
            }

            bits.Add(5);
            var packed = new byte[((3 * bits.Count) + 7) / 8];
            for (int i = 0; i < 3 * bits.Count; i++)
            {
                packed[i / 8] |= (byte)(((bits[i / 3] >> (i % 3)) & 1) << (i % 8));
            }

            file.AddRange([0x2C, 0, 0, 0, 0, (byte)width, 0, (byte)height, 0, 0, 2, (byte)packed.Length, .. packed, 0]);
        }

        file.Add(0x3B);
        return [.. file];
    }

    /// <summary>An 8 x 8 baseline JPEG of one flat colour; <paramref name="adobeTransform"/> adds an Adobe marker.</summary>
    public static byte[] FlatJpeg(int[] components, int? adobeTransform = null)
    {
        int n = components.Length;
        List<byte> file = [0xFF, 0xD8];
        if (adobeTransform is int transform)
        {
            file.AddRange([0xFF, 0xEE, 0, 14, .. "Adobe"u8, 0, 100, 0, 0, 0, 0, (byte)transform]);
        }

        file.AddRange([0xFF, 0xDB, 0, 67, 0, .. Enumerable.Repeat((byte)1, 64)]);
        file.AddRange([0xFF, 0xC0, 0, (byte)(8 + (3 * n)), 8, 0, 8, 0, 8, (byte)n]);
        for (int k = 1; k <= n; k++)
        {
            file.AddRange([(byte)k, 0x11, 0]);
        }
        // DC codes: twelve of four bits; AC codes: one of one bit, the end of the block.
        file.AddRange([0xFF, 0xC4, 0, 31, 0x00, 0, 0, 0, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
        file.AddRange([0xFF, 0xC4, 0, 20, 0x10, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
        file.AddRange([0xFF, 0xDA, 0, (byte)(6 + (2 * n)), (byte)n]);
        for (int k = 1; k <= n; k++)
        {
            file.AddRange([(byte)k, 0]);
        }

        file.AddRange([0, 63, 0]);
        var bits = new List<int>();
        foreach (int component in components)
        {
            int difference = 8 * (component - 128), length = 0;
            while (Math.Abs(difference) >> length != 0)
            {
                length++;
            }

            int value = difference < 0 ? difference + (1 << length) - 1 : difference;
            bits.AddRange(Enumerable.Range(0, 4).Select(k => (length >> (3 - k)) & 1));
            bits.AddRange(Enumerable.Range(0, length).Select(k => (value >> (length - 1 - k)) & 1));
            bits.Add(0);
        }

        while (bits.Count % 8 != 0)
        {
            bits.Add(1);
        }

        for (int i = 0; i < bits.Count; i += 8)
        {
            byte value = (byte)Enumerable.Range(0, 8).Sum(k => bits[i + k] << (7 - k));
            file.Add(value);
            if (value == 0xFF)
            {
                file.Add(0);
            }
        }

        return [.. file, 0xFF, 0xD9];
    }

    /// <summary>A first directory, at byte 8, of one entry: orientation, SHORT, 1 value.</summary>
    private static byte[] Exif(int orientation, bool isLittleEndian = false) => isLittleEndian
        ? [.. "II*\0"u8, 8, 0, 0, 0, 1, 0, 0x12, 0x01, 3, 0, 1, 0, 0, 0, (byte)orientation, 0, 0, 0, 0, 0, 0, 0]
        : [.. "MM\0*"u8, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, (byte)orientation, 0, 0, 0, 0, 0, 0];

    /// <summary>A chunk of a PNG with its checksum.</summary>
    public static byte[] Chunk(ReadOnlySpan<byte> type, byte[] data)
    {
        var chunk = new byte[12 + data.Length];
        BinaryPrimitives.WriteInt32BigEndian(chunk, data.Length);
        type.CopyTo(chunk.AsSpan(4));
        data.CopyTo(chunk, 8);
        BinaryPrimitives.WriteUInt32BigEndian(chunk.AsSpan(8 + data.Length), Crc32(chunk.AsSpan(4, 4 + data.Length)));
        return chunk;
    }

    private static byte[] Exif(int orientation) =>
    [
        .. "MM\0*"u8, 0, 0, 0, 8, // big endian, first directory at 8
        0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, (byte)orientation, 0, 0, 0, 0, 0, 0, // one entry: orientation, SHORT, 1 value
    ];

    private static uint Crc32(ReadOnlySpan<byte> data)
    {
        uint crc = uint.MaxValue;
        foreach (byte value in data)
        {
            crc ^= value;
            for (int k = 0; k < 8; k++)
            {
                crc = (crc >> 1) ^ (0xEDB88320 & (0 - (crc & 1)));
            }
        }

        return ~crc;
    }
}
