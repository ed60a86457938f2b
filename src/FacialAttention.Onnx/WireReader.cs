using System.Text;

namespace FacialAttention;

/// <summary>Reads the fields of one protocol buffer message in their order, without copying. What is no message ends it with a fault.</summary>
/// <param name="message">The bytes of the message.</param>
internal ref struct WireReader(ReadOnlySpan<byte> message)
{
    private const int Varint = 0, Fixed64 = 1, Bytes = 2, Fixed32 = 5;

    private ReadOnlySpan<byte> _rest = message;
    private bool _isBytes = false;

    /// <summary>The number of the current field.</summary>
    public int Field { get; private set; }

    /// <summary>The value of the current field, if it is a number.</summary>
    public ulong Number { get; private set; }

    /// <summary>The value of the current field, if it is a text, bytes or a message of its own; empty otherwise.</summary>
    public ReadOnlySpan<byte> Value { get; private set; }

    /// <summary>The value of the current field as text.</summary>
    public readonly string Text => Encoding.UTF8.GetString(Value);

    /// <summary>Adds the current field's whole numbers, one or a packed row of them, as far as the list is shorter than the limit.</summary>
    /// <exception cref="InvalidDataException">The row ends in the middle of a number.</exception>
    public readonly void AddNumbersTo(List<long> numbers, int limit)
    {
        if (!_isBytes)
        {
            AddIfShorter(numbers, (long)Number, limit);
            return;
        }

        var row = new WireReader(Value);
        while (!row._rest.IsEmpty && numbers.Count < limit)
        {
            AddIfShorter(numbers, (long)row.ReadVarint(), limit);
        }

        static void AddIfShorter(List<long> numbers, long number, int limit)
        {
            if (numbers.Count < limit)
            {
                numbers.Add(number);
            }
        }
    }

    /// <summary>Goes on to the next field; false at the end.</summary>
    /// <exception cref="InvalidDataException">The rest is no field.</exception>
    public bool Read()
    {
        if (_rest.IsEmpty)
        {
            return false;
        }

        ulong tag = ReadVarint();
        Field = tag >> 3 is > 0 and < 1 << 29 ? (int)(tag >> 3) : throw new InvalidDataException($"a field has the number {tag >> 3}");
        Number = 0;
        Value = default;
        _isBytes = (tag & 7) == Bytes;
        switch ((int)(tag & 7))
        {
            case Varint:
                Number = ReadVarint();
                break;
            case Fixed64:
                Take(8);
                break;
            case Fixed32:
                Take(4);
                break;
            case Bytes:
                ulong length = ReadVarint();
                Value = length <= int.MaxValue ? Take((int)length) : throw new InvalidDataException($"a field claims {length} bytes");
                break;
            default:
                throw new InvalidDataException($"field {Field} is of the unknown wire type {tag & 7}");
        }

        return true;
    }

    private ReadOnlySpan<byte> Take(int length)
    {
        if (length > _rest.Length)
        {
            throw new InvalidDataException($"field {Field} claims {length} bytes where {_rest.Length} are left");
        }

        ReadOnlySpan<byte> taken = _rest[..length];
        _rest = _rest[length..];
        return taken;
    }

    private ulong ReadVarint()
    {
        ulong value = 0;
        for (int i = 0; i < 10 && i < _rest.Length; i++)
        {
            value |= (ulong)(_rest[i] & 0x7F) << (7 * i);
            if (_rest[i] < 0x80)
            {
                _rest = _rest[(i + 1)..];
                return value;
            }
        }

        throw new InvalidDataException("a number does not end");
    }
}
