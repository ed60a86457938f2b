using static FacialAttention.OnnxGraph;

namespace FacialAttention;

/// <summary>
/// The forward pass of a <see cref="PatchGatedCnn"/> as an ONNX graph. Its second input, <c>landmarks</c>, may be left out: those of an aligned face
/// are its default.
/// </summary>
internal sealed class PatchGatedGraph(PatchGatedCnn network, LayerGraph layers)
{
    private const int Patches = PatchCentres.Count;

    private readonly PatchGatedCnnOptions _options = network.Options;
    private readonly OnnxGraph _graph = layers.Graph;

    /// <summary>Faces to logits [N, K].</summary>
    public string Add(string images)
    {
        IReadOnlyList<ConvStage> stages = _options.TrunkStages!;
        (int channels, int size) = (stages[^1].Channels, _options.PatchSize);
        FeatureGrid grid = ConvBackbone.GridOf(stages, _options.ImageSize);
        string maps = layers.AddBackbone(layers.AddNormalisation(images), "trunk", stages); // [N, C, H', W']
        string centres = AddCentres(); // [N, 24, 2], or of one face for all
        string columns = AddSamples(centres, "columns", axis: 0, grid.Width), rows = AddSamples(centres, "rows", axis: 1, grid.Height);
        string patches = AddCut(maps, rows, columns, channels, grid); // [N, 24 C, S, S]
        string x = AddUnit(patches, "units.conv", channels);
        x = AddUnit(x, "units.conv2", _options.PatchChannels);
        (string joined, string gates) = AddGated(
            x, "patches", Patches, _options.PatchChannels, new ImageSize(size, size), _options.PatchFeatureSize);
        AddSpread(rows, columns, gates, grid);
        if (_options.GlobalBranch)
        {
            IReadOnlyList<ConvStage> global = _options.GlobalStages!;
            FeatureGrid last = ConvBackbone.GridOf(global, new ImageSize(grid.Height, grid.Width));
            string whole = layers.AddBackbone(maps, "global_trunk", global, channels);
            (string face, _) = AddGated(
                whole, "face", 1, global[^1].Channels, new ImageSize(last.Height, last.Width), _options.GlobalFeatureSize);
            joined = _graph.Add("Concat", "joined", [joined, face], Attribute("axis", 1));
        }

        string hidden = _graph.Add("Relu", "hidden.relu", [layers.AddLinear(joined, "hidden", "hidden")]);
        return layers.AddLinear(hidden, "linear", OnnxNames.Logits);
    }

    /// <summary>The landmarks, an input with a default, to the centres of patches in pixels.</summary>
    private string AddCentres()
    {
        int count = LandmarkScheme.Points68.Count;
        string landmarks = _graph.DefaultInput(OnnxNames.Landmarks, AlignedFace.PointsOf(_options.ImageSize), count, 2);
        string shares = _graph.Constant("centres.shares", PatchCentres.Shares, Patches, count);
        string middles = _graph.Add("MatMul", "centres.middles", [shares, landmarks]);
        string shifts = _graph.Constant("centres.shifts", PatchCentres.ShiftsIn(_options.ImageSize), Patches, 2);
        return _graph.Add("Add", "centres", [middles, shifts]);
    }

    /// <summary>The weights of the maps' rows or columns in the patches, [N, 24, S, cells], as <see cref="PatchSampler"/> has them.</summary>
    private string AddSamples(string centres, string key, int axis, int cells)
    {
        int size = _options.PatchSize;
        double half = (size - 1) / 2.0, last = cells - 1 - half;
        string coordinates = _graph.Add(
            "Slice",
            $"{key}.coordinates",
            [centres, _graph.Integers($"{key}.starts", axis), _graph.Integers($"{key}.ends", axis + 1), _graph.Integers($"{key}.axes", 2)]);
        string shifted = _graph.Add("Sub", $"{key}.shifted", [coordinates, _graph.Scalar($"{key}.half_a_pixel", 0.5)]);
        string places = _graph.Add("Div", $"{key}.places", [shifted, _graph.Scalar($"{key}.cell", _options.Cell)]); // [N, 24, 1]

        // Not below the first and not above the last place: first + relu(x - first) - relu(x - last).
        string first = _graph.Scalar($"{key}.first", half);
        string above = _graph.Add("Relu", $"{key}.above", [_graph.Add("Sub", $"{key}.from_first", [places, first])]);
        string beyond = _graph.Add(
            "Relu", $"{key}.beyond", [_graph.Add("Sub", $"{key}.from_last", [places, _graph.Scalar($"{key}.last", last)])]);
        string inside = _graph.Add("Sub", $"{key}.inside", [above, beyond]); // less the first, which the samples begin at
        string steps = _graph.Constant($"{key}.steps", [.. Enumerable.Range(0, size).Select(step => (float)step)], size);
        string samples = _graph.Add("Add", $"{key}.samples", [inside, steps]); // [N, 24, S]
        string column = _graph.Add("Unsqueeze", $"{key}.column", [samples, _graph.Integers($"{key}.column_axes", 3)]);
        string all = _graph.Constant($"{key}.cells", [.. Enumerable.Range(0, cells).Select(cell => (float)cell)], cells);
        string distances = _graph.Add("Sub", $"{key}.distances", [column, all]); // [N, 24, S, cells]
        string positive = _graph.Add("Relu", $"{key}.positive", [distances]);
        string negative = _graph.Add(
            "Relu", $"{key}.negative", [_graph.Add("Sub", $"{key}.reversed", [_graph.Scalar($"{key}.zero", 0), distances])]);
        string absolute = _graph.Add("Add", $"{key}.absolute", [positive, negative]);
        return _graph.Add("Relu", key, [_graph.Add("Sub", $"{key}.nearness", [_graph.Scalar($"{key}.one", 1), absolute])]);
    }

