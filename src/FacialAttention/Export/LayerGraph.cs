using FacialAttention.OnnxFormat;
using static FacialAttention.OnnxGraph;

namespace FacialAttention;

/// <summary>
/// What the graphs of all families are made of: input, outputs and layers. Names of values are the keys of the weights that make them; what a method
/// returns is the name of its result.
/// </summary>
internal sealed class LayerGraph
{
    private readonly NetworkDescription _description;
    private string? _mean;
    private string? _deviation;

    public LayerGraph(FaceNetwork network, OnnxExportOptions options)
    {
        _description = network.Describe();
        ShowsAttention = options.IncludeAttention;
        Weights = new NetworkWeights(network);
        Graph = new OnnxGraph(_description.Variant, options.HalfPrecision);
    }

    public OnnxGraph Graph { get; }

    public NetworkWeights Weights { get; }

    /// <summary>Whether attention is asked for.</summary>
    public bool ShowsAttention { get; }

    /// <summary>The grid of the attention that is asked for, whether the network has any; null where none is asked for.</summary>
    public FeatureGrid? Grid { get; private set; }

    /// <summary>The graph whose layers, which a family adds, make logits [N, K] of faces [N, 1, H, W].</summary>
    public GraphProto Build(Func<string, string> addLayers)
    {
        (int height, int width) = _description.Preprocessing.Size;
        Graph.Proto.Input.Add(Describe(OnnxNames.Images, null, 1, height, width));
        string logits = addLayers(OnnxNames.Images);
        string probabilities = Graph.Add("Softmax", OnnxNames.Probabilities, [AddCalibration(logits)], Attribute("axis", 1));

        int classes = _description.Labels.Count;
        Graph.Proto.Output.Insert(0, Describe(logits, null, classes));
        Graph.Proto.Output.Insert(1, Describe(probabilities, null, classes));
        return Graph.Proto;
    }

    /// <summary>Makes weights [N, H W] of a grid, which sum to 1, an output, if attention is asked for.</summary>
    public void ShowAttention(string weights, FeatureGrid grid)
    {
        if (ShowsAttention)
        {
            Graph.Proto.Output.Add(Describe(weights, null, grid.Places));
            ShowGrid(grid);
        }
    }

    /// <summary>Says on which grid attention would be, if it is asked for; a network without any has no output of it then.</summary>
    public void ShowGrid(FeatureGrid grid) => Grid = ShowsAttention ? grid : null;

    /// <summary>Shows weights [N, H W] of a grid, of any sum, over their sum.</summary>
    public void AddDistribution(string cells, string output, FeatureGrid grid)
    {
        string mean = Graph.Add("ReduceMean", $"{output}.mean", [cells], Attribute("axes", [1]), Attribute("keepdims", 0)); // [N]
        string column = Graph.Add("Unsqueeze", $"{output}.column", [mean, Graph.Integers($"{output}.axes", 1)]);
        string sum = Graph.Add("Mul", $"{output}.sum", [column, Graph.Scalar($"{output}.places", grid.Places)]);
        ShowAttention(Graph.Add("Div", output, [cells, sum]), grid);
    }

    /// <summary>Logits [N, K] as the recogniser on TorchSharp calibrates them.</summary>
    private string AddCalibration(string logits)
    {
        string tempered = Graph.Add("Div", "tempered", [logits, Graph.Scalar("temperature", _description.Calibration.Temperature)]);
        if (_description.Calibration.Classes.Count == 0)
        {
            return tempered;
        }

        int classes = _description.Calibration.Classes.Count;
        string scales = Graph.Constant("class_scales", [.. _description.Calibration.Classes.Select(scaling => (float)scaling.Scale)], classes);
        string biases = Graph.Constant("class_biases", [.. _description.Calibration.Classes.Select(scaling => (float)scaling.Bias)], classes);
        return Graph.Add("Add", "class_shifted", [Graph.Add("Mul", "class_scaled", [tempered, scales]), biases]);
    }

    /// <summary>Pixels less their mean, over their deviation; more than once in a graph under names of their own.</summary>
    public string AddNormalisation(string images, string prefix = "")
    {
        _mean ??= Graph.Scalar("pixel_mean", _description.Preprocessing.PixelMean);
        string centred = Graph.Add("Sub", $"{prefix}centred", [images, _mean]);
        _deviation ??= Graph.Scalar("pixel_deviation", _description.Preprocessing.PixelStandardDeviation);
        return Graph.Add("Div", $"{prefix}normalised", [centred, _deviation]);
    }

    /// <summary>A <see cref="ConvBackbone"/> under a key.</summary>
    public string AddBackbone(string x, string key, IReadOnlyList<ConvStage> stages, int inChannels = 1)
    {
        int channels = inChannels;
        for (int i = 0; i < stages.Count; i++)
        {
            x = AddStage(x, $"{key}.c{i + 1}", channels, stages[i]);
            channels = stages[i].Channels;
        }

        return x;
    }

