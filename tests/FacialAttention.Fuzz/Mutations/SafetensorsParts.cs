using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace FacialAttention.Fuzz.Mutations;

/// <summary>Header and data of a safetensors file, put together again with the length and checksum that go with them.</summary>
internal sealed partial class SafetensorsParts(string header, byte[] data)
{
    private const int LengthBytes = sizeof(ulong);
    private const int ChecksumDigits = 2 * SHA256.HashSizeInBytes;

    public string Header { get; set; } = header;

    public byte[] Data { get; set; } = data;

    public static SafetensorsParts Of(byte[] file)
    {
        int length = (int)BinaryPrimitives.ReadUInt64LittleEndian(file);
        return new SafetensorsParts(Encoding.UTF8.GetString(file, LengthBytes, length), file[(LengthBytes + length)..]);
    }

    /// <summary>The file.</summary>
    /// <param name="claimedLength">What it says is the length of the header; null for the truth.</param>
    public byte[] Join(ulong? claimedLength = null)
    {
        byte[] header = Encoding.UTF8.GetBytes(Header);
        var length = new byte[LengthBytes];
        BinaryPrimitives.WriteUInt64LittleEndian(length, claimedLength ?? (ulong)header.Length);
        byte[] file = [.. length, .. header, .. Data];
        Match checksum = Checksum().Match(Header);
        if (checksum.Success)
        {
            int start = LengthBytes + Encoding.UTF8.GetByteCount(Header.AsSpan(0, checksum.Groups[1].Index));
            Span<byte> digits = file.AsSpan(start, ChecksumDigits);
            digits.Fill((byte)'0');
            byte[] sum = Encoding.ASCII.GetBytes(Convert.ToHexStringLower(SHA256.HashData(file)));
            sum.CopyTo(digits);
        }

        return file;
    }

    [GeneratedRegex("\"sha256\":\"([0-9a-f]{64})\"", RegexOptions.CultureInvariant)]
    private static partial Regex Checksum();
}
