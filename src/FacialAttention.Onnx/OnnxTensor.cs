using System.Buffers.Binary;

namespace FacialAttention;

/// <summary>Weights of an .onnx file, as far as the shapes of values depend on them. Of long ones the numbers are not kept.</summary>
internal sealed class OnnxTensor
{
    private const int Float = 1, Int64 = 7, Float16 = 10; // TensorProto.DataType
    private const int MostKept = 8;
    private const int MostFloatsKept = 256; // a number for each class

    private readonly List<long> _shape = [];
    private readonly List<long> _integers = [];
    private readonly List<float> _floats = [];
    private long _type;

    public string Name { get; private set; } = "";

    public long[] Shape => [.. _shape];

    /// <summary>How many numbers in half precision the file holds of it; none where it is of another type.</summary>
    public int HalfNumbers { get; private set; }

    /// <summary>Its whole numbers, if it is of few; else null.</summary>
    public long[]? Integers => _type == Int64 && _shape.Count == 1 && _integers.Count == _shape[0] ? [.. _integers] : null;

    /// <summary>Its one number, if it is of one; else null.</summary>
    public float? Scalar => _type == Float && _shape.Count == 0 && _floats.Count == 1 ? _floats[0] : null;

    /// <summary>Its numbers, if they are a row of few; else null.</summary>
    public float[]? Floats => _type == Float && _shape.Count == 1 && _floats.Count == _shape[0] ? [.. _floats] : null;

    /// <summary>Whether its numbers stand in another file.</summary>
    public bool IsElsewhere { get; private set; }

    public static OnnxTensor Read(ReadOnlySpan<byte> message)
    {
        var tensor = new OnnxTensor();
        ReadOnlySpan<byte> raw = default;
        var fields = new WireReader(message);
        while (fields.Read())
        {
            switch (fields.Field)
            {
                case 1:
                    fields.AddNumbersTo(tensor._shape, OnnxNode.MaxRank + 1);
                    break;
                case 2:
                    tensor._type = (long)fields.Number;
                    break;
                case 4 when fields.Value.Length <= MostFloatsKept * sizeof(float):
                    tensor.AddFloats(fields.Value);
                    break;
                case 7:
                    fields.AddNumbersTo(tensor._integers, MostKept + 1);
                    break;
                case 8:
                    tensor.Name = fields.Text;
                    break;
                case 9:
                    raw = fields.Value;
                    break;
                case 13:
                    tensor.IsElsewhere = true;
                    break;
                case 14:
                    tensor.IsElsewhere |= fields.Number != 0;
                    break;
            }
        }

        tensor.AddRaw(raw);
        tensor.HalfNumbers = tensor._type == Float16 ? raw.Length / 2 : 0;
        return tensor;
    }

    private void AddRaw(ReadOnlySpan<byte> raw)
    {
        if (_type == Float && raw.Length <= MostFloatsKept * sizeof(float))
        {
            AddFloats(raw);
        }
        else if (_type == Int64 && raw.Length <= MostKept * sizeof(long))
        {
            for (; raw.Length >= sizeof(long); raw = raw[sizeof(long)..])
            {
                _integers.Add(BinaryPrimitives.ReadInt64LittleEndian(raw));
            }
        }
    }

    private void AddFloats(ReadOnlySpan<byte> bytes)
    {
        for (; bytes.Length >= sizeof(float); bytes = bytes[sizeof(float)..])
        {
            _floats.Add(BinaryPrimitives.ReadSingleLittleEndian(bytes));
        }
    }
}