    private string AddStage(string images, string key, int inChannels, ConvStage stage)
    {
        string x = AddConv(images, $"{key}.conv", inChannels, stage.Channels, stage.KernelSize);
        for (int number = 2; number <= stage.Convolutions; number++)
        {
            x = AddConv(Graph.Add("Relu", $"{x}.relu", [x]), $"{key}.conv{number}", stage.Channels, stage.Channels, stage.KernelSize);
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
            x = Graph.Add("Add", $"{key}.sum", [x, shortcut]);
        }

        x = Graph.Add("Relu", $"{key}.relu", [x]);
        return stage.Pool
            ? Graph.Add(
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
        string squeezed = Graph.Add("GlobalAveragePool", $"{key}.squeezed", [maps]); // [N, C, 1, 1]
        string reduced = AddConv(squeezed, $"{key}.fc1", channels, channels / reduction, kernelSize: 1);
        string hidden = Graph.Add("Relu", $"{key}.relu", [reduced]);
        string expanded = AddConv(hidden, $"{key}.fc2", channels / reduction, channels, kernelSize: 1);
        string scales = Graph.Add("Sigmoid", $"{key}.scales", [expanded]);
        return Graph.Add("Mul", $"{key}.maps", [maps, scales]);
    }

    /// <summary>A convolution of square kernels, with the norm behind it if there is one.</summary>
    /// <param name="x">Maps of <paramref name="inChannels"/> channels for each group.</param>
    /// <param name="key">Where its weights are.</param>
    /// <param name="inChannels">C of each group.</param>
    /// <param name="channels">C' of all groups together.</param>
    /// <param name="kernelSize">The side of the kernels.</param>
    /// <param name="padding">The ring of zeros around the maps; null for half a kernel.</param>
    /// <param name="groups">The groups.</param>
    /// <param name="stride">The steps of the kernels.</param>
    public string AddConv(
        string x, string key, int inChannels, int channels, int kernelSize, int? padding = null, int groups = 1, int stride = 1) =>
        AddConv(x, key, inChannels, channels, new ImageSize(kernelSize, kernelSize), padding ?? (kernelSize / 2), groups, stride);

    /// <summary>A linear layer of all that the maps of each group hold, [N, G F, 1, 1].</summary>
    public string AddWholeMaps(string x, string key, int inChannels, int channels, ImageSize maps, int groups) =>
        AddConv(x, key, inChannels, channels, maps, padding: 0, groups, stride: 1);

    private string AddConv(string x, string key, int inChannels, int channels, ImageSize kernel, int padding, int groups, int stride)
    {
        string kernels = Graph.Weights($"{key}.weight", Weights[$"{key}.weight"], channels, inChannels, kernel.Height, kernel.Width);
        (float[] Factors, float[] Biases)? norm = Weights.NormAfter(key);
        if (norm is { } scaling)
        {
            kernels = Graph.Add(
                "Mul", $"{key}.scaled", [kernels, Graph.Constant($"{key}.factors", scaling.Factors, channels, 1, 1, 1)]);
        }

        float[]? bias = norm?.Biases ?? Weights.Find($"{key}.bias");
        return Graph.Add(
            "Conv",
            key,
            bias is null ? [x, kernels] : [x, kernels, Graph.Constant($"{key}.bias", bias, channels)],
            [
                Attribute("kernel_shape", [kernel.Height, kernel.Width]),
                Attribute("pads", [padding, padding, padding, padding]),
                .. groups == 1 ? [] : new[] { Attribute("group", groups) },
                .. stride == 1 ? [] : new[] { Attribute("strides", [stride, stride]) },
            ]);
    }

    /// <summary>A norm that no convolution precedes.</summary>
    public string AddNorm(string x, string key, int channels)
    {
        (float[] factors, float[] biases) = Weights.Norm(key);
        string scaled = Graph.Add("Mul", $"{key}.scaled", [x, Graph.Constant($"{key}.factors", factors, channels, 1, 1)]);
        return Graph.Add("Add", key, [scaled, Graph.Constant($"{key}.biases", biases, channels, 1, 1)]);
    }

    public string AddLinear(string x, string key, string output)
    {
        float[] bias = Weights[$"{key}.bias"];
        float[] weight = Weights[$"{key}.weight"];
        return Graph.Add(
            "Gemm",
            output,
            [
                x,
                Graph.Weights($"{key}.weight", weight, bias.Length, weight.Length / bias.Length),
                Graph.Constant($"{key}.bias", bias, bias.Length),
            ],
            Attribute("transB", 1));
    }
}
