using System.Diagnostics;
using System.Globalization;
using TorchSharp;

namespace FacialAttention.Benchmarks;

/// <summary>Resident memory: whether it grows over the steps of a training, and its peak while FER2013 is read.</summary>
internal static class MemoryBenchmark
{
    public const string LoadCommand = "memory-load";

    private const int BatchSize = 30;
    private static readonly int[] Marks = [10, 1000, 5000];

    public static void Run(Report report, string data)
    {
        report.Add("memory, training", Train());
        report.Add("memory, loading", [Load(data)]);
    }

    /// <summary>Prints the bytes of the pixels, and by how much the peak of the resident size rose while they were read.</summary>
    public static void RunLoad(string data)
    {
        Fer2013Reader.Read(SmallFile()); // The code that reads is compiled before, so the rise is that of the data.
        GC.Collect();
        long before = Resident("VmRSS");
        File.WriteAllText("/proc/self/clear_refs", "5"); // The peak starts anew.
        DatasetSplit faces = Fer2013Reader.Read(data);
        long rise = Resident("VmHWM") - before;
        long pixels = faces.Training.Pixels.Length + faces.Validation.Pixels.Length + (faces.Test?.Pixels.Length ?? 0);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{pixels} {rise}"));
    }

    private static List<TrainingRow> Train()
    {
        var rows = new List<TrainingRow>();
        torch.set_num_threads(1);
        FaceDataset faces = SyntheticFaces.Generate(10 * BatchSize, Report.Seed).WithColumns(FaceColumns.None);
        // A small network of the same kind: what leaks for each step leaks here too, and 5,000 steps are soon done.
        using var network = new ExpressionNetwork(
            NetworkVariant.AcnnAlstm,
            new ExpressionNetworkOptions
            {
                BackboneStages = [new(1, 8), new(3, 8, Pool: true), new(3, 8, Pool: true), new(3, 16, Pool: true)],
                LstmHiddenSize = 32,
                LstmLayers = 2,
            });
        using var trainer = new Trainer(
            network,
            new TrainerOptions
            {
                Iterations = Marks[^1],
                BatchSize = BatchSize,
                Device = DevicePreference.Cpu,
                Augmentation = TrainerBenchmark.FullAugmentation,
            });
        trainer.Fit(faces, faces.Subset([0]), progress: new Watch(progress =>
        {
            if (Marks.Contains(progress.Iteration))
            {
                GC.Collect();
                rows.Add(new TrainingRow(progress.Iteration, Resident("VmRSS") / 1e6, DisposeScopeManager.Statistics.ThreadTotalLiveCount));
            }
        }));
        return rows;
    }

    private static LoadRow Load(string data)
    {
        double[] bytes =
            [.. ChildProcess.RunSelf(LoadCommand, "--data", data).Split(' ').Select(text => double.Parse(text, CultureInfo.InvariantCulture))];
        return new LoadRow(bytes[0] / 1e6, bytes[1] / 1e6, bytes[1] / bytes[0]);
    }

    private static string SmallFile()
    {
        string path = Path.Combine(Path.GetTempPath(), $"facialattention-{Environment.ProcessId}.csv");
        string pixels = string.Join(' ', Enumerable.Repeat("127", Fer2013Parser.FaceSize.Pixels));
        File.WriteAllText(path, $"emotion,pixels,Usage\n0,{pixels},Training\n0,{pixels},PublicTest\n");
        return path;
    }

    /// <summary>A figure of the kernel's on this process, in bytes; Linux only.</summary>
    private static long Resident(string name)
    {
        string line = File.ReadLines("/proc/self/status").First(line => line.StartsWith(name + ":", StringComparison.Ordinal));
        return 1024 * long.Parse(line.Split(default(char[]), StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
    }

    private sealed record TrainingRow(int Steps, double ResidentMegabytes, long LiveTensors);

    private sealed record LoadRow(double PixelMegabytes, double PeakRiseMegabytes, double TimesPixels);

    private sealed class Watch(Action<TrainingProgress> report) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => report(value);
    }
}
