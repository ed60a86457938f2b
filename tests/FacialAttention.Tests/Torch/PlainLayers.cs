using TorchSharp;
using static TorchSharp.torch;

namespace FacialAttention.Tests.Torch;

/// <summary>
/// The layers once more, as plain loops over double arrays: the independent account of the values. Weights come from a state dict under
/// their keys, so a renamed or re-ordered weight shows up as well.
/// </summary>
internal static class PlainLayers
{
    /// <summary>[N, C, H, W] to [N, C', H, W]: 'same' convolution with stride 1.</summary>
    public static double[,,,] Conv(double[,,,] x, double[,,,] weight, double[]? bias)
    {
        (int n, int channels, int height, int width) = SizeOf(x);
        int kernel = weight.GetLength(2);
        var y = new double[n, weight.GetLength(0), height, width];
        foreach ((int i, int o, int h, int w) in Places(y))
        {
            double sum = bias?[o] ?? 0;
            for (int c = 0; c < channels; c++)
            {
                for (int dy = 0; dy < kernel; dy++)
                {
                    for (int dx = 0; dx < kernel; dx++)
                    {
                        (int row, int column) = (h + dy - (kernel / 2), w + dx - (kernel / 2));
                        if (row >= 0 && row < height && column >= 0 && column < width)
                        {
                            sum += weight[o, c, dy, dx] * x[i, c, row, column];
                        }
                    }
                }
            }

            y[i, o, h, w] = sum;
        }

        return y;
    }

    /// <summary>Batch norm with the weights under <paramref name="key"/>; in training mode by the mean and biased variance of x.</summary>
    public static double[,,,] BatchNorm(double[,,,] x, Dictionary<string, Tensor> state, string key, bool training)
    {
        (double[] mean, double[] variance) = training
            ? Moments(x)
            : (Numbers.ValuesOf(state[$"{key}.running_mean"]), Numbers.ValuesOf(state[$"{key}.running_var"]));
        double[] weight = Numbers.ValuesOf(state[$"{key}.weight"]);
        double[] bias = Numbers.ValuesOf(state[$"{key}.bias"]);
        return Map(x, (value, c) => ((value - mean[c]) / Math.Sqrt(variance[c] + 1e-5) * weight[c]) + bias[c]);
    }

    /// <summary>Mean and biased variance of each channel.</summary>
    public static (double[] Mean, double[] Variance) Moments(double[,,,] x)
    {
        (int n, int channels, int height, int width) = SizeOf(x);
        double count = n * height * width;
        var mean = new double[channels];
        var variance = new double[channels];
        foreach ((int i, int c, int h, int w) in Places(x))
        {
            mean[c] += x[i, c, h, w] / count;
        }

        foreach ((int i, int c, int h, int w) in Places(x))
        {
            variance[c] += (x[i, c, h, w] - mean[c]) * (x[i, c, h, w] - mean[c]) / count;
        }

        return (mean, variance);
    }

    public static double[,,,] Relu(double[,,,] x) => Map(x, (value, _) => Math.Max(0, value));

    /// <summary>3x3 max-pool, stride 2, padding 1: output (h, w) sees input rows 2h - 1 to 2h + 1 and columns 2w - 1 to 2w + 1.</summary>
    public static double[,,,] MaxPool(double[,,,] x)
    {
        (int n, int channels, int height, int width) = SizeOf(x);
        var y = new double[n, channels, (height + 1) / 2, (width + 1) / 2];
        foreach ((int i, int c, int h, int w) in Places(y))
        {
            double largest = double.NegativeInfinity;
            for (int row = Math.Max(0, (2 * h) - 1); row <= Math.Min(height - 1, (2 * h) + 1); row++)
            {
                for (int column = Math.Max(0, (2 * w) - 1); column <= Math.Min(width - 1, (2 * w) + 1); column++)
                {
                    largest = Math.Max(largest, x[i, c, row, column]);
                }
            }

            y[i, c, h, w] = largest;
        }

        return y;
    }

    /// <summary>The convolution under <paramref name="key"/>, its norm if it has one, ReLU.</summary>
    public static double[,,,] ConvBlock(double[,,,] x, Dictionary<string, Tensor> state, string key, bool training) =>
        Relu(Convolve(x, state, key, "", training));

