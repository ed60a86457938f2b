using System.Runtime.InteropServices;

namespace FacialAttention;

/// <summary>
/// A TensorFlow Lite model as an ONNX model that computes the same: operator by operator, weights of half precision as Float32. Tensors of four axes,
/// [N, H, W, C] there, are [N, C, H, W] here, also where they go in or come out; others keep their shape.
/// </summary>
/// <remarks>It knows the ten operators that the networks of MediaPipe's face detection have, as these use them.</remarks>
internal sealed class TfliteConversion
{
    // Which axis of the file's order is which here.
    private static readonly int[] ChannelsFirst = [0, 3, 1, 2];

    private readonly TfliteModel _model;
    private readonly OnnxModelWriter _onnx = new("tflite");
    private readonly Dictionary<int, int> _halves = []; // which tensor of half precision one of Float32 is made of

    private TfliteConversion(TfliteModel model) => _model = model;

    /// <summary>Converts a file.</summary>
    /// <param name="file">The content of a .tflite file.</param>
    /// <param name="source">What messages call it.</param>
    /// <returns>The content of an .onnx file. Its inputs and outputs are in the order of the file's.</returns>
    /// <exception cref="InvalidDataException">
    /// The file is damaged, or has something that is not converted, which the message names.
    /// </exception>
    public static byte[] ToOnnx(ReadOnlyMemory<byte> file, string source)
    {
        try
        {
            return new TfliteConversion(TfliteModel.Read(file)).Convert();
        }
        catch (InvalidDataException exception)
        {
            throw new InvalidDataException($"{source} cannot be converted to ONNX: {exception.Message}.", exception);
        }
    }

    private byte[] Convert()
    {
        foreach (int input in _model.Inputs)
        {
            _onnx.AddInput(NameOf(input), ShapeOf(input));
        }

        foreach (int output in _model.Outputs)
        {
            _onnx.AddOutput(NameOf(output), ShapeOf(output));
        }

        for (int i = 0; i < _model.Operators.Count; i++)
        {
            Add(new Node(this, _model.Operators[i], i));
        }

        return _onnx.ToArray();
    }

    private void Add(Node node)
    {
        switch (node.Kind)
        {
            case TfliteOperator.CONV_2D:
                AddConv(node, isDepthwise: false);
                break;
            case TfliteOperator.DEPTHWISE_CONV_2D:
                AddConv(node, isDepthwise: true);
                break;
            case TfliteOperator.MAX_POOL_2D:
                AddMaxPool(node);
                break;
            case TfliteOperator.ADD:
                AddSum(node);
                break;
            case TfliteOperator.RELU:
                _ = _onnx.AddNode("Relu", [NameOf(node.Input(0))], NameOf(node.Output));
                break;
            case TfliteOperator.PAD:
                AddPad(node);
                break;
            case TfliteOperator.RESHAPE:
                AddReshape(node);
                break;
            case TfliteOperator.CONCATENATION:
                AddConcatenation(node);
                break;
            case TfliteOperator.RESIZE_BILINEAR:
                AddResize(node);
                break;
            case TfliteOperator.DEQUANTIZE:
                _halves[node.Output] = node.Input(0);
                break;
            default:
                throw node.Fault("is not known here");
        }
    }

    private void AddConv(Node node, bool isDepthwise)
    {
        (int input, int kernels, int output) = (node.Input(0), node.Input(1), node.Output);
        int[] shape = node.PictureShape(kernels);
        (int inChannels, int channels) = (node.PictureShape(input)[3], node.PictureShape(output)[3]);
        (int height, int width) = (shape[1], shape[2]);
        int perKernel = isDepthwise ? 1 : inChannels;
        (int outer, int inner) = isDepthwise ? (1, channels) : (channels, inChannels);
        if ((shape[0], shape[3]) != (outer, inner) || (isDepthwise && channels % inChannels != 0))
        {
            throw node.Fault($"has kernels of shape [{string.Join(", ", shape)}] for {inChannels} channels to {channels}");
        }

        // Options: padding, stride of width and height; then depthwise ones have a multiplier; activation, dilation of width and height.
        int next = isDepthwise ? 4 : 3;
        var window = new Window(node, height, width, (Math.Max(1, node.Int(next + 2)), Math.Max(1, node.Int(next + 1))));

        // [O, H, W, I] to [O, I, H, W]; of depthwise ones [1, H, W, O] to [O, 1, H, W].
        List<string> inputs = [NameOf(input), AddWeights(node, 1, (outer, height * width, inner), channels, perKernel, height, width)];
        if (node.Has(2))
        {
            inputs.Add(AddWeights(node, 2, (channels, 1, 1), channels));
        }

        AddActivated(
            node,
            next,
            "Conv",
            inputs,
            ("group", isDepthwise ? (long)inChannels : 1L),
            ("kernel_shape", new long[] { height, width }),
            ("dilations", new long[] { window.Dilation.Height, window.Dilation.Width }),
            ("strides", window.Strides),
            ("pads", window.Pads));
    }

