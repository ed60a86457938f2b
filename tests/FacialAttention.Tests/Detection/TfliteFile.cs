using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace FacialAttention.Tests.Detection;

/// <summary>Writes a small .tflite file: tensors, operators, and the FlatBuffers around them.</summary>
internal sealed class TfliteFile
{
    private readonly List<Table> _tensors = [];
    private readonly List<Table> _buffers = [new([])];
    private readonly List<Table> _codes = [];
    private readonly List<Table> _operators = [];

    /// <summary>Adds a tensor that is computed or given, and returns its index.</summary>
    public int Add(params int[] shape) => AddTensor(shape, TfliteModel.ValueType.Float32, buffer: 0);

    /// <summary>Adds a tensor with its values: float, Half or int.</summary>
    public int Add<T>(T[] values, params int[] shape)
        where T : unmanaged
    {
        _buffers.Add(new([(0, MemoryMarshal.AsBytes(values.AsSpan()).ToArray())]));
        TfliteModel.ValueType type = values is float[] ? TfliteModel.ValueType.Float32
            : values is Half[] ? TfliteModel.ValueType.Float16 : TfliteModel.ValueType.Int32;
        return AddTensor(shape, type, _buffers.Count - 1);
    }

    /// <summary>Adds an operator; its options are fields with a byte or an int.</summary>
    public void Add(TfliteOperator kind, int[] inputs, int output, params (int Field, object Value)[] options)
    {
        _codes.Add(new([(0, (byte)Math.Min((int)kind, 127)), (3, (int)kind)]));
        _operators.Add(new([(0, _codes.Count - 1), (1, inputs), (2, new[] { output }), (4, new Table(options))]));
    }

    public byte[] Write(int input, int output)
    {
        var graph = new Table(
            [(0, _tensors.ToArray()), (1, new[] { input }), (2, new[] { output }), (3, _operators.ToArray())]);
        var root = new Table([(0, 3), (1, _codes.ToArray()), (2, new[] { graph }), (4, _buffers.ToArray())]);
        List<byte> file = [0, 0, 0, 0, .. "TFL3"u8];
        Place(file, 0, root);
        return [.. file];
    }

    private int AddTensor(int[] shape, TfliteModel.ValueType type, int buffer)
    {
        _tensors.Add(new([(0, shape), (1, (byte)type), (2, buffer)]));
        return _tensors.Count - 1;
    }

    /// <summary>Writes a table, row or number behind all others, and its distance at a place.</summary>
    private static void Place(List<byte> file, int at, object value)
    {
        int start = file.Count;
        switch (value)
        {
            case Table table:
                ushort[] list = [(ushort)(4 + (2 * (table.Last + 1))), (ushort)(4 + (4 * table.Fields.Length)), .. new ushort[table.Last + 1]];
                for (int i = 0; i < table.Fields.Length; i++)
                {
                    list[2 + table.Fields[i].Field] = (ushort)(4 + (4 * i));
                }

                file.AddRange(MemoryMarshal.AsBytes(list.AsSpan()));
                start = file.Count;
                AddInt(file, 2 * list.Length); // back to the list
                file.AddRange(new byte[4 * table.Fields.Length]);
                for (int i = 0; i < table.Fields.Length; i++)
                {
                    PlaceField(file, start + 4 + (4 * i), table.Fields[i].Value);
                }

                break;
            case byte[] bytes:
                AddInt(file, bytes.Length);
                file.AddRange(bytes);
                break;
            case int[] numbers:
                AddInt(file, numbers.Length);
                file.AddRange(MemoryMarshal.AsBytes(numbers.AsSpan()));
                break;
            case Table[] tables:
                AddInt(file, tables.Length);
                file.AddRange(new byte[4 * tables.Length]);
                for (int i = 0; i < tables.Length; i++)
                {
                    Place(file, start + 4 + (4 * i), tables[i]);
                }

                break;
        }

        SetInt(file, at, start - at);
    }

    private static void PlaceField(List<byte> file, int at, object value)
    {
        switch (value)
        {
            case byte number:
                file[at] = number;
                break;
            case int number:
                SetInt(file, at, number);
                break;
            default:
                Place(file, at, value);
                break;
        }
    }

    private static void AddInt(List<byte> file, int number)
    {
        file.AddRange(new byte[4]);
        SetInt(file, file.Count - 4, number);
    }

    private static void SetInt(List<byte> file, int at, int number) =>
        BinaryPrimitives.WriteInt32LittleEndian(CollectionsMarshal.AsSpan(file)[at..], number);

    private sealed record Table((int Field, object Value)[] Fields)
    {
        public int Last => Fields.Length == 0 ? -1 : Fields.Max(entry => entry.Field);
    }
}
