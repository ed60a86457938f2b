using FacialAttention.OnnxFormat;
using static FacialAttention.OnnxGraph;

namespace FacialAttention;

/// <summary>
/// The forward pass of an <see cref="ExpressionNetwork"/> as an ONNX graph, where batch norms scale the kernels before them. Names of values are the
/// keys of the weights that make them.
/// </summary>
internal sealed class NetworkGraph
{
    private readonly OnnxGraph _graph;
    private readonly NetworkWeights _weights;
    private readonly NetworkVariant _variant;
    private readonly ExpressionNetworkOptions _options;
    private readonly Calibration _calibration;
    private readonly OnnxExportOptions _exportOptions;
    private readonly IReadOnlyList<ConvStage> _stages;

    public NetworkGraph(ExpressionNetwork network, OnnxExportOptions exportOptions)
    {
        _variant = network.Variant;
        _options = network.Options;
        _calibration = network.Calibration;
        _exportOptions = exportOptions;
        _weights = new NetworkWeights(network);
        _graph = new OnnxGraph(_variant.PaperName, exportOptions.HalfPrecision);
        _stages = _options.BackboneStages ?? ConvBackbone.Paper;
        Grid = ConvBackbone.GridOf(_stages, _options.InputSize);
    }

    /// <summary>H' and W' of the features.</summary>
    public FeatureGrid Grid { get; }

    private int Steps => Grid.Places;

    public GraphProto Build()
    {
        _graph.Proto.Input.Add(Describe(OnnxNames.Images, null, 1, _options.ImageHeight, _options.ImageWidth));
        string features = AddBackbone(AddNormalisation(AddCrop(OnnxNames.Images))); // [N, C, H', W']
        string logits = _variant.HasLstm ? AddSequenceClassifier(features) : AddCnnHead(features); // [N, K]
        string probabilities = _graph.Add("Softmax", OnnxNames.Probabilities, [AddCalibration(logits)], Attribute("axis", 1));

        int classes = _options.Labels.Count;
        _graph.Proto.Output.Insert(0, Describe(logits, null, classes));
        _graph.Proto.Output.Insert(1, Describe(probabilities, null, classes));
        return _graph.Proto;
    }

    /// <summary>Logits [N, K] as the recogniser on TorchSharp calibrates them.</summary>
    private string AddCalibration(string logits)
    {
        string tempered = _graph.Add("Div", "tempered", [logits, _graph.Scalar("temperature", _calibration.Temperature)]);
        if (_calibration.Classes.Count == 0)
        {
            return tempered;
        }

        int classes = _calibration.Classes.Count;
        string scales = _graph.Constant("class_scales", [.. _calibration.Classes.Select(scaling => (float)scaling.Scale)], classes);
        string biases = _graph.Constant("class_biases", [.. _calibration.Classes.Select(scaling => (float)scaling.Bias)], classes);
        return _graph.Add("Add", "class_shifted", [_graph.Add("Mul", "class_scaled", [tempered, scales]), biases]);
    }

    private string AddCrop(string images)
    {
        if (_options.Crop is not (int height, int width))
        {
            return images;
        }

        (long top, long left) = ((_options.ImageHeight - height) / 2, (_options.ImageWidth - width) / 2);
        return _graph.Add(
            "Slice",
            "crop",
            [
                images,
                _graph.Integers("crop.starts", top, left),
                _graph.Integers("crop.ends", top + height, left + width),
                _graph.Integers("crop.axes", 2, 3),
            ]);
    }

    private string AddNormalisation(string images)
    {
        string centred = _graph.Add("Sub", "centred", [images, _graph.Scalar("pixel_mean", _options.PixelMean)]);
        return _graph.Add("Div", "normalised", [centred, _graph.Scalar("pixel_deviation", _options.PixelStandardDeviation)]);
    }

    private string AddBackbone(string x)
    {
        int channels = 1;
        for (int i = 0; i < _stages.Count; i++)
        {
            x = AddStage(x, $"backbone.c{i + 1}", channels, _stages[i]);
            channels = _stages[i].Channels;
        }

        return x;
    }

    private string AddStage(string images, string key, int inChannels, ConvStage stage)
    {
        string x = AddConv(images, $"{key}.conv", inChannels, stage.Channels, stage.KernelSize);
        for (int number = 2; number <= stage.Convolutions; number++)
        {
            x = AddConv(_graph.Add("Relu", $"{x}.relu", [x]), $"{key}.conv{number}", stage.Channels, stage.Channels, stage.KernelSize);
        }

        if (stage.SqueezeExcitationReduction is { } reduction)
        {
            x = AddSqueezeExcitation(x, $"{key}.squeeze_excitation", stage.Channels, reduction);
        }

        if (stage.Shortcut)
        {
            string shortcut = inChannels == stage.Channels
                ? images
                : AddConv(images, $"{key}.shortcut.conv", inChannels, stage.Channels, kernelSize: 1);
            x = _graph.Add("Add", $"{key}.sum", [x, shortcut]);
        }

        x = _graph.Add("Relu", $"{key}.relu", [x]);
        return stage.Pool
            ? _graph.Add(
                "MaxPool",
                $"{key}.pool",
                [x],
                Attribute("kernel_shape", [3, 3]),
                Attribute("strides", [2, 2]),
                Attribute("pads", [1, 1, 1, 1]))
            : x;
    }

