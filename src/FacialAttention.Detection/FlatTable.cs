using System.Buffers.Binary;

namespace FacialAttention;

/// <summary>
/// A table of a FlatBuffers file: fields by their number, read where they are. A position outside of the file ends the reading with a fault.
/// </summary>
/// <remarks>The format: https://flatbuffers.dev/internals/. All numbers are little-endian.</remarks>
internal readonly struct FlatTable
{
    private readonly ReadOnlyMemory<byte> _file;
    private readonly int _at;

    private FlatTable(ReadOnlyMemory<byte> file, int at) => (_file, _at) = (file, at);

    /// <summary>The table that the file starts with.</summary>
    /// <exception cref="InvalidDataException">The file is too short.</exception>
    public static FlatTable Root(ReadOnlyMemory<byte> file) => new FlatTable(file, 0).TableAt(0);

    /// <summary>A number of one byte; 0 if it is not there.</summary>
    public byte Byte(int field) => Find(field) is { } at ? Slice(at, 1)[0] : (byte)0;

    /// <summary>A number of four bytes; 0 if it is not there.</summary>
    public int Int(int field) => Find(field) is { } at ? IntAt(at) : 0;

    /// <summary>A table; null if it is not there.</summary>
    public FlatTable? Table(int field) => Find(field) is { } at ? TableAt(at) : null;

    /// <summary>A row of tables; none if it is not there.</summary>
    public FlatTable[] Tables(int field)
    {
        (int start, int count) = Row(field, sizeof(int));
        var tables = new FlatTable[count];
        for (int i = 0; i < count; i++)
        {
            tables[i] = TableAt(start + (i * sizeof(int)));
        }

        return tables;
    }

    /// <summary>A row of numbers of four bytes; none if it is not there.</summary>
    public int[] Ints(int field)
    {
        (int start, int count) = Row(field, sizeof(int));
        var numbers = new int[count];
        for (int i = 0; i < count; i++)
        {
            numbers[i] = IntAt(start + (i * sizeof(int)));
        }

        return numbers;
    }

    /// <summary>A row of bytes; none if it is not there.</summary>
    public ReadOnlyMemory<byte> Bytes(int field)
    {
        (int start, int count) = Row(field, 1);
        return _file.Slice(start, count);
    }

    /// <summary>Where a field stands: the table's first number leads back to a list of the fields' places; null if it is not there.</summary>
    private int? Find(int field)
    {
        int list = Inside((long)_at - IntAt(_at));
        int entry = sizeof(ushort) * (2 + field);
        if (entry + sizeof(ushort) > UShortAt(list))
        {
            return null;
        }

        int offset = UShortAt(Inside((long)list + entry));
        return offset == 0 ? null : Inside((long)_at + offset);
    }

    /// <summary>Where a row starts, behind its length, and its length.</summary>
    private (int Start, int Count) Row(int field, int size)
    {
        if (Find(field) is not { } at)
        {
            return (0, 0);
        }

        int row = Inside(at + (long)(uint)IntAt(at));
        long count = (uint)IntAt(row);
        _ = Slice(row + (long)sizeof(int), count * size);
        return (row + sizeof(int), (int)count);
    }

    private FlatTable TableAt(int at) => new(_file, Inside(at + (long)(uint)IntAt(at)));

    private int IntAt(int at) => BinaryPrimitives.ReadInt32LittleEndian(Slice(at, sizeof(int)));

    private int UShortAt(int at) => BinaryPrimitives.ReadUInt16LittleEndian(Slice(at, sizeof(ushort)));

    private int Inside(long at) => at >= 0 && at < _file.Length
        ? (int)at
        : throw new InvalidDataException($"position {at} is outside of its {_file.Length} bytes");

    private ReadOnlySpan<byte> Slice(long at, long length) => at + length <= _file.Length
        ? _file.Span.Slice((int)at, (int)length)
        : throw new InvalidDataException($"{length} bytes at position {at} reach beyond its {_file.Length} bytes");
}
