using System.Text;

namespace FacialAttention;

/// <summary>What a file is that is not what was expected, by its first bytes.</summary>
internal static class ForeignContent
{
    public const string OnnxModel = "an ONNX model";
    public const string SafetensorsFormat = "a safetensors file";

    private const int SearchedBytes = 256;

    private static readonly (int At, byte[] Bytes, string Name)[] Signatures =
    [
        (0, [0x89, .. "PNG\r\n"u8], "a PNG image"),
        (0, [0xFF, 0xD8, 0xFF], "a JPEG image"),
        (0, [.. "GIF8"u8], "a GIF image"),
        (8, [.. "WEBP"u8], "a WebP image"),
        (0, [.. "II*\0"u8], "a TIFF image"),
        (0, [.. "MM\0*"u8], "a TIFF image"),
        (0, [.. "II+\0"u8], "a TIFF image"),
        (0, [.. "MM\0+"u8], "a TIFF image"),
        (4, [.. "jP  \r\n"u8], "a JPEG 2000 image"),
        (0, [0xFF, 0x4F, 0xFF, 0x51], "a JPEG 2000 image"),
        (4, [.. "JXL \r\n"u8], "a JPEG XL image"),
        (0, [0xFF, 0x0A], "a JPEG XL image"),
        (0, [.. "8BPS"u8], "a Photoshop (PSD) image"),
        (0, [0, 0, 1, 0], "an icon (ICO)"),
        (0, [.. "%PDF-"u8], "a PDF document"),
        (0, [.. "PK\u0003\u0004"u8], "a zip archive"),
        (0, [.. "PK\u0005\u0006"u8], "an empty zip archive"),
        (0, [0x1F, 0x8B], "gzip-compressed data"),
        (0, [0xFD, .. "7zXZ\0"u8], "xz-compressed data"),
        (0, [.. "BZh"u8], "bzip2-compressed data"),
        (0, [0x28, 0xB5, 0x2F, 0xFD], "Zstandard-compressed data"),
        (0, [.. "7z"u8, 0xBC, 0xAF, 0x27, 0x1C], "a 7z archive"),
        (0, [.. "Rar!"u8], "a RAR archive"),
        (257, [.. "ustar"u8], "a tar archive"),
        (0, [0xD0, 0xCF, 0x11, 0xE0], "an old Office document, perhaps an Excel table"),
        (0, [.. "SQLite format 3"u8], "a SQLite database"),
        (0, [0x89, .. "HDF\r\n"u8], "an HDF5 file"),
        (0, [0x93, .. "NUMPY"u8], "a NumPy array"),
        (2, [0x12, 15, .. "FacialAttention"u8], OnnxModel), // after the format's version, the maker
        (2, [0x12, 7, .. "pytorch"u8], OnnxModel),
        (8, [.. "{\""u8], SafetensorsFormat), // after the header's length
    ];

    /// <summary>The kind with its article, as in "a TIFF image"; null where it is none of those known.</summary>
    /// <param name="start">The first bytes, 512 where there are as many.</param>
    public static string? NameOf(ReadOnlySpan<byte> start)
    {
        if (start.Length >= 12 && start[4..8].SequenceEqual("ftyp"u8))
        {
            return NameOfBrand(start[8..12]);
        }

        foreach ((int at, byte[] bytes, string name) in Signatures)
        {
            if (start.Length >= at + bytes.Length && start[at..].StartsWith(bytes))
            {
                return name;
            }
        }

        return NameOfText(start);
    }

    private static string NameOfBrand(ReadOnlySpan<byte> brand) => Encoding.Latin1.GetString(brand) switch
    {
        "heic" or "heix" or "heim" or "heis" or "hevc" or "hevx" or "mif1" or "msf1" => "a HEIC image",
        "avif" or "avis" => "an AVIF image",
        "crx " => "a raw camera image (CR3)",
        _ => "a video (MP4 or QuickTime)",
    };

    private static string? NameOfText(ReadOnlySpan<byte> start)
    {
        start = start.StartsWith((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF]) ? start[3..] : start;
        string text = Encoding.Latin1.GetString(start[..Math.Min(start.Length, SearchedBytes)]).TrimStart();
        return text switch
        {
            _ when Begins("version https://git-lfs") => "a Git LFS pointer, not the file itself ('git lfs pull' fetches it)",
            _ when Begins("<!doctype html") || Begins("<html") || Begins("<head") => "an HTML page, not the file itself",
            _ when Begins("<svg") || text.Contains("<svg", StringComparison.OrdinalIgnoreCase) => "an SVG drawing",
            _ when Begins("<?xml") => "an XML file",
            ['P', >= '1' and <= '6', '\n' or ' ' or '\r', ..] => "a Netpbm image", // PBM, PGM or PPM
            _ when Begins("data:") && text.Contains(";base64", StringComparison.OrdinalIgnoreCase) => "a data URL, whose Base64 text is not decoded",
            _ => null,
        };

        bool Begins(string prefix) => text.StartsWith(prefix, StringComparison.OrdinalIgnoreCase);
    }
}