    private void AddMaxPool(Node node)
    {
        (int height, int width) = (node.Int(4), node.Int(3));
        var window = new Window(node, height, width, (1, 1));
        AddActivated(
            node,
            5,
            "MaxPool",
            [NameOf(node.Input(0))],
            ("kernel_shape", new long[] { height, width }),
            ("strides", window.Strides),
            ("pads", window.Pads));
    }

    private void AddSum(Node node)
    {
        (int first, int second) = (node.Input(0), node.Input(1));
        if (!_model.Tensors[first].Shape.SequenceEqual(_model.Tensors[second].Shape))
        {
            throw node.Fault("has inputs of two shapes");
        }

        AddActivated(node, 0, "Add", [NameOf(first), NameOf(second)]);
    }

    private void AddPad(Node node)
    {
        int[] axes = AxesOf(node.Input(0));
        int[] pads = _model.Tensors[node.Input(1)].ReadInts(2 * axes.Length); // before and behind, axis by axis
        long[] ordered = [.. axes.Select(axis => (long)pads[2 * axis]), .. axes.Select(axis => (long)pads[(2 * axis) + 1])];
        _ = _onnx.AddNode("Pad", [NameOf(node.Input(0)), _onnx.AddIntegers($"{node.Name}.pads", ordered)], NameOf(node.Output));
    }

    /// <summary>The order of values is that of the file: pictures are turned to it before, and from it behind.</summary>
    private void AddReshape(Node node)
    {
        (int input, int output) = (node.Input(0), node.Output);
        (string from, string to) = (NameOf(input), NameOf(output));
        if (IsPicture(input))
        {
            from = _onnx.AddNode("Transpose", [from], $"{node.Name}.rows", ("perm", new long[] { 0, 2, 3, 1 }));
        }

        long[] shape = [.. _model.Tensors[output].Shape.Select(length => (long)length)];
        from = _onnx.AddNode(
            "Reshape", [from, _onnx.AddIntegers($"{node.Name}.shape", shape)], IsPicture(output) ? $"{node.Name}.picture" : to);
        if (IsPicture(output))
        {
            _ = _onnx.AddNode("Transpose", [from], to, ("perm", new long[] { 0, 3, 1, 2 }));
        }
    }

    private void AddConcatenation(Node node)
    {
        int[] axes = AxesOf(node.Output);
        int axis = node.Int(0);
        if (axis < -axes.Length || axis >= axes.Length)
        {
            throw node.Fault($"is along axis {axis} of {axes.Length}");
        }

        long here = Array.IndexOf(axes, axis < 0 ? axis + axes.Length : axis);
        AddActivated(node, 1, "Concat", Enumerable.Range(0, node.InputCount).Select(i => NameOf(node.Input(i))), ("axis", here));
    }

    private void AddResize(Node node)
    {
        _ = node.PictureShape(node.Input(0));
        (bool alignCorners, bool halfPixels) = (node.Byte(2) != 0, node.Byte(3) != 0);
        string sizes = _onnx.AddIntegers($"{node.Name}.sizes", [.. ShapeOf(node.Output)]);
        _ = _onnx.AddNode(
            "Resize",
            [NameOf(node.Input(0)), "", "", sizes],
            NameOf(node.Output),
            ("mode", "linear"),
            ("coordinate_transformation_mode", alignCorners ? "align_corners" : halfPixels ? "half_pixel" : "asymmetric"));
    }

    /// <summary>Adds a node, and the activation that the field of the operator's options names.</summary>
    private void AddActivated(
        Node node, int field, string operatorName, IEnumerable<string> inputs, params ReadOnlySpan<(string Name, object Value)> attributes)
    {
        const int None = 0, Relu = 1;
        int activation = node.Byte(field);
        if (activation is not (None or Relu))
        {
            throw node.Fault($"has an activation of number {activation}; expected none or RELU");
        }

        string result = NameOf(node.Output);
        string sum = _onnx.AddNode(operatorName, inputs, activation == None ? result : $"{node.Name}.sum", attributes);
        if (activation == Relu)
        {
            _ = _onnx.AddNode("Relu", [sum], result);
        }
    }

