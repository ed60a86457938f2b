using System.CommandLine;
using BenchmarkDotNet.Running;
using TorchSharp;

namespace FacialAttention.Benchmarks;

/// <summary>The parts as commands; without a command all of them run, one after the other, but for micro.</summary>
internal sealed class BenchmarkCommand
{
    private readonly Option<string?> _data = new("--data")
    {
        Description = "A fer2013.csv. [default: a synthetic file of its size, made beside the program]",
        Recursive = true,
    };

    private readonly Option<string?> _json = new("--json")
    {
        Description = "Where the results go; parts already in the file and not run again are kept.",
        Recursive = true,
    };

    private readonly Option<int> _rounds = new("--rounds")
    {
        Description = "How often each thing is timed, in turn with those it is compared with.",
        DefaultValueFactory = _ => 15,
        Recursive = true,
    };

    private readonly Option<int[]> _threads = new("--threads")
    {
        Description = "The numbers of threads that torch computes with, where a part compares them.",
        DefaultValueFactory = _ => [1, 2],
        AllowMultipleArgumentsPerToken = true,
        Recursive = true,
    };

    public BenchmarkCommand()
    {
        Command = new RootCommand("Measures speed and memory, each against the machine's own ceiling in the same run.");
        Command.Options.Add(_data);
        Command.Options.Add(_json);
        Command.Options.Add(_rounds);
        Command.Options.Add(_threads);
        (string Name, string Description, Action<Report, ParseResult> Run)[] parts =
        [
            ("step", "A training step of each variant.", (report, result) => StepBenchmark.Run(report, Rounds(result), Threads(result))),
            ("profile", "Where the time of a step goes.", (report, result) => ProfileBenchmark.Run(report, Rounds(result), Threads(result))),
            ("trainer", "Trainer.Fit beside a bare loop; augmentation.", (report, result) => TrainerBenchmark.Run(report, Rounds(result), Threads(result))),
            ("csv", "Reading FER2013.", (report, result) => CsvBenchmark.Run(report, Rounds(result), Data(result))),
            ("inference", "A forward pass of a frozen network.", (report, result) => InferenceBenchmark.Run(report, Rounds(result), Threads(result))),
            ("memory", "Resident size over 5,000 steps, and of loading FER2013.", (report, result) => MemoryBenchmark.Run(report, Data(result))),
            ("start", "From process start to the first prediction.", (report, result) => StartBenchmark.Run(report, Rounds(result))),
            ("spin", "A step on two threads by how long OpenMP spins, alone and beside one and two busy loops.", (report, result) => SpinBenchmark.Run(report, Rounds(result))),
            ("full-size", "pACNN, gACNN and FERAtt as large as their authors', once each.", (report, _) => FullSizeBenchmark.Run(report)),
            ("growth", "How a step's time grows with each size.", (report, result) => GrowthBenchmark.Run(report, Rounds(result))),
        ];
        foreach ((string name, string description, Action<Report, ParseResult> run) in parts)
        {
            var command = new Command(name, description);
            command.SetAction(result => Run(result, [run]));
            Command.Subcommands.Add(command);
        }

        var load = new Command(MemoryBenchmark.LoadCommand, "Reads the data in a fresh process and prints its memory.") { Hidden = true };
        load.SetAction(result => MemoryBenchmark.RunLoad(Data(result)));
        Command.Subcommands.Add(load);

        var steps = new Command(SpinBenchmark.StepsCommand, "Takes training steps when told to, and prints their time.") { Hidden = true };
        steps.SetAction(_ =>
        {
            NativeTorch.EnsureLoaded();
            SpinBenchmark.RunSteps();
        });
        Command.Subcommands.Add(steps);

        var micro = new Command("micro", "BenchmarkDotNet on the small things.");
        micro.SetAction(_ =>
        {
            NativeTorch.EnsureLoaded();
            torch.set_num_threads(1);
            BenchmarkRunner.Run<MicroBenchmarks>(MicroBenchmarks.Config);
        });
        Command.Subcommands.Add(micro);
        Command.SetAction(result => Run(result, parts.Select(part => part.Run)));
    }

    public RootCommand Command { get; }

    private int[] Threads(ParseResult result) => result.GetValue(_threads)!;

    private int Rounds(ParseResult result) => result.GetValue(_rounds);

    private string Data(ParseResult result) => result.GetValue(_data) ?? SyntheticCsv.Path();

    private void Run(ParseResult result, IEnumerable<Action<Report, ParseResult>> parts)
    {
        NativeTorch.EnsureLoaded();
        var report = new Report(result.GetValue(_json));
        foreach (Action<Report, ParseResult> run in parts)
        {
            run(report, result);
        }
    }
}
