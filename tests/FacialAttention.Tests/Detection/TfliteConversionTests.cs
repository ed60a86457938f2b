using Microsoft.ML.OnnxRuntime;

namespace FacialAttention.Tests.Detection;

/// <summary>Each operator of a .tflite file computes what it does in TensorFlow Lite: results by hand. Pictures are [N, C, H, W] here.</summary>
public sealed class TfliteConversionTests
{
    private const byte Same = 0, Valid = 1, Relu = 1;

    private static readonly float[] OneToNine = [1, 2, 3, 4, 5, 6, 7, 8, 9];

    private readonly TfliteFile _file = new();

    [Fact]
    public void Conv2D_WindowOfTwoByTwo_IsPaddedBehind()
    {
        int output = AddConv(TfliteOperator.CONV_2D, [1, 3, 3, 1], [1, 10, 100, 1000], [1, 2, 2, 1], [0.5f], [1, 3, 3, 1], Same, stride: 1);

        Run(output, OneToNine).Should().Equal(5421.5f, 6532.5f, 603.5f, 8754.5f, 9865.5f, 906.5f, 87.5f, 98.5f, 9.5f);
    }

    [Fact]
    public void Conv2D_StrideOfTwoOverAnEvenSide_StartsAtTheFirstPixel()
    {
        float[] first = [1, 0, 0, 0, 0, 0, 0, 0, 0];
        int output = AddConv(TfliteOperator.CONV_2D, [1, 4, 4, 1], first, [1, 3, 3, 1], [0], [1, 2, 2, 1], Same, stride: 2);

        Run(output, [.. Enumerable.Range(0, 16).Select(i => (float)i)]).Should().Equal(0, 2, 8, 10);
    }

    [Theory]
    [InlineData(0, -3)]
    [InlineData(Relu, 0)]
    public void Conv2D_OfChannels_WeighsEachAtEachPlace(int activation, float second)
    {
        float[] kernels = [1, 10, 100, 1000, 0, 0, 0, -1];
        int output = AddConv(
            TfliteOperator.CONV_2D, [1, 1, 2, 2], kernels, [2, 1, 2, 2], [0, 1], [1, 1, 1, 2], Valid, stride: 1, (3, (byte)activation));

        // Pixels (1, 3) and (2, 4).
        Run(output, [1, 2, 3, 4]).Should().Equal(1 + 30 + 200 + 4000, second);
    }

    [Fact]
    public void Conv2D_WithDilation_LeavesPixelsOut()
    {
        int output = AddConv(
            TfliteOperator.CONV_2D, [1, 3, 3, 1], [1, 10, 100, 1000], [1, 2, 2, 1], [0], [1, 1, 1, 1], Valid, stride: 1, (4, 2), (5, 2));

        Run(output, OneToNine).Should().Equal(1 + 30 + 700 + 9000);
    }

    [Fact]
    public void Conv2D_WeightsOfHalfPrecision_AreTheSame()
    {
        int input = _file.Add(1, 1, 2, 2), output = _file.Add(1, 1, 2, 1);
        int halves = _file.Add([(Half)0.5f, (Half)(-2)], 1, 1, 1, 2), kernels = _file.Add(1, 1, 1, 2);
        _file.Add(TfliteOperator.DEQUANTIZE, [halves], kernels);
        _file.Add(TfliteOperator.CONV_2D, [input, kernels, -1], output, (1, 1), (2, 1));

        Run(output, [1, 2, 3, 4]).Should().Equal(0.5f - 6, 1 - 8);
    }

    [Fact]
    public void DepthwiseConv2D_EachChannel_HasItsKernel()
    {
        int output = AddConv(
            TfliteOperator.DEPTHWISE_CONV_2D, [1, 1, 2, 2], [1, 2, 10, 20], [1, 1, 2, 2], [0, 0.5f], [1, 1, 1, 2], Valid, stride: 1);

        Run(output, [1, 2, 3, 4]).Should().Equal(21, 86.5f);
    }

    [Fact]
    public void DepthwiseConv2D_WithAMultiplier_KeepsResultsOfAChannelTogether()
    {
        float[] kernels = [1, 10, 100, -1000];
        int output = AddConv(
            TfliteOperator.DEPTHWISE_CONV_2D, [1, 1, 1, 2], kernels, [1, 1, 1, 4], new float[4], [1, 1, 1, 4], Valid, stride: 1, (3, 2), (4, Relu));

        Run(output, [2, 3]).Should().Equal(2, 20, 300, 0);
    }

    [Fact]
    public void MaxPool2D_OverTheEdge_TakesPixelsOnly()
    {
        int input = _file.Add(1, 3, 3, 1), output = _file.Add(1, 2, 2, 1);
        _file.Add(TfliteOperator.MAX_POOL_2D, [input], output, (0, Same), (1, 2), (2, 2), (3, 2), (4, 2));

        Run(output, [.. OneToNine.Select(value => -value)]).Should().Equal(-1, -3, -7, -9);
    }