    /// <summary>The linear layers as 1x1 convolutions, so that ONNX Runtime keeps the layout of the maps.</summary>
    private string AddSqueezeExcitation(string maps, string key, int channels, int reduction)
    {
        string squeezed = _graph.Add("GlobalAveragePool", $"{key}.squeezed", [maps]); // [N, C, 1, 1]
        string reduced = AddConv(squeezed, $"{key}.fc1", channels, channels / reduction, kernelSize: 1);
        string hidden = _graph.Add("Relu", $"{key}.relu", [reduced]);
        string expanded = AddConv(hidden, $"{key}.fc2", channels / reduction, channels, kernelSize: 1);
        string scales = _graph.Add("Sigmoid", $"{key}.scales", [expanded]);
        return _graph.Add("Mul", $"{key}.maps", [maps, scales]);
    }

    private string AddConv(string x, string key, int inChannels, int channels, int kernelSize)
    {
        int padding = kernelSize / 2;
        string kernels = _graph.Weights($"{key}.weight", _weights[$"{key}.weight"], channels, inChannels, kernelSize, kernelSize);
        (float[] Factors, float[] Biases)? norm = _weights.NormAfter(key);
        if (norm is { } scaling)
        {
            kernels = _graph.Add(
                "Mul", $"{key}.scaled", [kernels, _graph.Constant($"{key}.factors", scaling.Factors, channels, 1, 1, 1)]);
        }

        return _graph.Add(
            "Conv",
            key,
            [x, kernels, _graph.Constant($"{key}.bias", norm?.Biases ?? _weights[$"{key}.bias"], channels)],
            Attribute("kernel_shape", [kernelSize, kernelSize]),
            Attribute("pads", [padding, padding, padding, padding]));
    }

    private string AddCnnHead(string features)
    {
        string flat = _graph.Add("Flatten", "flat", [features], Attribute("axis", 1)); // [N, C H' W']
        string hidden = AddLinear(flat, "classifier.hidden", "classifier.hidden");
        return AddLinear(_graph.Add("Relu", "classifier.relu", [hidden]), "classifier.linear", OnnxNames.Logits);
    }

    private string AddSequenceClassifier(string features)
    {
        string sequence = AddSequence(features); // [N, T, D]
        if (_variant.HasLocalAttention)
        {
            sequence = AddLocalAttention(sequence); // [N, T, D]
        }

        string hidden = AddLstm(sequence); // [T, N, directions * hidden]
        string pooled = _variant.HasGlobalAttention
            ? AddGlobalAttention(hidden)
            : _graph.Add("ReduceMean", "classifier.mean", [hidden], Attribute("axes", [0]), Attribute("keepdims", 0));
        return AddLinear(pooled, "classifier.linear", OnnxNames.Logits); // [N, K]
    }

    /// <summary>[N, C, H', W'] to [N, T, D].</summary>
    private string AddSequence(string features)
    {
        // 0 keeps the number of faces.
        string flat = _graph.Add("Reshape", "flat", [features, _graph.Integers("flat.shape", 0, FeatureSize, Steps)]);
        return _graph.Add("Transpose", "sequence", [flat], Attribute("perm", [0, 2, 1]));
    }

    private string AddLocalAttention(string sequence)
    {
        string weights = AddAttentionWeights(sequence, OnnxNames.LocalAttention, FeatureSize); // [N, T]
        string factors = _graph.Add(
            "Unsqueeze", "local_attention.factors", [weights, _graph.Integers("local_attention.axes", 2)]); // [N, T, 1]
        if (_options.LocalAttentionScaling == LocalAttentionScaling.MeanOne)
        {
            factors = _graph.Add("Mul", "local_attention.scaled", [factors, _graph.Scalar("local_attention.steps", Steps)]);
        }

        return _graph.Add("Mul", "local_attention.features", [sequence, factors]);
    }

    /// <summary>Hidden states [T, N, D] to their weighted sum [N, D].</summary>
    private string AddGlobalAttention(string hidden)
    {
        const string Key = "classifier.global_attention";
        string byFace = _graph.Add("Transpose", $"{Key}.hidden", [hidden], Attribute("perm", [1, 0, 2])); // [N, T, D]
        string weights = AddAttentionWeights(byFace, OnnxNames.GlobalAttention, Directions * _options.LstmHiddenSize, Key); // [N, T]
        string axis = _graph.Integers($"{Key}.axes", 1);
        string row = _graph.Add("Unsqueeze", $"{Key}.row", [weights, axis]); // [N, 1, T]
        string sum = _graph.Add("MatMul", $"{Key}.sum", [row, byFace]); // [N, 1, D]
        return _graph.Add("Squeeze", $"{Key}.pooled", [sum, axis]); // [N, D]
    }

