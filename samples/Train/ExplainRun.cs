using System.Globalization;
using System.Text.Json;
using FacialAttention;
using Samples;
using Spectre.Console;
using TorchSharp;

namespace Train;

/// <summary><c>explain</c>: how far the attention of a network tells which parts of a face its answer hangs on.</summary>
internal static class ExplainRun
{
    public static void Run(ExplainSettings settings, CancellationToken cancellationToken)
    {
        EvaluateSettings measured = settings.Measured;
        NativeTorch.EnsureLoaded();
        torch.set_num_threads(measured.Threads);
        DeviceSelection device = DeviceSelector.Select(measured.Device, measured.CudaIndex);
        using ExpressionNetwork network = Checkpoint.Load(measured.CheckpointPath, device.Device);
        network.eval();
        if (measured.IsUncalibrated)
        {
            network.Calibration = new Calibration();
        }

        FaceDataset faces = Choose(EvaluateRun.ReadFaces(measured, network.Options, cancellationToken), settings);
        ExplainResult result = Compare(OccludedFaces.Look(network, faces, $"'{measured.CheckpointPath}'", cancellationToken), settings.Seed);
        if (measured.IsJson)
        {
            Console.WriteLine(JsonSerializer.Serialize(result, JsonFile.Json));
            return;
        }

        Print(result);
    }

    /// <summary>Some of the faces that count, any with the same chance.</summary>
    private static FaceDataset Choose(FaceDataset faces, ExplainSettings settings)
    {
        int[] rows =
            [.. Enumerable.Range(0, faces.Count).Where(row => faces.Columns.Weights is not { } weights || weights.Span[row] > 0)];
        new SeededRandom(settings.Seed).Shuffle<int>(rows);
        return faces.Subset([.. rows.Take(settings.Faces).Order()]);
    }

    private static ExplainResult Compare(OccludedFaces looked, int seed)
    {
        List<double[]> falls = looked.Falls;
        int count = falls.Count, cells = looked.Rows * looked.Columns;
        double[] sums = [.. Enumerable.Range(0, cells).Select(cell => falls.Sum(fall => fall[cell]))];
        double[] nearness = [.. Enumerable.Range(0, cells).Select(cell => -double.Hypot(
            (cell / looked.Columns) - ((looked.Rows - 1) / 2.0), (cell % looked.Columns) - ((looked.Columns - 1) / 2.0)))];
        var agreements = new List<MapAgreement>();
        for (int layer = 0; layer < looked.Layers.Length; layer++)
        {
            Add(looked.Layers[layer], looked.Weights[layer]);
        }

        for (int layer = 0; layer < looked.Layers.Length; layer++)
        {
            List<double[]> weights = looked.Weights[layer];
            Add($"{looked.Layers[layer]} of another face", [.. falls.Select((_, face) => weights[(face + 1) % count])]);
        }

        Add("nearness to the centre", [.. falls.Select(_ => nearness)]);
        Add("contrast of the cell", looked.Contrasts);
        Add("mean fall of the other faces", [.. falls.Select(own => sums.Zip(own, (sum, fall) => Math.Round(sum - fall, 9)).ToArray())]);
        double[][] meanFall = [.. sums.Select(sum => sum / count).Chunk(looked.Columns)];
        return new ExplainResult(
            count, looked.Rows, looked.Columns, agreements, sums.Sum() / (count * cells), falls.Average(fall => fall.Max()), meanFall);

        void Add(string map, List<double[]> maps) => agreements.Add(MapAgreement.Of(map, maps, falls, seed));
    }

    private static void Print(ExplainResult result)
    {
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{result.Faces} faces, each cell of a grid of {result.GridHeight}x{result.GridWidth} hidden in turn by the face's mean gray"));
        Table table = MetricTables.NewTable("map", "faces", "rank correlation", "95 % interval", "median", "fall where it is greatest");
        foreach (MapAgreement agreement in result.Agreements)
        {
            table.AddRow(
                agreement.Map, agreement.Faces.ToString(CultureInfo.InvariantCulture), Number(agreement.Mean),
                $"{Number(agreement.Low)} to {Number(agreement.High)}", Number(agreement.Median), Points(agreement.FallAtMost));
        }

        MetricTables.Write(table);
        Console.WriteLine(
            "The rank correlation is that of the map with how far the probability of the answer falls, a face at a time: its mean over the faces.");
        Console.WriteLine($"A cell at random makes it fall by {Points(result.FallAtAny)}, the worst cell of each face by {Points(result.FallAtWorst)}.");
        Console.WriteLine("Mean fall of the probability by cell, in points:");
        foreach (double[] row in result.MeanFall)
        {
            Console.WriteLine(string.Join(' ', row.Select(fall => (100 * fall).ToString("F1", CultureInfo.InvariantCulture).PadLeft(6))));
        }
    }

    private static string Points(double fall) => string.Create(CultureInfo.InvariantCulture, $"{100 * fall:F1} points");

    private static string Number(double? value) => value is { } number ? number.ToString("F2", CultureInfo.InvariantCulture) : "-";
}
