using FacialAttention.OnnxFormat;
using Google.Protobuf;

namespace FacialAttention.Fuzz.Mutations;

/// <summary>Damage to exported models that stays a protocol buffer: other operators, sizes, weights, wiring and descriptions.</summary>
internal static class OnnxMutations
{
    private static readonly string[] Operators =
    [
        "Add", "Conv", "Div", "Flatten", "Gemm", "LSTM", "MatMul", "MaxPool", "Mul", "ReduceMean", "Relu", "Reshape", "Slice", "Softmax",
        "Squeeze", "Sub", "Tanh", "Transpose", "Unsqueeze", "Tile", "Expand", "ConstantOfShape", "Pad", "Resize", "Loop", "If", "Scan", "Range",
        "Concat", "Gather", "Log", "Identity", "relu", "",
    ];

    private static readonly long[] Sizes = [0, 1, 2, 3, 5, -1, -2, 16, 1024, 1 << 16, 1 << 20, 1 << 30, 1L << 40, long.MaxValue, long.MinValue];

    private static readonly float[] Values =
        [0, 1, -1, 1e-30f, 1e30f, float.MaxValue, float.NaN, float.PositiveInfinity, float.NegativeInfinity, float.Epsilon];

    private static readonly string[] Texts =
    [
        "", "{}", "[]", "null", "3", "1x1", "6x6", "0x0", "99999x99999", "[\"a\",\"b\",\"c\"]", "[\"a\"]", "{\"temperature\":1}",
        "{\"temperature\":2}", "{\"temperature\":1e-9}", "{\"temperature\":1e400}", "ACNN-ALSTM",
        "{\"temperature\":1,\"scales\":[1,1,1],\"biases\":[0,0,0]}", "{\"temperature\":1,\"scales\":[1],\"biases\":null}",
        "{\"temperature\":1,\"coverages\":[0.5,1],\"thresholds\":[0.9,0]}", "{\"temperature\":1,\"coverages\":[1,0.5],\"thresholds\":[1e400]}",
        new('x', 5000), "\u202E\n",
    ];

    /// <summary>One to three changes, some of them of single bytes.</summary>
    /// <param name="dice">The chance.</param>
    /// <param name="valid">The model; stays as it is.</param>
    /// <param name="other">Another model to splice with.</param>
    public static byte[] Mutate(Dice dice, ModelProto valid, ModelProto other)
    {
        ModelProto model = valid.Clone();
        for (int changes = dice.Below(4); changes > 0; changes--)
        {
            MutateOnce(dice, model, other);
        }

        byte[] bytes = model.ToByteArray();
        return dice.OneIn(4) ? ByteMutations.Mutate(dice, bytes, other.ToByteArray()) : bytes;
    }

    private static void MutateOnce(Dice dice, ModelProto model, ModelProto other)
    {
        GraphProto graph = model.Graph;
        switch (dice.Below(12))
        {
            case 0 when graph.Node.Count > 0:
                dice.Pick(graph.Node).OpType = dice.Pick(Operators);
                break;
            case 1 when graph.Node.Count > 0:
                MutateAttribute(dice, dice.Pick(graph.Node));
                break;
            case 2 when graph.Node.Count > 0:
                Rewire(dice, dice.Pick(graph.Node), graph);
                break;
            case 3 when graph.Node.Count > 0:
                graph.Node.RemoveAt(dice.Below(graph.Node.Count));
                break;
            case 4:
                graph.Node.Insert(dice.Below(graph.Node.Count + 1), dice.Pick([.. other.Graph.Node, .. graph.Node]).Clone());
                break;
            case 5 when graph.Initializer.Count > 0:
                MutateWeight(dice, dice.Pick(graph.Initializer));
                break;
            case 6 when graph.Initializer.Count > 0:
                graph.Initializer.RemoveAt(dice.Below(graph.Initializer.Count));
                break;
            case 7:
                MutateValue(dice, dice.Pick([.. graph.Input, .. graph.Output]));
                break;
            case 8:
                model.MetadataProps[dice.Below(model.MetadataProps.Count)].Value =
                    dice.OneIn(2) ? dice.Pick(Texts) : dice.Pick(other.MetadataProps).Value;
                break;
            case 9:
                Grow(dice, graph);
                break;
            case 10 when dice.OneIn(2):
                (model.IrVersion, model.OpsetImport[0].Version) = (dice.Below(20), dice.Below(30));
                break;
            default:
                StringStringEntryProto entry = dice.Pick(model.MetadataProps);
                entry.Value = dice.OneIn(2)
                    ? TextMutations.ReplaceNumber(dice, entry.Value)
                    : TextMutations.Insert(dice, entry.Value, dice.Pick(Texts));
                break;
        }
    }