    public static double[,,,] Backbone(
        double[,,,] x, IReadOnlyList<ConvStage> stages, Dictionary<string, Tensor> state, string key, bool training)
    {
        for (int i = 0; i < stages.Count; i++)
        {
            x = Stage(x, stages[i], state, $"{key}c{i + 1}.", training);
        }

        return x;
    }

    /// <summary>Convolutions, squeeze-excitation, shortcut, ReLU and pool, as far as the stage has them.</summary>
    private static double[,,,] Stage(double[,,,] images, ConvStage stage, Dictionary<string, Tensor> state, string key, bool training)
    {
        double[,,,] x = Convolve(images, state, key, "", training);
        for (int number = 2; number <= stage.Convolutions; number++)
        {
            x = Convolve(Relu(x), state, key, $"{number}", training);
        }

        x = stage.SqueezeExcitationReduction is null ? x : SqueezeExcitation(x, state, $"{key}squeeze_excitation.");
        if (stage.Shortcut)
        {
            double[,,,] shortcut = images.GetLength(1) == stage.Channels
                ? images
                : Convolve(images, state, $"{key}shortcut.", "", training);
            var sum = (double[,,,])x.Clone();
            foreach ((int i, int c, int h, int w) in Places(sum))
            {
                sum[i, c, h, w] += shortcut[i, c, h, w];
            }

            x = sum;
        }

        x = Relu(x);
        return stage.Pool ? MaxPool(x) : x;
    }

    /// <summary>A convolution and its norm, if it has one.</summary>
    private static double[,,,] Convolve(double[,,,] x, Dictionary<string, Tensor> state, string key, string number, bool training)
    {
        double[]? bias = state.TryGetValue($"{key}conv{number}.bias", out Tensor? stored) ? Numbers.ValuesOf(stored) : null;
        double[,,,] y = Conv(x, Numbers.ArrayOf<double[,,,]>(state[$"{key}conv{number}.weight"]), bias);
        return state.ContainsKey($"{key}norm{number}.weight") ? BatchNorm(y, state, $"{key}norm{number}", training) : y;
    }

    private static double[,,,] SqueezeExcitation(double[,,,] x, Dictionary<string, Tensor> state, string key)
    {
        (int n, int channels, int height, int width) = SizeOf(x);
        var y = (double[,,,])x.Clone();
        for (int i = 0; i < n; i++)
        {
            var means = new double[channels];
            foreach ((int face, int c, int h, int w) in Places(x))
            {
                means[c] += face == i ? x[i, c, h, w] / (height * width) : 0;
            }

            double[] hidden = [.. Linear(means, state, $"{key}fc1").Select(value => Math.Max(0, value))];
            double[] scales = [.. Linear(hidden, state, $"{key}fc2").Select(Sigmoid)];
            foreach ((int face, int c, int h, int w) in Places(x))
            {
                y[face, c, h, w] *= face == i ? scales[c] : 1;
            }
        }

        return y;
    }

    /// <summary>The distribution over steps of features [N, T, D] under the weights of an attention layer: [N, T].</summary>
    public static double[,] AttentionWeights(double[,,] x, Dictionary<string, Tensor> state, string key, AttentionScoring scoring)
    {
        double[] query = Numbers.ValuesOf(state[$"{key}score.query"]);
        (int n, int steps, int size) = (x.GetLength(0), x.GetLength(1), x.GetLength(2));
        var weights = new double[n, steps];
        for (int i = 0; i < n; i++)
        {
            double sum = 0;
            for (int t = 0; t < steps; t++)
            {
                double[] feature = [.. Enumerable.Range(0, size).Select(d => x[i, t, d])];
                double score = scoring switch
                {
                    AttentionScoring.Additive => Dot(query, Linear(feature, state, $"{key}score.projection").Select(Math.Tanh)),
                    AttentionScoring.Dot => Dot(query, feature),
                    AttentionScoring.ScaledDot => Dot(query, feature) / Math.Sqrt(size),
                    _ => throw new ArgumentOutOfRangeException(nameof(scoring), scoring, "A new scoring needs its formula here."),
                };
                weights[i, t] = Math.Exp(score);
                sum += weights[i, t];
            }

            for (int t = 0; t < steps; t++)
            {
                weights[i, t] /= sum;
            }
        }

        return weights;
    }

