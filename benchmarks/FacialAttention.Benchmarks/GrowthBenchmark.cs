using TorchSharp;

namespace FacialAttention.Benchmarks;

/// <summary>
/// How the time of a step grows when one size grows and the others stay. The exponent is the slope of a straight line through the points
/// on logarithmic axes; the last exponent is that of the last two points alone.
/// </summary>
internal static class GrowthBenchmark
{
    // Small images and a small backbone where not the images grow: the LSTM is then most of the step.
    private static readonly ConvStage[] Backbone = [new(1, 16), new(3, 16, Pool: true), new(3, 64)];

    public static void Run(Report report, int rounds)
    {
        torch.set_num_threads(1);
        var rows = new List<Row>();
        Grow("LSTM hidden size", [64, 128, 256, 512, 1024], size => new TrainingStep(NetworkVariant.AcnnAlstm, Options(hidden: size)));
        Grow("LSTM layers", [1, 2, 4, 8], size => new TrainingStep(NetworkVariant.AcnnAlstm, Options(layers: size)));
        Grow("batch", [1, 4, 16, 64, 256], size => new TrainingStep(NetworkVariant.AcnnAlstm, Paper(), size));
        Grow("T, steps of the LSTM", [64, 144, 256, 576, 1024], size => new TrainingStep(
            NetworkVariant.AcnnAlstm, Options(side: (int)Math.Round(2 * Math.Sqrt(size))), batchSize: 8));
        Grow("image side", [32, 48, 96, 192], size => new TrainingStep(NetworkVariant.AcnnAlstm, Paper(size), batchSize: 8));
        report.Add("growth", rows);

        void Grow(string what, int[] sizes, Func<int, TrainingStep> create)
        {
            var points = new List<(double Size, double Seconds, double Flops)>();
            foreach (int size in sizes)
            {
                using TrainingStep step = create(size);
                points.Add((size, new Rounds(Math.Max(3, rounds / 3), ("step", step.Run)).Seconds("step"), step.Flops));
            }

            double slope = Slope(points);
            for (int i = 0; i < points.Count; i++)
            {
                rows.Add(new Row(
                    what,
                    sizes[i],
                    1000 * points[i].Seconds,
                    points[i].Flops / points[i].Seconds / 1e9,
                    i == 0 ? null : Slope(points[(i - 1)..(i + 1)]),
                    i == points.Count - 1 ? slope : null));
            }
        }
    }

    private static ExpressionNetworkOptions Options(int hidden = 128, int layers = 1, int side = 16) => new()
    {
        BackboneStages = Backbone,
        ImageHeight = side,
        ImageWidth = side,
        LstmHiddenSize = hidden,
        LstmLayers = layers,
    };

    private static ExpressionNetworkOptions Paper(int side = 48) =>
        new() { ImageHeight = side, ImageWidth = side, LstmHiddenSize = 128, LstmLayers = 1 };

    /// <summary>The slope of the least-squares line through the logarithms.</summary>
    private static double Slope(List<(double Size, double Seconds, double Flops)> points)
    {
        double x = points.Average(point => Math.Log(point.Size)), y = points.Average(point => Math.Log(point.Seconds));
        return points.Sum(point => (Math.Log(point.Size) - x) * (Math.Log(point.Seconds) - y))
            / points.Sum(point => Math.Pow(Math.Log(point.Size) - x, 2));
    }

    private sealed record Row(string Size, int Value, double Milliseconds, double GigaflopsPerSecond, double? ExponentFromLast, double? Exponent);
}