    /// <summary>Features [N, T, D] to the distribution over the steps, [N, T], which is an output if asked for.</summary>
    private string AddAttentionWeights(string features, string output, int featureSize, string? key = null)
    {
        key = $"{key ?? output}.score";
        string keys = features;
        if (_options.Scoring == AttentionScoring.Additive)
        {
            string weight = _graph.Weights(
                $"{key}.projection.weight", Transpose(_weights[$"{key}.projection.weight"], featureSize), featureSize, featureSize);
            string bias = _graph.Constant($"{key}.projection.bias", _weights[$"{key}.projection.bias"], featureSize);
            string product = _graph.Add("MatMul", $"{key}.product", [features, weight]);
            string projected = _graph.Add("Add", $"{key}.projection", [product, bias]);
            keys = _graph.Add("Tanh", $"{key}.keys", [projected]);
        }
        // ONNX knows products with vectors, but ONNX Runtime 1.31.1 computes another number when a transposition comes before one.
        string query = _graph.Constant($"{key}.query", _weights[$"{key}.query"], featureSize, 1);
        string column = _graph.Add("MatMul", $"{key}.column", [keys, query]); // [N, T, 1]
        string scores = _graph.Add("Squeeze", $"{key}.scores", [column, _graph.Integers($"{key}.axes", 2)]); // [N, T]
        if (_options.Scoring == AttentionScoring.ScaledDot)
        {
            scores = _graph.Add("Div", $"{key}.scaled", [scores, _graph.Scalar($"{key}.root", Math.Sqrt(featureSize))]);
        }

        string weights = _graph.Add("Softmax", output, [scores], Attribute("axis", 1));
        if (_exportOptions.IncludeAttention)
        {
            _graph.Proto.Output.Add(Describe(weights, null, Steps));
        }

        return weights;
    }

    /// <summary>[N, T, D] to the hidden states of the last layer, [T, N, directions * hidden].</summary>
    private string AddLstm(string sequence)
    {
        string x = _graph.Add("Transpose", "classifier.lstm.input", [sequence], Attribute("perm", [1, 0, 2])); // [T, N, D]
        for (int layer = 0; layer < _options.LstmLayers; layer++)
        {
            x = AddLstmLayer(x, layer, layer == 0 ? FeatureSize : Directions * _options.LstmHiddenSize);
        }

        return x;
    }

    private string AddLstmLayer(string x, int layer, int inputSize)
    {
        string key = $"classifier.lstm.l{layer}";
        int size = _options.LstmHiddenSize;
        string[] places = _options.Bidirectional ? [$"l{layer}", $"l{layer}_reverse"] : [$"l{layer}"];
        float[] ByDirection(params string[] names) =>
            [.. places.SelectMany(place => names.SelectMany(name => ToOnnxGates(_weights[$"classifier.lstm.{name}_{place}"])))];
        string states = _graph.Add(
            "LSTM",
            $"{key}.states",
            [
                x,
                _graph.Weights($"{key}.weight_ih", ByDirection("weight_ih"), Directions, 4 * size, inputSize),
                _graph.Weights($"{key}.weight_hh", ByDirection("weight_hh"), Directions, 4 * size, size),
                _graph.Constant($"{key}.bias", ByDirection("bias_ih", "bias_hh"), Directions, 8 * size),
            ],
            Attribute("hidden_size", size),
            Attribute("direction", _options.Bidirectional ? "bidirectional" : "forward")); // [T, directions, N, hidden]
        string byFace = _graph.Add("Transpose", $"{key}.by_face", [states], Attribute("perm", [0, 2, 1, 3])); // [T, N, directions, hidden]
        return _graph.Add("Reshape", key, [byFace, _graph.Integers($"{key}.shape", 0, 0, Directions * size)]);
    }

    /// <summary>PyTorch stacks the gates input, forget, cell, output; ONNX input, output, forget, cell.</summary>
    private static IEnumerable<float> ToOnnxGates(float[] gates)
    {
        int size = gates.Length / 4;
        return [.. gates[..size], .. gates[(3 * size)..], .. gates[size..(2 * size)], .. gates[(2 * size)..(3 * size)]];
    }

    private string AddLinear(string x, string key, string output)
    {
        float[] bias = _weights[$"{key}.bias"];
        float[] weight = _weights[$"{key}.weight"];
        return _graph.Add(
            "Gemm",
            output,
            [
                x,
                _graph.Weights($"{key}.weight", weight, bias.Length, weight.Length / bias.Length),
                _graph.Constant($"{key}.bias", bias, bias.Length),
            ],
            Attribute("transB", 1));
    }

    private static float[] Transpose(float[] matrix, int size)
    {
        var result = new float[matrix.Length];
        for (int row = 0; row < size; row++)
        {
            for (int column = 0; column < size; column++)
            {
                result[(column * size) + row] = matrix[(row * size) + column];
            }
        }

        return result;
    }

    private int FeatureSize => _stages[^1].Channels;

    private int Directions => _options.Bidirectional ? 2 : 1;
}