    /// <summary>Equation 6: [N, T, D] times the weights [N, T], and times T unless as printed.</summary>
    public static double[,,] LocalAttention(
        double[,,] x, Dictionary<string, Tensor> state, string key, AttentionScoring scoring, LocalAttentionScaling scaling)
    {
        double[,] weights = AttentionWeights(x, state, key, scoring);
        double factor = scaling switch
        {
            LocalAttentionScaling.AsPrinted => 1,
            LocalAttentionScaling.MeanOne => x.GetLength(1),
            _ => throw new ArgumentOutOfRangeException(nameof(scaling), scaling, "A new scaling needs its formula here."),
        };
        var y = (double[,,])x.Clone();
        for (int i = 0; i < x.GetLength(0); i++)
        {
            for (int t = 0; t < x.GetLength(1); t++)
            {
                for (int d = 0; d < x.GetLength(2); d++)
                {
                    y[i, t, d] *= weights[i, t] * factor;
                }
            }
        }

        return y;
    }

    /// <summary>The sum over steps of [N, T, D] by weights [N, T]: equation 3.</summary>
    public static double[,] WeightedSum(double[,,] x, double[,] weights)
    {
        var y = new double[x.GetLength(0), x.GetLength(2)];
        for (int i = 0; i < x.GetLength(0); i++)
        {
            for (int t = 0; t < x.GetLength(1); t++)
            {
                for (int d = 0; d < x.GetLength(2); d++)
                {
                    y[i, d] += weights[i, t] * x[i, t, d];
                }
            }
        }

        return y;
    }

    /// <summary>
    /// One LSTM layer, [N, T, D] to hidden states [N, T, H], from zero states. The rows of PyTorch's weights are the gates input, forget,
    /// cell, output, H rows each. The reverse direction has its own weights and goes from the last step to the first.
    /// </summary>
    public static double[,,] Lstm(double[,,] x, Dictionary<string, Tensor> state, string key, int layer, bool reverse = false)
    {
        string place = reverse ? $"l{layer}_reverse" : $"l{layer}";
        double[,] inputWeight = Numbers.ArrayOf<double[,]>(state[$"{key}.weight_ih_{place}"]);
        double[,] hiddenWeight = Numbers.ArrayOf<double[,]>(state[$"{key}.weight_hh_{place}"]);
        double[] inputBias = Numbers.ValuesOf(state[$"{key}.bias_ih_{place}"]);
        double[] hiddenBias = Numbers.ValuesOf(state[$"{key}.bias_hh_{place}"]);
        int size = hiddenWeight.GetLength(1);
        var result = new double[x.GetLength(0), x.GetLength(1), size];
        for (int i = 0; i < x.GetLength(0); i++)
        {
            var hidden = new double[size];
            var cell = new double[size];
            for (int step = 0; step < x.GetLength(1); step++)
            {
                int t = reverse ? x.GetLength(1) - 1 - step : step;
                var gates = new double[4 * size];
                for (int row = 0; row < gates.Length; row++)
                {
                    gates[row] = inputBias[row] + hiddenBias[row];
                    for (int d = 0; d < x.GetLength(2); d++)
                    {
                        gates[row] += inputWeight[row, d] * x[i, t, d];
                    }

                    for (int k = 0; k < size; k++)
                    {
                        gates[row] += hiddenWeight[row, k] * hidden[k];
                    }
                }

                for (int k = 0; k < size; k++)
                {
                    double input = Sigmoid(gates[k]), forget = Sigmoid(gates[size + k]);
                    double candidate = Math.Tanh(gates[(2 * size) + k]), output = Sigmoid(gates[(3 * size) + k]);
                    cell[k] = (forget * cell[k]) + (input * candidate);
                    hidden[k] = output * Math.Tanh(cell[k]);
                    result[i, t, k] = hidden[k];
                }
            }
        }

        return result;
    }

    /// <summary>A layer in both directions, [N, T, D] to [N, T, 2 H]: the states of the forward direction, then of the reverse.</summary>
    private static double[,,] BidirectionalLstm(double[,,] x, Dictionary<string, Tensor> state, string key, int layer)
    {
        double[,,] forward = Lstm(x, state, key, layer);
        double[,,] backward = Lstm(x, state, key, layer, reverse: true);
        int size = forward.GetLength(2);
        var result = new double[x.GetLength(0), x.GetLength(1), 2 * size];
        for (int i = 0; i < x.GetLength(0); i++)
        {
            for (int t = 0; t < x.GetLength(1); t++)
            {
                for (int k = 0; k < size; k++)
                {
                    result[i, t, k] = forward[i, t, k];
                    result[i, t, size + k] = backward[i, t, k];
                }
            }
        }

        return result;
    }