    /// <summary>Adds weights of the file with their second axis behind the third one, and returns the name of them as Float32.</summary>
    private string AddWeights(Node node, int input, (int Outer, int Places, int Inner) axes, params long[] shape)
    {
        TfliteModel.Tensor tensor = _model.Tensors[_halves.GetValueOrDefault(node.Input(input), node.Input(input))];
        string name = FormattableString.Invariant($"{node.Name}.{input}");
        int count = axes.Outer * axes.Places * axes.Inner;
        ReadOnlySpan<byte> bytes = tensor.ReadFloats(count);
        if (axes is { Places: > 1, Inner: > 1 })
        {
            bytes = tensor.Type == TfliteModel.ValueType.Float32 ? Turn<uint>(bytes, axes) : Turn<ushort>(bytes, axes);
        }

        return tensor.Type == TfliteModel.ValueType.Float32
            ? _onnx.AddFloats(name, bytes, shape)
            : _onnx.AddNode("Cast", [_onnx.AddHalves($"{name}.half", bytes, shape)], name, ("to", OnnxModelWriter.Float));
    }

    private static Span<byte> Turn<T>(ReadOnlySpan<byte> bytes, (int Outer, int Places, int Inner) axes)
        where T : unmanaged
    {
        ReadOnlySpan<T> values = MemoryMarshal.Cast<byte, T>(bytes);
        var turned = new T[values.Length];
        int from = 0;
        for (int outer = 0; outer < axes.Outer; outer++)
        {
            for (int place = 0; place < axes.Places; place++)
            {
                for (int inner = 0; inner < axes.Inner; inner++)
                {
                    turned[(((outer * axes.Inner) + inner) * axes.Places) + place] = values[from++];
                }
            }
        }

        return MemoryMarshal.AsBytes(turned.AsSpan());
    }

    private bool IsPicture(int tensor) => _model.Tensors[tensor].Shape.Length == ChannelsFirst.Length;

    /// <summary>For each axis here, which one of the file it is.</summary>
    private int[] AxesOf(int tensor) => IsPicture(tensor) ? ChannelsFirst : [.. Enumerable.Range(0, _model.Tensors[tensor].Shape.Length)];

    private IEnumerable<long> ShapeOf(int tensor) => AxesOf(tensor).Select(axis => (long)_model.Tensors[tensor].Shape[axis]);

    private static string NameOf(int tensor) => FormattableString.Invariant($"t{tensor}");

    /// <summary>An operator of the file, with what messages call it.</summary>
    private sealed class Node(TfliteConversion conversion, TfliteModel.Operator source, int index)
    {
        public TfliteOperator Kind => source.Kind;

        public string Name { get; } = FormattableString.Invariant($"n{index}");

        public int InputCount => source.Inputs.Length;

        public int Output => source.Outputs.Length == 1
            ? source.Outputs[0]
            : throw Fault($"has {source.Outputs.Length} outputs; expected one");

        public bool Has(int input) => input < source.Inputs.Length && source.Inputs[input] >= 0;

        public int Input(int input) => Has(input) ? source.Inputs[input] : throw Fault($"has no input {input}");

        public byte Byte(int field) => source.Options?.Byte(field) ?? 0;

        public int Int(int field) => source.Options?.Int(field) ?? 0;

        /// <summary>[N, H, W, C].</summary>
        public int[] PictureShape(int tensor) => conversion.IsPicture(tensor)
            ? conversion._model.Tensors[tensor].Shape
            : throw Fault($"takes a tensor of {conversion._model.Tensors[tensor].Shape.Length} axes; expected 4");

        public InvalidDataException Fault(string fault) => new(FormattableString.Invariant(
            $"operator {index}, {(Enum.IsDefined(Kind) ? Kind : $"number {(int)Kind}")}, {fault}"));
    }

    /// <summary>How a window goes over a picture: options 0 to 2 of the operator.</summary>
    private readonly struct Window
    {
        public Window(Node node, int height, int width, (int Height, int Width) dilation)
        {
            const int Same = 0, Valid = 1;
            int[] from = node.PictureShape(node.Input(0)), to = node.PictureShape(node.Output);
            (int down, int right) = (node.Int(2), node.Int(1));
            int padding = node.Byte(0);
            if (height < 1 || width < 1 || down < 1 || right < 1 || padding is not (Same or Valid))
            {
                throw node.Fault($"has a window of {height} x {width} with strides of {down} and {right} and padding number {padding}");
            }

            (Dilation, Strides) = (dilation, [down, right]);
            (long top, long bottom) = padding == Same ? PadsOf(from[1], to[1], height, down, dilation.Height) : (0, 0);
            (long before, long behind) = padding == Same ? PadsOf(from[2], to[2], width, right, dilation.Width) : (0, 0);
            Pads = [top, before, bottom, behind];
        }

        public (int Height, int Width) Dilation { get; }

        public long[] Strides { get; }

        public long[] Pads { get; }

        /// <summary>As much as is missing for the windows of all outputs; an odd one more behind.</summary>
        private static (long Before, long Behind) PadsOf(int from, int to, int window, int stride, int dilation)
        {
            long missing = Math.Max(0, ((to - 1L) * stride) + ((window - 1L) * dilation) + 1 - from);
            return (missing / 2, missing - (missing / 2));
        }
    }
}
