using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FacialAttention.Benchmarks;

/// <summary>
/// What <see cref="Trainer.Fit"/> costs beside a bare loop over the same batches, and what augmentation costs beside a step.
/// </summary>
internal static class TrainerBenchmark
{
    private const int Iterations = 8;
    private const int BatchSize = 30;

    /// <summary>All kinds of augmentation at once.</summary>
    public static AugmentationOptions FullAugmentation => new()
    {
        MaxRotationDegrees = 15,
        MaxScale = 0.1,
        MaxShiftPixels = 4,
        MaxBrightness = 0.2,
        MaxContrast = 0.2,
        ErasingProbability = 0.5,
    };

    public static void Run(Report report, int rounds, int[] threadCounts)
    {
        var rows = new List<Row>();
        FaceDataset faces = SyntheticFaces.Generate(10 * BatchSize, Report.Seed).WithColumns(FaceColumns.None);
        FaceDataset one = faces.Subset([0]);
        foreach (int threads in threadCounts)
        {
            set_num_threads(threads);
            foreach (int hidden in new[] { 128, 512 })
            {
                var options = new ExpressionNetworkOptions { LstmHiddenSize = hidden, LstmLayers = hidden == 512 ? 2 : 1 };
                using var fitted = new ExpressionNetwork(NetworkVariant.AcnnAlstm, options);
                using var trainer = new Trainer(fitted, new TrainerOptions { Iterations = Iterations, Device = DevicePreference.Cpu });
                using var augmenting = new Trainer(
                    fitted,
                    new TrainerOptions { Iterations = Iterations, Device = DevicePreference.Cpu, Augmentation = FullAugmentation });
                using var bare = new BareLoop(faces, options);
                using var step = new TrainingStep(NetworkVariant.AcnnAlstm, options, BatchSize);
                var augmentation = new Augmentation(FullAugmentation);
                using var outer = NewDisposeScope();
                var batch = new FaceBatch(rand(BatchSize, 1, 48, 48), ones(BatchSize, 1));
                // An evaluation of one face ends each Fit; the bare loop makes it too.
                var times = new Rounds(
                    rounds,
                    ("bare", () => bare.Run(one)),
                    ("fit", () => trainer.Fit(faces, one)),
                    ("fit, augmenting", () => augmenting.Fit(faces, one)),
                    ("step", step.Run),
                    ("input", () => bare.Input(augmentation)),
                    ("augmentation", () => Augment(augmentation, batch)));
                rows.Add(new Row(
                    threads,
                    $"{hidden} x {options.LstmLayers}",
                    1000 * times.Seconds("bare") / Iterations,
                    1000 * times.Seconds("fit") / Iterations,
                    100 * (times.Ratio("fit", of: "bare") - 1),
                    100 * (times.Ratio("fit, augmenting", of: "bare") - 1),
                    100 * times.Ratio("input", of: "step"),
                    100 * times.Ratio("augmentation", of: "step")));
            }
        }

        report.Add("trainer", rows);
    }

    private sealed record Row(
        int Threads,
        string Lstm,
        double BareMilliseconds,
        double FitMilliseconds,
        double FitSlowerPercent,
        double FitAugmentingSlowerPercent,
        double InputPercentOfStep,
        double AugmentationPercentOfStep);

    private static void Augment(Augmentation augmentation, FaceBatch batch)
    {
        using var scope = NewDisposeScope();
        augmentation.Apply(batch, 1);
    }

    /// <summary>The loop that one writes without a trainer: gather, flip, forward, loss, backward, Adam.</summary>
    private sealed class BareLoop : IDisposable
    {
        private readonly ExpressionNetwork _network;
        private readonly NetworkOptimizer _optimizer;
        private readonly FaceTensors _faces;
        private readonly BatchOrder _order;
        private readonly Augmentation _flips = new();

        public BareLoop(FaceDataset faces, ExpressionNetworkOptions options)
        {
            _network = new ExpressionNetwork(NetworkVariant.AcnnAlstm, options);
            _optimizer = new NetworkOptimizer(new NetworkParts(_network, null), new TrainerOptions());
            _faces = new FaceTensors(faces, CPU);
            _order = new BatchOrder(faces.Count, BatchSize, Report.Seed);
        }

        public void Run(FaceDataset validation)
        {
            _network.train();
            for (int iteration = 1; iteration <= Iterations; iteration++)
            {
                using var scope = NewDisposeScope();
                FaceBatch batch = _flips.Apply(_faces.Gather(_order.RowsOf(iteration)), iteration);
                _optimizer.ZeroGradients();
                Tensor loss = functional.cross_entropy(_network.call(batch.Images), batch.Targets.argmax(1));
                loss.backward();
                _optimizer.Step(0.001);
            }

            Evaluator.Evaluate(_network, validation);
        }

        /// <summary>What comes before a step: order, batch, augmentation.</summary>
        public void Input(Augmentation augmentation)
        {
            using var scope = NewDisposeScope();
            augmentation.Apply(_faces.Gather(_order.RowsOf(1)), 1);
        }

        public void Dispose()
        {
            _network.Dispose();
            _optimizer.Dispose();
            _faces.Dispose();
        }
    }
}
