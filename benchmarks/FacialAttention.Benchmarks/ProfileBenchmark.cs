using System.Diagnostics;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FacialAttention.Benchmarks;

/// <summary>
/// Where the time of a training step of ACNN-ALSTM goes. Each stage stands beside its ceiling: its operations at the rate of a matrix
/// product, or its bytes at the rate of a copy of the same size, whichever takes longer.
/// </summary>
internal static class ProfileBenchmark
{
    private const int BatchSize = 30;

    public static void Run(Report report, int rounds, int[] threadCounts)
    {
        foreach (int threads in threadCounts)
        {
            set_num_threads(threads);
            report.Add($"profile, {threads} {(threads == 1 ? "thread" : "threads")}", Measure(rounds));
        }
    }

    private static List<Row> Measure(int rounds)
    {
        using var whole = new TrainingStep(NetworkVariant.AcnnAlstm, batchSize: BatchSize);
        using var ceiling = new Ceiling();
        using var network = new ExpressionNetwork(NetworkVariant.AcnnAlstm);
        var parts = new NetworkParts(network, null);
        using var optimizer = new NetworkOptimizer(parts, new TrainerOptions());
        FaceDataset faces = SyntheticFaces.Generate(2 * BatchSize, Report.Seed).WithColumns(FaceColumns.None);
        using var tensors = new FaceTensors(faces, CPU);
        var order = new BatchOrder(faces.Count, BatchSize, Report.Seed);
        var flips = new Augmentation();
        var full = new Augmentation(TrainerBenchmark.FullAugmentation);

        Stage[] stages = StagesOf(network);
        var others = new Dictionary<string, List<double>>();
        var wholeSeconds = new List<double>();
        var productSeconds = new List<double>();
        for (int round = -2; round < rounds; round++)
        {
            if (round == 0) // What went before warmed up.
            {
                others.Clear();
                wholeSeconds.Clear();
                productSeconds.Clear();
                foreach (Stage stage in stages)
                {
                    stage.ForwardSeconds.Clear();
                    stage.BackwardSeconds.Clear();
                }
            }

            using var scope = NewDisposeScope();
            Time(productSeconds, ceiling.Multiply);
            Time(wholeSeconds, whole.Run);

            long[] rows = order.RowsOf(round + 3);
            FaceBatch batch = null!;
            Time("gather the batch", () => batch = tensors.Gather(rows));
            Time("augmentation, all kinds (not in the step)", () => full.Apply(batch, round + 3));
            Time("augmentation, flips", () => batch = flips.Apply(batch, round + 3));
            Tensor x = batch.Images;
            Time("training mode", () => parts.Train(network));
            Time("zero the gradients", optimizer.ZeroGradients);
            bool isFirst = true;
            foreach (Stage stage in stages)
            {
                x = stage.Forward(x, hasInputGradient: !isFirst && stage.Name != "c1 conv");
                isFirst = false;
            }

            Tensor logits = x.detach().requires_grad_();
            Tensor value = null!;
            Time("loss", () => value = Classification.CrossEntropy(logits, batch));
            Time("host reads", () =>
            {
                _ = value.ToDouble();
                _ = batch.Count(logits);
            });
            Time("loss, backward", () => value.backward());
            Tensor? gradient = logits.grad;
            foreach (Stage stage in stages.Reverse().Where(stage => stage.Name != "normalise"))
            {
                gradient = stage.Backward(gradient);
            }

            Time("optimizer", () => optimizer.Step(0.001));
        }

        double step = Rounds.Median(wholeSeconds);
        double productRate = Ceiling.ProductFlops / Rounds.Median(productSeconds);
        long parameterBytes = sizeof(float) * network.ParameterCount;
        var result = new List<Row>();
        foreach (Stage stage in stages)
        {
            Add($"{stage.Name}, forward", stage.ForwardSeconds, stage.Cost.ForwardFlops, stage.Cost.ForwardBytes);
            if (stage.BackwardSeconds.Count > 0)
            {
                Add($"{stage.Name}, backward", stage.BackwardSeconds, stage.Cost.BackwardFlops, stage.Cost.BackwardBytes);
            }
        }

        foreach ((string name, List<double> seconds) in others)
        {
            // Adam reads weight, gradient and both moments, and writes all but the gradient.
            Add(name, seconds, 0, name switch { "optimizer" => 7.0 * parameterBytes, "zero the gradients" => parameterBytes, _ => 0 });
        }

        AddBackwardOfSecondConvolution(rounds, result, step, productRate);
        AddProductsOfLstm(batch: BatchSize, steps: 36, [(64, 512), (512, 512)], rounds, result, step);
        double sum = result.Where(row => !row.Stage.Contains("not in the step", StringComparison.Ordinal)).Sum(row => row.Milliseconds);
        result.Add(new Row("sum of the stages", sum, sum / step / 10, null, null));
        result.Add(new Row("the step as a whole", 1000 * step, 100, null, null));
        return result;

        void Time(object target, Action action)
        {
            long start = Stopwatch.GetTimestamp();
            action();
            double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
            List<double> list = target as List<double>
                ?? (others.TryGetValue((string)target, out List<double>? known) ? known : others[(string)target] = []);
            list.Add(seconds);
        }

        void Add(string name, List<double> seconds, double flops, double bytes)
        {
            double median = Rounds.Median(seconds);
            double arithmetic = flops / productRate;
            double memory = bytes > 0 ? bytes / CopyRate(bytes) : 0;
            double least = Math.Max(arithmetic, memory);
            result.Add(new Row(
                name,
                1000 * median,
                100 * median / step,
                least == 0 ? null : arithmetic > memory ? "arithmetic" : "memory",
                least == 0 ? null : least / median));
        }
    }

