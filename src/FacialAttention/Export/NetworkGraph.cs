using static FacialAttention.OnnxGraph;

namespace FacialAttention;

/// <summary>
/// The forward pass of an <see cref="ExpressionNetwork"/> as an ONNX graph, where batch norms scale the kernels before them. Names of values are the
/// keys of the weights that make them.
/// </summary>
internal sealed class NetworkGraph
{
    private readonly LayerGraph _layers;
    private readonly OnnxGraph _graph;
    private readonly NetworkWeights _weights;
    private readonly NetworkVariant _variant;
    private readonly ExpressionNetworkOptions _options;
    private readonly IReadOnlyList<ConvStage> _stages;

    public NetworkGraph(ExpressionNetwork network, LayerGraph layers)
    {
        _variant = network.Variant;
        _options = network.Options;
        _layers = layers;
        (_graph, _weights) = (layers.Graph, layers.Weights);
        _stages = _options.BackboneStages ?? ConvBackbone.Paper;
        Grid = ConvBackbone.GridOf(_stages, _options.InputSize);
    }

    /// <summary>H' and W' of the features.</summary>
    private FeatureGrid Grid { get; }

    private int Steps => Grid.Places;

    /// <summary>Faces to logits [N, K].</summary>
    public string Add(string images)
    {
        _layers.ShowGrid(Grid);
        string features = _layers.AddBackbone(_layers.AddNormalisation(AddCrop(images)), "backbone", _stages); // [N, C, H', W']
        return _variant.HasLstm ? AddSequenceClassifier(features) : AddCnnHead(features);
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

    private string AddCnnHead(string features)
    {
        string flat = _graph.Add("Flatten", "flat", [features], Attribute("axis", 1)); // [N, C H' W']
        string hidden = _layers.AddLinear(flat, "classifier.hidden", "classifier.hidden");
        return _layers.AddLinear(_graph.Add("Relu", "classifier.relu", [hidden]), "classifier.linear", OnnxNames.Logits);
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
        return _layers.AddLinear(pooled, "classifier.linear", OnnxNames.Logits); // [N, K]
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
        _layers.ShowAttention(weights, Grid);
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