    private string AddCut(string maps, string rows, string columns, int channels, FeatureGrid grid)
    {
        int size = _options.PatchSize;
        string byRow = Reshape(Transpose(maps, "cut.row_maps", 0, 2, 1, 3), "cut.by_row", 0, grid.Height, channels * grid.Width);
        string rowWeights = Reshape(rows, "cut.row_weights", 0, Patches * size, grid.Height);
        string cutRows = Reshape(
            _graph.Add("MatMul", "cut.rows", [rowWeights, byRow]), "cut.of_patches", 0, Patches, size, channels, grid.Width);
        string byColumn = Reshape(Transpose(cutRows, "cut.column_maps", 0, 1, 3, 2, 4), "cut.by_column", 0, Patches, channels * size, grid.Width);
        string cut = _graph.Add("MatMul", "cut.columns", [byColumn, Transpose(columns, "cut.column_weights", 0, 1, 3, 2)]);
        return Reshape(cut, "cut", 0, Patches * channels, size, size);
    }

    private string AddUnit(string x, string key, int inChannels) => _graph.Add(
        "Relu",
        $"{key}.relu",
        [layers.AddConv(x, key, inChannels, Patches * _options.PatchChannels, kernelSize: 3, groups: Patches)]);

    /// <summary>A <see cref="GatedFeatures"/>: gated vectors side by side [N, G F], and gates [N, G, 1].</summary>
    private (string Features, string Gates) AddGated(string x, string key, int groups, int channels, ImageSize maps, int featureSize)
    {
        string vectors = layers.AddWholeMaps(x, $"{key}.feature", channels, groups * featureSize, maps, groups);
        string features = Reshape(_graph.Add("Relu", $"{key}.feature.relu", [vectors]), $"{key}.vectors", 0, groups, featureSize);
        string pooled = _graph.Add(
            "MaxPool", $"{key}.pool", [x], Attribute("kernel_shape", [2, 2]), Attribute("strides", [2, 2]));
        string gate = AddPointwise(pooled, $"{key}.conv", channels, _options.GateChannels, groups, padding: 1);
        gate = _graph.Add("GlobalAveragePool", $"{key}.means", [_graph.Add("Relu", $"{key}.conv.relu", [gate])]);
        gate = AddPointwise(gate, $"{key}.conv2", _options.GateChannels, _options.GateHiddenSize, groups);
        gate = _graph.Add("Relu", $"{key}.conv2.relu", [gate]);
        gate = AddPointwise(gate, $"{key}.conv3", _options.GateHiddenSize, 1, groups);
        string gates = Reshape(_graph.Add("Sigmoid", $"{key}.logistic", [gate]), $"{key}.gates", 0, groups, 1);
        string gated = _graph.Add("Mul", $"{key}.gated", [features, gates]);
        return (Reshape(gated, key, 0, groups * featureSize), gates);
    }

    private string AddPointwise(string x, string key, int inChannels, int channels, int groups, int padding = 0) =>
        layers.AddConv(x, key, inChannels, groups * channels, kernelSize: 1, padding, groups);

    /// <summary>The map of the gates, [N, H' W'], as <see cref="PatchSampler.Spread"/> has it.</summary>
    private void AddSpread(string rows, string columns, string gates, FeatureGrid grid)
    {
        if (!layers.ShowsAttention)
        {
            return;
        }

        string rowMeans = _graph.Add("ReduceMean", "spread.rows", [rows], Attribute("axes", [2]), Attribute("keepdims", 0)); // [N, 24, H']
        string columnMeans = _graph.Add("ReduceMean", "spread.columns", [columns], Attribute("axes", [2]), Attribute("keepdims", 0));
        string weighed = Transpose(_graph.Add("Mul", "spread.weighed", [rowMeans, gates]), "spread.by_row", 0, 2, 1);
        string cells = Reshape(_graph.Add("MatMul", "spread.cells", [weighed, columnMeans]), "spread.flat", 0, grid.Places);
        layers.AddDistribution(cells, OnnxNames.PatchGates, grid);
    }

    private string Reshape(string x, string name, params long[] shape) =>
        _graph.Add("Reshape", name, [x, _graph.Integers($"{name}.shape", shape)]);

    private string Transpose(string x, string name, params long[] order) => _graph.Add("Transpose", name, [x], Attribute("perm", order));
}
