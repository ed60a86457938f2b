using System.Text;

namespace FacialAttention;

/// <summary>Writes the fields of one protocol buffer message.</summary>
internal sealed class WireWriter
{
    private const int Varint = 0, LengthDelimited = 2;

    private readonly MemoryStream _message = new();

    public void Write(int field, long number)
    {
        WriteVarint((ulong)((field << 3) | Varint));
        WriteVarint((ulong)number);
    }

    public void Write(int field, string text) => Write(field, Encoding.UTF8.GetBytes(text));

    public void Write(int field, WireWriter message) => Write(field, message._message.GetBuffer().AsSpan(0, (int)message._message.Length));

    public void Write(int field, ReadOnlySpan<byte> bytes)
    {
        WriteVarint((ulong)((field << 3) | LengthDelimited));
        WriteVarint((ulong)bytes.Length);
        _message.Write(bytes);
    }

    public byte[] ToArray() => _message.ToArray();

    private void WriteVarint(ulong number)
    {
        for (; number > 0x7F; number >>= 7)
        {
            _message.WriteByte((byte)(number | 0x80));
        }

        _message.WriteByte((byte)number);
    }
}
