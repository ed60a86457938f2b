using System.Diagnostics;
using System.Globalization;
using FacialAttention.Tests.Files;

namespace FacialAttention.Tests.Samples;

/// <summary>
/// Processes of samples/Train that are killed at random moments, writing their state included, and resumed. The environment variable
/// FACIALATTENTION_KILLS says how many; three without it.
/// </summary>
public sealed class KilledRunTests : IDisposable
{
    private const string Recipe = """
        {
          "network": {
            "backboneStages": [ { "kernelSize": 3, "channels": 4, "pool": true }, { "kernelSize": 3, "channels": 6, "pool": true } ],
            "lstmHiddenSize": 8, "lstmLayers": 1, "dropout": 0.3, "cropHeight": 24, "cropWidth": 20
          },
          "trainer": {
            "iterations": 40, "batchSize": 6, "schedule": "Cosine", "warmupIterations": 5, "weightDecay": 0.01, "decayedWeights": "ConvolutionAndLinear",
            "maxGradientNorm": 1, "labelSmoothing": 0.1, "classWeighting": "Balanced", "mixupAlpha": 0.4, "mixupEnd": 0.8,
            "averagingDecay": 0.9, "averageMirrored": true, "patienceValidations": 8, "trainingReportInterval": 3, "validationInterval": 7, "resumeInterval": 2,
            "augmentation": {
              "alternateFlips": true, "cropHeight": 24, "cropWidth": 20, "maxRotationDegrees": 10, "maxScale": 0.1, "maxShiftPixels": 2,
              "maxBrightness": 0.1, "maxContrast": 0.2, "erasingProbability": 0.5
            }
          }
        }
        """;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Train_KilledAtRandomMomentsAndResumed_WritesTheBytesOfAnUninterruptedRun()
    {
        int kills = int.Parse(Environment.GetEnvironmentVariable("FACIALATTENTION_KILLS") ?? "3", CultureInfo.InvariantCulture);
        FerCsv.Write(_folder.File("faces.csv"), ("Training", 40), ("PublicTest", 14));
        File.WriteAllText(_folder.File("recipe.json"), Recipe);
        var wholes = new Dictionary<OptimizerKind, (byte[] Checkpoint, TimeSpan Duration)>();
        OptimizerKind[] optimizers = Enum.GetValues<OptimizerKind>();
        for (int killed = 0, attempt = 0; killed < kills; attempt++)
        {
            attempt.Should().BeLessThan(4 * kills, "most runs are killed before they end");
            OptimizerKind optimizer = optimizers[killed % optimizers.Length];
            if (!wholes.TryGetValue(optimizer, out (byte[] Checkpoint, TimeSpan Duration) whole))
            {
                var clock = Stopwatch.StartNew();
                Finish($"whole-{optimizer}", optimizer);
                whole = (Checkpoint($"whole-{optimizer}"), clock.Elapsed);
                wholes.Add(optimizer, whole);
            }
            // From its first state on: before it there is nothing to lose.
            string name = $"run-{attempt}";
            TimeSpan delay = whole.Duration * (0.6 * Random.Shared.NextDouble());
            using (SampleProcess process = SampleProcess.Start("Train", _folder.Path, Arguments(name, optimizer)))
            {
                SpinWait.SpinUntil(() => process.HasExited || File.Exists(_folder.File($"{name}/run.resume")), TimeSpan.FromMinutes(1));
                Thread.Sleep(delay);
                if (process.HasExited)
                {
                    continue;
                }

                process.Kill();
            }

            killed++;
            Finish(name, optimizer, "--resume");

            Checkpoint(name).Should().Equal(whole.Checkpoint, "{0} was killed {1} after its first state", optimizer, delay);
            File.Exists(_folder.File($"{name}/run.resume")).Should().BeFalse("the run is finished");
        }
    }

    [Fact]
    public void Train_KilledWhileItWritesEvents_LosesNoneWhenResumed()
    {
        FerCsv.Write(_folder.File("faces.csv"), ("Training", 40), ("PublicTest", 14));
        File.WriteAllText(_folder.File("recipe.json"), Recipe);
        Finish("whole", OptimizerKind.Adam, "--tensorboard", "whole-events");
        using (SampleProcess process = SampleProcess.Start("Train", _folder.Path, Arguments("run", OptimizerKind.Adam, "--tensorboard", "events")))
        {
            SpinWait.SpinUntil(() => process.HasExited || File.Exists(_folder.File("run/run.resume")), TimeSpan.FromMinutes(1)).Should().BeTrue();
            process.Kill();
        }

        string cut = Directory.GetFiles(_folder.File("events")).Single();
        File.AppendAllBytes(cut, File.ReadAllBytes(cut)[..20]); // half an event, as a kill in the middle of a write leaves it
        byte[] left = File.ReadAllBytes(cut);

        Finish("run", OptimizerKind.Adam, "--resume", "--tensorboard", "events");

        string[] files = Directory.GetFiles(_folder.File("events"));
        files.Should().HaveCount(2);
        File.ReadAllBytes(cut).Should().Equal(left, "the resumed run writes a file of its own");
        files.SelectMany(EventsOf).Distinct().Should().BeEquivalentTo(EventsOf(Directory.GetFiles(_folder.File("whole-events")).Single()));
    }

    /// <summary>The whole events of a file, each its step and the bytes of its value: 8 bytes of length, 4 of checksum, the event, 4 of checksum.</summary>
    private static IEnumerable<(ulong Step, string Value)> EventsOf(string path)
    {
        byte[] file = File.ReadAllBytes(path);
        var events = new List<(ulong, string)>();
        for (int at = 0; at + 12 <= file.Length;)
        {
            long length = BitConverter.ToInt64(file, at);
            if (at + 12 + length + 4 > file.Length)
            {
                break; // cut off
            }

            var fields = new WireReader(file.AsSpan(at + 12, (int)length));
            (ulong step, string value) = (0, "");
            while (fields.Read())
            {
                step = fields.Field == 2 ? fields.Number : step;
                value = fields.Field == 5 ? Convert.ToHexString(fields.Value) : value;
            }

            if (value.Length > 0)
            {
                events.Add((step, value));
            }

            at += 12 + (int)length + 4;
        }

        return events;
    }

    private string[] Arguments(string output, OptimizerKind optimizer, params string[] more) =>
    [
        "train", "--data", "faces.csv", "--config", "recipe.json", "--set", $"trainer:optimizer={optimizer}", "--threads", "1",
        "--device", "cpu", "--output", output, .. more,
    ];

    private void Finish(string name, OptimizerKind optimizer, params string[] more)
    {
        (int exitCode, _, string error) = SampleProcess.Run("Train", _folder.Path, Arguments(name, optimizer, more));
        error.Should().BeEmpty();
        exitCode.Should().Be(0);
    }

    private byte[] Checkpoint(string name) => File.ReadAllBytes(_folder.File($"{name}/checkpoint.safetensors"));
}