    /// <summary>The two halves of the backward pass of C2, the most expensive convolution; each is what it adds to a forward pass.</summary>
    private static void AddBackwardOfSecondConvolution(int rounds, List<Row> rows, double step, double productRate)
    {
        const int Side = 48; // Nothing before C2 makes the image smaller.
        (int inChannels, int outChannels, int kernel) =
            (ConvBackbone.Paper[0].Channels, ConvBackbone.Paper[1].Channels, ConvBackbone.Paper[1].KernelSize);
        using var scope = NewDisposeScope();
        Tensor images = ConvBackbone.WithChannelsLast(rand(BatchSize, inChannels, Side, Side));
        Tensor weights = rand(outChannels, inChannels, kernel, kernel);
        Tensor gradient = ConvBackbone.WithChannelsLast(rand(BatchSize, outChannels, Side, Side));
        Tensor trainedImages = images.detach().requires_grad_();
        Tensor trainedWeights = weights.detach().requires_grad_();
        var times = new Rounds(
            rounds,
            ("forward", () => functional.conv2d(images, weights, padding: [kernel / 2, kernel / 2]).Dispose()),
            ("to its input", () => Backward(trainedImages, weights)),
            ("to its weights", () => Backward(images, trainedWeights)));
        double flops = 2.0 * BatchSize * Side * Side * weights.numel();
        foreach (string half in new[] { "to its input", "to its weights" })
        {
            double seconds = times.Seconds(half) - times.Seconds("forward");
            rows.Add(new Row(
                $"c2 conv, backward {half} alone (not in the step)",
                1000 * seconds,
                100 * seconds / step,
                "arithmetic",
                flops / productRate / seconds));
        }

        void Backward(Tensor input, Tensor kernels)
        {
            using var one = NewDisposeScope();
            functional.conv2d(input, kernels, padding: [kernel / 2, kernel / 2]).backward([gradient]);
            (input.grad ?? kernels.grad)!.zero_();
        }
    }

    /// <summary>
    /// The matrix products of the LSTM and nothing else, in its shapes and order: the faces of a step are multiplied on their own, since
    /// each step needs the one before. They are its ceiling.
    /// </summary>
    private static void AddProductsOfLstm(
        int batch, int steps, (int Input, int Hidden)[] layers, int rounds, List<Row> rows, double step)
    {
        using var scope = NewDisposeScope();
        var layerTensors = layers.Select(layer => (
            Input: rand(batch * steps, layer.Input),
            All: rand(batch * steps, layer.Hidden),
            One: rand(batch, layer.Hidden),
            Gates: rand(batch, 4 * layer.Hidden),
            AllGates: rand(batch * steps, 4 * layer.Hidden),
            InputWeight: rand(4 * layer.Hidden, layer.Input),
            Weight: rand(4 * layer.Hidden, layer.Hidden))).ToArray();
        var times = new Rounds(rounds, ("forward", Forward), ("backward", Backward));
        foreach (string direction in new[] { "forward", "backward" })
        {
            double seconds = times.Seconds(direction);
            rows.Add(new Row($"LSTM's products alone, {direction} (not in the step)", 1000 * seconds, 100 * seconds / step, null, null));
        }

        void Forward()
        {
            foreach (var layer in layerTensors)
            {
                mm(layer.Input, layer.InputWeight.t()).Dispose();
                for (int i = 0; i < steps; i++)
                {
                    mm(layer.One, layer.Weight.t()).Dispose();
                }
            }
        }

        void Backward()
        {
            foreach (var layer in layerTensors)
            {
                for (int i = 0; i < steps; i++)
                {
                    mm(layer.Gates, layer.Weight).Dispose();
                }

                mm(layer.AllGates, layer.InputWeight).Dispose();
                mm(layer.AllGates.t(), layer.Input).Dispose();
                mm(layer.AllGates.t(), layer.All).Dispose();
            }
        }
    }