    [Fact]
    public void Add_AndRelu_AreByElement()
    {
        int input = _file.Add(1, 1, 2, 2), positive = _file.Add(1, 1, 2, 2), sum = _file.Add(1, 1, 2, 2);
        _file.Add(TfliteOperator.RELU, [input], positive);
        _file.Add(TfliteOperator.ADD, [positive, input], sum);

        Run(sum, [1, -2, 3, -4]).Should().Equal(2, -2, 6, -4);
    }

    [Fact]
    public void Pad_OfChannelsAndRows_PutsZerosBehindAndBefore()
    {
        int input = _file.Add(1, 1, 2, 1), widths = _file.Add([0, 0, 1, 0, 0, 0, 0, 1], 4, 2), output = _file.Add(1, 2, 2, 2);
        _file.Add(TfliteOperator.PAD, [input, widths], output);

        Run(output, [5, 6]).Should().Equal(0, 0, 5, 6, 0, 0, 0, 0);
    }

    [Fact]
    public void Reshape_OfAPicture_KeepsChannelsOfAPixelTogether()
    {
        int input = _file.Add(1, 1, 2, 2), output = _file.Add(1, 4);
        _file.Add(TfliteOperator.RESHAPE, [input], output);

        Run(output, [1, 2, 3, 4]).Should().Equal(1, 3, 2, 4);
    }

    [Fact]
    public void Reshape_ToAPicture_KeepsChannelsOfAPixelTogether()
    {
        int input = _file.Add(1, 4), output = _file.Add(1, 1, 2, 2);
        _file.Add(TfliteOperator.RESHAPE, [input], output);

        Run(output, [1, 3, 2, 4]).Should().Equal(1, 2, 3, 4);
    }

    [Theory]
    [InlineData(3)]
    [InlineData(-1)]
    public void Concatenation_OfChannels_IsAlongTheLastAxisOfTheFile(int axis)
    {
        int input = _file.Add(1, 1, 2, 1), twice = _file.Add(1, 1, 2, 1), output = _file.Add(1, 1, 2, 2);
        _file.Add(TfliteOperator.ADD, [input, input], twice);
        _file.Add(TfliteOperator.CONCATENATION, [input, twice], output, (0, axis));

        Run(output, [1, 2]).Should().Equal(1, 2, 2, 4);
    }

    [Fact]
    public void Concatenation_OfRows_IsAlongTheirAxis()
    {
        int input = _file.Add(1, 2, 1), output = _file.Add(1, 4, 1);
        _file.Add(TfliteOperator.CONCATENATION, [input, input], output, (0, 1));

        Run(output, [1, 2]).Should().Equal(1, 2, 1, 2);
    }

    [Theory]
    [InlineData(0, 1, new float[] { 0, 1, 3, 4 })] // centres of pixels
    [InlineData(1, 0, new float[] { 0, 2, 4 })] // corners
    [InlineData(0, 0, new float[] { 0, 2, 4, 4 })] // left edges
    public void ResizeBilinear_OfTwoPixels_LiesBetweenThem(byte alignCorners, byte halfPixels, float[] expected)
    {
        int input = _file.Add(1, 1, 2, 1), size = _file.Add([1, expected.Length], 2), output = _file.Add(1, 1, expected.Length, 1);
        _file.Add(TfliteOperator.RESIZE_BILINEAR, [input, size], output, (2, alignCorners), (3, halfPixels));

        Run(output, [0, 4]).Should().Equal(expected);
    }

    [Theory]
    [InlineData(124, "operator 0, DENSIFY, is not known here")]
    [InlineData(14, "operator 0, LOGISTIC, is not known here")]
    [InlineData(199, "operator 0, number 199, is not known here")]
    public void ToOnnx_OperatorOfAnotherKind_IsNamed(int kind, string message)
    {
        int input = _file.Add(1, 2), output = _file.Add(1, 2);
        _file.Add((TfliteOperator)kind, [input], output);

        ShouldBeRefused(_file.Write(input, output), $"faces.tflite cannot be converted to ONNX: {message}.");
    }

    [Fact]
    public void ToOnnx_OptionsThatAreNotKnown_AreNamed()
    {
        int input = _file.Add(1, 2), output = _file.Add(1, 2);
        _file.Add(TfliteOperator.ADD, [input, input], output, (0, (byte)3));

        ShouldBeRefused(_file.Write(input, output), "*operator 0, ADD, has an activation of number 3; expected none or RELU.");
    }

