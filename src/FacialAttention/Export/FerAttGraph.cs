using static FacialAttention.OnnxGraph;

namespace FacialAttention;

/// <summary>The forward pass of a <see cref="FerAttNetwork"/> as an ONNX graph.</summary>
internal sealed class FerAttGraph(FerAttNetwork network, LayerGraph layers)
{
    private readonly FerAttNetworkOptions _options = network.Options;
    private readonly OnnxGraph _graph = layers.Graph;

    private int Classes => _options.Labels.Count;

    /// <summary>Faces to logits [N, K].</summary>
    public string Add(string images)
    {
        string faces = layers.AddNormalisation(images);
        string attention = AddAttention(faces), mask = _graph.Add("Sigmoid", "mask", [attention]); // [N, K, H, W]
        if (layers.ShowsAttention)
        {
            string places = _graph.Add("ReduceMean", "mask.places", [mask], Attribute("axes", [1]), Attribute("keepdims", 0));
            string flat = _graph.Add("Flatten", "mask.flat", [places], Attribute("axis", 1));
            layers.AddDistribution(flat, OnnxNames.AttentionMask, new FeatureGrid(_options.ImageHeight, _options.ImageWidth));
        }

        string masked = _graph.Add("Mul", "masked", [mask, AddFeatures(faces)]);
        string maps = _graph.Add("Concat", "maps", [masked, faces, attention], Attribute("axis", 1)); // [N, 2 K + 1, H, W]
        string painted = _graph.Add(
            "Relu",
            "reconstruction.relu",
            [layers.AddConv(maps, "reconstruction.conv", (2 * Classes) + 1, _options.ReconstructionChannels, kernelSize: 3)]);
        string attended = _graph.Add(
            "Relu", "attended", [layers.AddConv(painted, "reconstruction.conv2", _options.ReconstructionChannels, 1, kernelSize: 1)]);
        string halved = _graph.Add(
            "AveragePool",
            "halved",
            [layers.AddNormalisation(attended, "attended.")],
            Attribute("kernel_shape", [2, 2]),
            Attribute("strides", [2, 2]));
        return AddClassifier(halved);
    }

    private string AddAttention(string faces)
    {
        var levels = new List<(string Maps, int Channels)>();
        var level = new List<ConvStage>();
        (string x, int channels) = (faces, 1);
        (int height, int width) = _options.ImageSize;
        foreach (ConvStage stage in _options.EncoderStages!)
        {
            level.Add(stage);
            if (stage.Pool)
            {
                x = layers.AddBackbone(x, $"attention.e{levels.Count + 1}", level, channels);
                channels = stage.Channels;
                levels.Add((x, channels));
                level.Clear();
                (height, width) = (height / 2, width / 2);
            }
        }

        for (int i = 0; i < levels.Count; i++)
        {
            string key = $"attention.d{i + 1}";
            x = AddDoubled(x, key, height, width);
            (height, width) = (2 * height, 2 * width);
            if (i + 1 < levels.Count)
            {
                (string beside, int more) = levels[^(i + 2)];
                (x, channels) = (_graph.Add("Concat", $"{key}.joined", [x, beside], Attribute("axis", 1)), channels + more);
            }

            int next = _options.DecoderChannels![i];
            x = layers.AddBackbone(x, key, [new(3, next, Convolutions: 2)], channels);
            channels = next;
        }

        return layers.AddConv(x, "attention.conv", channels, Classes, kernelSize: 1);
    }

    /// <summary>Maps of twice the height and width, bilinear: a product with a matrix of constants on either side.</summary>
    private string AddDoubled(string x, string key, int height, int width)
    {
        string rows = _graph.Add(
            "MatMul", $"{key}.taller", [_graph.Constant($"{key}.rows", Doubling(height, isTransposed: false), 2 * height, height), x]);
        return _graph.Add(
            "MatMul", $"{key}.wider", [rows, _graph.Constant($"{key}.columns", Doubling(width, isTransposed: true), width, 2 * width)]);
    }

    /// <summary>The weights of old places in new ones, three quarters of that around it and a quarter of the next; at the border all of it.</summary>
    private static float[] Doubling(int size, bool isTransposed)
    {
        var weights = new float[2 * size * size];
        for (int place = 0; place < 2 * size; place++)
        {
            int near = place / 2, next = Math.Clamp(place % 2 == 0 ? near - 1 : near + 1, 0, size - 1);
            weights[At(near)] += 0.75f;
            weights[At(next)] += 0.25f;

            int At(int old) => isTransposed ? (old * 2 * size) + place : (place * size) + old;
        }

        return weights;
    }

    private string AddFeatures(string faces)
    {
        string first = layers.AddConv(faces, "features.conv", 1, Classes, kernelSize: 9), x = first;
        for (int number = 1; number <= _options.ResidualBlocks; number++)
        {
            string key = $"features.b{number}";
            string inner = AddLeakyRelu(layers.AddConv(x, $"{key}.conv", Classes, Classes, kernelSize: 3), key);
            x = _graph.Add("Add", key, [x, layers.AddConv(inner, $"{key}.conv2", Classes, Classes, kernelSize: 3)]);
        }

        return _graph.Add("Add", "features", [layers.AddConv(x, "features.conv2", Classes, Classes, kernelSize: 3), first]);
    }

    /// <summary>The slope times x, and of what is above 0 the rest too.</summary>
    private string AddLeakyRelu(string x, string key)
    {
        string part = _graph.Add("Mul", $"{key}.part", [x, _graph.Scalar($"{key}.slope", FeatureModule.Slope)]);
        string positive = _graph.Add("Relu", $"{key}.relu", [x]);
        string rest = _graph.Add("Mul", $"{key}.rest", [positive, _graph.Scalar($"{key}.rest_slope", 1 - FeatureModule.Slope)]);
        return _graph.Add("Add", $"{key}.leaky", [part, rest]);
    }

    private string AddClassifier(string images)
    {
        IReadOnlyList<int> channels = _options.ClassifierChannels!;
        string x = layers.AddConv(images, "classifier.conv", 1, channels[0], kernelSize: 3);
        foreach ((int index, (int inChannels, int outChannels, int stride)) in
            PreActivationClassifier.Plan(channels, _options.ClassifierBlocks).Index())
        {
            string key = $"classifier.b{index + 1}";
            string active = _graph.Add("Relu", $"{key}.pre.relu", [layers.AddNorm(x, $"{key}.pre", inChannels)]);
            string inner = layers.AddConv(active, $"{key}.conv", inChannels, outChannels, kernelSize: 3, stride: stride);
            inner = _graph.Add("Relu", $"{key}.pre2.relu", [layers.AddNorm(inner, $"{key}.pre2", outChannels)]);
            inner = layers.AddConv(inner, $"{key}.conv2", outChannels, outChannels, kernelSize: 3);
            string shortcut = PreActivationBlock.HasShortcut(inChannels, outChannels, stride)
                ? layers.AddConv(active, $"{key}.shortcut", inChannels, outChannels, kernelSize: 1, stride: stride)
                : x;
            x = _graph.Add("Add", key, [inner, shortcut]);
        }

        string means = _graph.Add("Flatten", "classifier.means", [_graph.Add("GlobalAveragePool", "classifier.pool", [x])], Attribute("axis", 1));
        string embedding = _options.EmbeddingSize is null
            ? means
            : layers.AddLinear(means, "classifier.embedding", "classifier.embedding");
        return layers.AddLinear(embedding, "classifier.linear", OnnxNames.Logits);
    }
}