    private static readonly Dictionary<(int, long), double> CopyRates = [];

    private static double CopyRate(double bytes)
    {
        long size = (long)Math.Pow(2, Math.Round(Math.Log2(bytes / 2)));
        var key = (get_num_threads(), size);
        return CopyRates.TryGetValue(key, out double rate) ? rate : CopyRates[key] = Ceiling.CopyBytesPerSecond(Math.Max(size, 1024));
    }

    private static Stage[] StagesOf(ExpressionNetwork network)
    {
        Dictionary<string, Module> modules = network.named_modules().ToDictionary(entry => entry.name, entry => entry.module);
        var stages = new List<Stage> { new("normalise", images => ConvBackbone.WithChannelsLast((images - 0.5) / 0.25), Passes(4, 0)) };
        for (int i = 0; i < ConvBackbone.Paper.Count; i++)
        {
            ConvStage row = ConvBackbone.Paper[i];
            string name = $"c{i + 1}";
            stages.Add(new Stage($"{name} conv", Call($"backbone.{name}.conv"), Convolution(row.KernelSize, isFirst: i == 0)));
            stages.Add(new Stage($"{name} norm", Call($"backbone.{name}.norm"), Passes(3, 5)));
            if (row.Pool)
            {
                stages.Add(Pool(name));
            }

            stages.Add(Relu(name));
        }

        stages.Add(new Stage("to sequence", x => x.contiguous().flatten(2).transpose(1, 2).contiguous(), Passes(4, 4)));
        stages.Add(new Stage("local attention", Call("local_attention"), Linear));
        var lstm = (LSTM)modules["classifier.lstm"];
        stages.Add(new Stage("LSTM", x => lstm.call(x).Item1, CostOfLstm));
        stages.Add(new Stage("global attention", Call("classifier.global_attention"), Linear));
        stages.Add(new Stage("linear", Call("classifier.linear"), Passes(1, 2)));
        return [.. stages];

        Func<Tensor, Tensor> Call(string name) => ((Module<Tensor, Tensor>)modules[name]).call;

        StageCost CostOfLstm(Tensor input, Tensor output)
        {
            double multiplyAdds = 0;
            foreach ((string name, Parameter weight) in lstm.named_parameters())
            {
                multiplyAdds += name.Contains("weight", StringComparison.Ordinal) ? weight.numel() : 0;
            }

            double flops = 2 * multiplyAdds * input.shape[0] * input.shape[1];
            return new StageCost(flops, 2 * flops, 0, 0);
        }
    }

    // In a step ReLU works in place; a tensor that a gradient is asked of cannot be changed so, hence the copy behind the stage's time.
    private static Stage Relu(string name) => new($"{name} relu", x => functional.relu(x), Passes(2, 3));

    private static Stage Pool(string name) => new(
        $"{name} pool",
        x => functional.max_pool2d(x, kernel_size: 3, stride: 2, padding: 1),
        (input, output) => // The places of the maxima are kept as 64-bit numbers.
        {
            double bytes = (sizeof(float) * input.numel()) + ((sizeof(float) + sizeof(long)) * output.numel());
            return new StageCost(0, 0, bytes, bytes);
        });

    private static Func<Tensor, Tensor, StageCost> Passes(double forward, double backward) => (input, output) =>
    {
        double bytes = sizeof(float) * Math.Max(input.numel(), output.numel());
        return new StageCost(0, 0, forward * bytes, backward * bytes);
    };

    private static StageCost Linear(Tensor input, Tensor output)
    {
        double flops = 2.0 * input.numel() * input.shape[^1];
        double bytes = sizeof(float) * (input.numel() + output.numel());
        return new StageCost(flops, 2 * flops, bytes, 2 * bytes);
    }

    private static Func<Tensor, Tensor, StageCost> Convolution(int kernelSize, bool isFirst) => (input, output) =>
    {
        double flops = 2.0 * output.numel() * input.shape[1] * kernelSize * kernelSize;
        double bytes = sizeof(float) * (input.numel() + output.numel());
        return new StageCost(flops, isFirst ? flops : 2 * flops, bytes, isFirst ? bytes : 2 * bytes);
    };

    private sealed record Row(string Stage, double Milliseconds, double PercentOfStep, string? BoundBy, double? ShareOfCeiling);
}