    [Fact]
    public void ToOnnx_ComputedWeights_AreRefused()
    {
        int input = _file.Add(1, 1, 1, 1), kernels = _file.Add(1, 1, 1, 1), output = _file.Add(1, 1, 1, 1);
        _file.Add(TfliteOperator.CONV_2D, [input, kernels], output, (1, 1), (2, 1));

        ShouldBeRefused(_file.Write(input, output), "*a tensor of shape [1, 1, 1, 1] has 0 bytes of type Float32; expected 1 values*");
    }

    [Fact]
    public void ToOnnx_KernelsOfAnotherNumberOfChannels_AreRefused()
    {
        int output = AddConv(TfliteOperator.CONV_2D, [1, 1, 1, 2], [1], [1, 1, 1, 1], [0], [1, 1, 1, 1], Valid, stride: 1);

        ShouldBeRefused(_file.Write(0, output), "*operator 0, CONV_2D, has kernels of shape [1, 1, 1, 1] for 2 channels to 1.");
    }

    [Theory]
    [InlineData("")]
    [InlineData("TFL3")]
    [InlineData("\0\0\0\0TFL2....")]
    [InlineData("<!DOCTYPE html><html></html>")]
    public void ToOnnx_NoTfliteFile_IsSaid(string content) => ShouldBeRefused(
        [.. content.Select(c => (byte)c)],
        "faces.tflite cannot be converted to ONNX: it is no TensorFlow Lite file of version 3, which has TFL3 at its fifth byte.");

    [Fact]
    public void ToOnnx_FileCutOffAnywhere_IsRefused()
    {
        int output = AddConv(TfliteOperator.CONV_2D, [1, 3, 3, 1], [1, 10, 100, 1000], [1, 2, 2, 1], [0.5f], [1, 3, 3, 1], Same, stride: 1);
        byte[] file = _file.Write(0, output);

        for (int length = 0; length < file.Length; length++)
        {
            byte[] cut = file[..length];
            FluentActions.Invoking(() => TfliteConversion.ToOnnx(cut, "cut.tflite"))
                .Should().Throw<InvalidDataException>("of {0} bytes", length);
        }
    }

    [Theory]
    [InlineData(int.MaxValue)]
    [InlineData(int.MinValue)]
    [InlineData(-1)]
    [InlineData(1 << 20)]
    [InlineData(3)]
    public void ToOnnx_AnyNumberReplaced_IsReadOrRefused(int number)
    {
        int output = AddConv(TfliteOperator.CONV_2D, [1, 3, 3, 1], [1, 10, 100, 1000], [1, 2, 2, 1], [0.5f], [1, 3, 3, 1], Same, stride: 1);
        byte[] file = _file.Write(0, output);
        int refused = 0;

        for (int at = 0; at <= file.Length - sizeof(int); at++)
        {
            byte[] damaged = [.. file];
            BitConverter.TryWriteBytes(damaged.AsSpan(at), number).Should().BeTrue();
            try
            {
                TfliteConversion.ToOnnx(damaged, "damaged.tflite");
            }
            catch (InvalidDataException)
            {
                refused++;
            }
        }

        refused.Should().BeGreaterThan(file.Length / 4);
    }

    [Fact]
    public void ToOnnx_OffsetBeyondTheFile_SaysWhere()
    {
        byte[] file = _file.Write(_file.Add(1, 1), 0);
        BitConverter.TryWriteBytes(file, 100_000).Should().BeTrue();

        ShouldBeRefused(file, $"*position 100000 is outside of its {file.Length} bytes.");
    }

    private static void ShouldBeRefused(byte[] file, string message) => FluentActions
        .Invoking(() => TfliteConversion.ToOnnx(file, "faces.tflite"))
        .Should().Throw<InvalidDataException>().WithMessage(message);

    private int AddConv(
        TfliteOperator kind,
        int[] from,
        float[] kernels,
        int[] shape,
        float[] biases,
        int[] to,
        byte padding,
        int stride,
        params (int, object)[] more)
    {
        int input = _file.Add(from), weights = _file.Add(kernels, shape), bias = _file.Add(biases, biases.Length), output = _file.Add(to);
        _file.Add(kind, [input, weights, bias], output, [(0, padding), (1, stride), (2, stride), .. more]);
        return output;
    }

    /// <summary>The output for an input in the first tensor.</summary>
    private float[] Run(int output, float[] input)
    {
        using var session = new InferenceSession(TfliteConversion.ToOnnx(_file.Write(0, output), "test.tflite"));
        long[] shape = [.. session.InputMetadata[session.InputNames[0]].Dimensions.Select(length => (long)length)];
        using var value = OrtValue.CreateTensorValueFromMemory(input, shape);
        using var options = new RunOptions();
        using IDisposableReadOnlyCollection<OrtValue> results = session.Run(options, session.InputNames, [value], session.OutputNames);
        return results[0].GetTensorDataAsSpan<float>().ToArray();
    }
}