    /// <summary>LSTM layers, pooling, linear layer: [N, T, D] to [N, K].</summary>
    public static double[,] Classifier(
        double[,,] x,
        Dictionary<string, Tensor> state,
        string key,
        int layers,
        SequencePooling pooling,
        AttentionScoring scoring,
        bool bidirectional = false)
    {
        for (int layer = 0; layer < layers; layer++)
        {
            x = bidirectional ? BidirectionalLstm(x, state, $"{key}lstm", layer) : Lstm(x, state, $"{key}lstm", layer);
        }

        double[,] weights = pooling switch
        {
            SequencePooling.Attention => AttentionWeights(x, state, $"{key}global_attention.", scoring),
            SequencePooling.Mean => Uniform(x.GetLength(0), x.GetLength(1)),
            _ => throw new ArgumentOutOfRangeException(nameof(pooling), pooling, "A new pooling needs its formula here."),
        };
        return Linear(WeightedSum(x, weights), state, $"{key}linear");
    }

    /// <summary>Linear, ReLU, Linear: [N, D] to [N, K].</summary>
    public static double[,] CnnHead(double[,] x, Dictionary<string, Tensor> state, string key)
    {
        double[,] hidden = Linear(x, state, $"{key}hidden");
        for (int i = 0; i < hidden.Length; i++)
        {
            (int row, int column) = Math.DivRem(i, hidden.GetLength(1));
            hidden[row, column] = Math.Max(0, hidden[row, column]);
        }

        return Linear(hidden, state, $"{key}linear");
    }

    /// <summary>[N, D] to [N, K].</summary>
    private static double[,] Linear(double[,] x, Dictionary<string, Tensor> state, string key)
    {
        var rows = new double[x.GetLength(0)][];
        for (int i = 0; i < rows.Length; i++)
        {
            rows[i] = Linear([.. Enumerable.Range(0, x.GetLength(1)).Select(d => x[i, d])], state, key);
        }

        var y = new double[rows.Length, rows[0].Length];
        for (int i = 0; i < rows.Length; i++)
        {
            for (int k = 0; k < rows[i].Length; k++)
            {
                y[i, k] = rows[i][k];
            }
        }

        return y;
    }

    private static double[] Linear(double[] x, Dictionary<string, Tensor> state, string key)
    {
        double[,] weight = Numbers.ArrayOf<double[,]>(state[$"{key}.weight"]);
        double[] y = Numbers.ValuesOf(state[$"{key}.bias"]);
        for (int k = 0; k < y.Length; k++)
        {
            for (int d = 0; d < x.Length; d++)
            {
                y[k] += weight[k, d] * x[d];
            }
        }

        return y;
    }

    private static double[,] Uniform(int n, int steps)
    {
        var weights = new double[n, steps];
        for (int i = 0; i < n * steps; i++)
        {
            weights[i / steps, i % steps] = 1.0 / steps;
        }

        return weights;
    }

    private static double Dot(double[] query, IEnumerable<double> keys) => query.Zip(keys, (q, k) => q * k).Sum();

    private static double Sigmoid(double x) => 1 / (1 + Math.Exp(-x));

    private static double[,,,] Map(double[,,,] x, Func<double, int, double> map)
    {
        var y = (double[,,,])x.Clone();
        foreach ((int i, int c, int h, int w) in Places(x))
        {
            y[i, c, h, w] = map(x[i, c, h, w], c);
        }

        return y;
    }

    private static (int N, int C, int H, int W) SizeOf(double[,,,] x) => (x.GetLength(0), x.GetLength(1), x.GetLength(2), x.GetLength(3));

    private static IEnumerable<(int N, int C, int H, int W)> Places(double[,,,] x)
    {
        (int n, int channels, int height, int width) = SizeOf(x);
        for (int i = 0; i < n; i++)
        {
            for (int c = 0; c < channels; c++)
            {
                for (int h = 0; h < height; h++)
                {
                    for (int w = 0; w < width; w++)
                    {
                        yield return (i, c, h, w);
                    }
                }
            }
        }
    }
}