    private static void MutateAttribute(Dice dice, NodeProto node)
    {
        if (node.Attribute.Count == 0)
        {
            string name = dice.Pick(["axis", "pads", "strides", "dilations", "kernel_shape", "group", "transA", "layout", "perm"]);
            node.Attribute.Add(OnnxGraph.Attribute(name, [dice.Pick(Sizes), dice.Pick(Sizes)]));
            return;
        }

        AttributeProto attribute = dice.Pick(node.Attribute);
        attribute.I = dice.Pick(Sizes);
        if (attribute.Ints.Count > 0)
        {
            attribute.Ints[dice.Below(attribute.Ints.Count)] = dice.Pick(Sizes);
        }
    }

    private static void Rewire(Dice dice, NodeProto node, GraphProto graph)
    {
        if (node.Input.Count == 0 || dice.OneIn(8))
        {
            (node.Input.Count > 0 ? node.Input : node.Output).Add(dice.Pick(["", "images", "logits", "probabilities"]));
            return;
        }

        string[] values = [.. graph.Node.SelectMany(it => it.Output), .. graph.Initializer.Select(it => it.Name), "images", ""];
        node.Input[dice.Below(node.Input.Count)] = dice.Pick(values);
    }

    private static void MutateWeight(Dice dice, TensorProto weight)
    {
        byte[] data = weight.RawData.ToByteArray();
        switch (dice.Below(4))
        {
            case 0 when weight.Dims.Count > 0:
                weight.Dims[dice.Below(weight.Dims.Count)] = dice.Pick(Sizes);
                return;
            case 1:
                weight.DataType = (TensorProto.Types.DataType)dice.Below(18);
                return;
            case 2 when weight.DataType == TensorProto.Types.DataType.Int64:
                BitConverter.TryWriteBytes(data.AsSpan(8 * dice.Below(data.Length / 8)), dice.Pick(Sizes));
                break;
            default:
                float value = dice.Pick(Values);
                for (int at = 4 * dice.Below(data.Length / 4); at < data.Length; at += dice.OneIn(2) ? data.Length : 4)
                {
                    BitConverter.TryWriteBytes(data.AsSpan(at), value);
                }

                break;
        }

        weight.RawData = ByteString.CopyFrom(data);
    }

    private static void MutateValue(Dice dice, ValueInfoProto value)
    {
        TypeProto.Types.Tensor type = value.Type.TensorType;
        switch (dice.Below(4))
        {
            case 0:
                value.Name = dice.Pick(["images", "logits", "probabilities", "local_attention", "other", ""]);
                break;
            case 1:
                type.ElemType = (TensorProto.Types.DataType)dice.Below(18);
                break;
            case 2:
                type.Shape.Dim.Add(new TensorShapeProto.Types.Dimension { DimValue = dice.Pick(Sizes) });
                break;
            default:
                type.Shape.Dim[dice.Below(type.Shape.Dim.Count)].DimValue = dice.Pick(Sizes);
                break;
        }
    }

    /// <summary>Few bytes that ask for much memory, of operators that the exporter writes.</summary>
    private static void Grow(Dice dice, GraphProto graph)
    {
        string last = graph.Node.Count > 0 ? graph.Node[^1].Output.FirstOrDefault("images") : "images";
        int side = 1 << (4 + dice.Below(14));
        AddWeight("grow.row", 1, side);
        AddWeight("grow.column", side, 1);
        Add(dice.Pick(["Mul", "Add", "MatMul"]), "grown", ["grow.column", "grow.row"]);
        for (int times = dice.Below(3); times > 0; times--)
        {
            Add("Conv", $"grown{times}", ["images", "grow.kernel"], OnnxGraph.Attribute("pads", [side, side, side, side]));
        }

        AddWeight("grow.kernel", dice.OneIn(2) ? 1 : side, 1, 1, 1);
        if (dice.OneIn(2))
        {
            Add("ReduceMean", "shrunk", ["grown"], OnnxGraph.Attribute("keepdims", 0L));
            Add("Add", "probabilities.2", [last, "shrunk"]);
        }

        void AddWeight(string name, params long[] shape)
        {
            int length = (int)shape.Aggregate((product, side) => product * side);
            graph.Initializer.Add(new TensorProto
            {
                Name = name,
                DataType = TensorProto.Types.DataType.Float,
                Dims = { shape },
                RawData = ByteString.CopyFrom(new byte[4 * length]),
            });
        }

        void Add(string type, string name, string[] inputs, params AttributeProto[] attributes) => graph.Node.Add(
            new NodeProto { OpType = type, Name = name, Input = { inputs }, Output = { name }, Attribute = { attributes } });
    }
}
