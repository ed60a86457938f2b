using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using FacialAttention;
using Samples;

namespace VariantTable;

/// <summary>The options of the command and how their text is read.</summary>
internal sealed class CommandLine
{
    private const int DrawnIterations = 320; // as many looks at faces as five networks can have in a few minutes

    private readonly Option<string?> _data = new("--data")
    {
        Description = "A FER2013 csv or csv.gz. Without it, or with synthetic, faces are drawn.",
    };

    private readonly Option<IReadOnlyList<NetworkVariant>?> _variants = new("--variants")
    {
        Description = "Which networks, separated by commas: cnn, cnn-lstm, acnn-lstm, cnn-alstm, acnn-alstm. [default: all five]",
        Arity = ArgumentArity.ExactlyOne,
        CustomParser = ParseVariants,
    };

    private readonly Option<int> _iterations = BudgetOptions.Iterations(DrawnIterations);
    private readonly Option<int> _batchSize = BudgetOptions.BatchSize();
    private readonly Option<int> _lstmHidden = BudgetOptions.LstmHidden(128);
    private readonly Option<int> _lstmLayers = BudgetOptions.LstmLayers(1);
    private readonly Option<int> _threads = TorchOptions.Threads();

    private readonly Option<double> _learningRate = new("--learning-rate")
    {
        Description = "Adam's learning rate, 1e-9 to 10.",
        CustomParser = ParseLearningRate,
        DefaultValueFactory = _ => 0.001,
    };

    private readonly Option<IReadOnlyList<int>> _seeds = BudgetOptions.Seeds(1);

    private readonly Option<string> _split = new("--split")
    {
        Description = "official: train on Training, select on PublicTest, test on PrivateTest if there. "
            + "8:2: what is not PrivateTest divided at random, each label on its own; needs no PublicTest and no column Usage. "
            + "Only with --data.",
        HelpName = "official|8:2",
        CustomParser = result => CommonOptions.ParseWord(result, "--split", "official", "8:2"),
        DefaultValueFactory = _ => "official",
    };

    private readonly Option<LocalAttentionScaling?> _localScaling = new("--local-scaling")
    {
        Description = "How equation 6 is read: as-printed (weights sum to 1) or mean-one (times the number of steps). [default: mean-one]",
        HelpName = "as-printed|mean-one",
        CustomParser = ParseLocalScaling,
    };

    private readonly Option<(DevicePreference Preference, int? CudaIndex)?> _device = TorchOptions.Device();

    private readonly Option<string?> _output = new("--output")
    {
        Description = "A folder for results.json and a checkpoint of each row. Created if missing. Without it, nothing is written.",
    };

    private readonly Option<bool> _resume = new("--resume")
    {
        Description = "Continue the table in --output: finished rows are not run again, and an unfinished one continues where it stopped.",
    };

    public CommandLine()
    {
        CommonOptions.RefuseEmpty(_data, _output);
        Command = new RootCommand(
            "Trains the five networks of Ming, Hu and Liu (2022) and prints their table.\n\n"
            + "plan, run and collect do all experiments of the paper as jobs of their own; robustness measures networks on faces in bad light, half hidden, "
            + "blurred; without one of them a table is trained here.\n\n"
            + "Exit codes: 0 all rows are done; 2 an error, written to stderr; 130 stopped by Ctrl-C, finished rows are kept.")
        {
            _data, _split, _variants, _iterations, _batchSize, _learningRate, _lstmHidden, _lstmLayers, _localScaling, _seeds, _device,
            _threads, _output, _resume,
        };
        foreach (Command command in (Command[])[.. new ExperimentCommands(_split, _learningRate, _localScaling).All, .. new RobustnessCommand().All])
        {
            Command.Add(command);
        }

        SampleProgram.SetAction(Command, (result, cancellationToken) => TableRun.Run(Read(result), cancellationToken));
    }

    public RootCommand Command { get; }

    private Settings Read(ParseResult result)
    {
        string? data = result.GetValue(_data) is { } path && path != ExperimentFaces.SyntheticWord ? path : null;
        if (data is null && result.GetResult(_split) is { Implicit: false })
        {
            throw new ArgumentException("--split was given without --data; expected both or neither: synthetic faces have one split.");
        }

        if (result.GetValue(_resume) && result.GetValue(_output) is null)
        {
            throw new ArgumentException("--resume was given without --output; expected the folder of the table to continue.");
        }

        (DevicePreference device, int? cudaIndex) = result.GetValue(_device) ?? (DevicePreference.Auto, null);
        return new Settings
        {
            DataPath = data,
            IsStratified = result.GetValue(_split) == "8:2",
            Variants = result.GetValue(_variants) ?? Enum.GetValues<NetworkVariant>(),
            Seeds = result.GetValue(_seeds)!,
            Iterations = BudgetOptions.ValueOf(result, _iterations, data is null, DrawnIterations),
            BatchSize = BudgetOptions.ValueOf(result, _batchSize, data is null, BudgetOptions.DrawnBatchSize),
            LearningRate = result.GetValue(_learningRate),
            LstmHidden = result.GetValue(_lstmHidden),
            LstmLayers = result.GetValue(_lstmLayers),
            LocalScaling = result.GetValue(_localScaling) ?? LocalAttentionScaling.MeanOne,
            Device = device,
            CudaIndex = cudaIndex,
            Threads = result.GetValue(_threads),
            OutputFolder = result.GetValue(_output),
            Resumes = result.GetValue(_resume),
        };
    }

    private static double ParseLearningRate(ArgumentResult result)
    {
        string text = CommonOptions.Text(result);
        if (!double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) || !(value is >= 1e-9 and <= 10))
        {
            result.AddError($"--learning-rate: got '{text}', expected a number from 1e-9 to 10.");
        }

        return value;
    }

    private static NetworkVariant[] ParseVariants(ArgumentResult result)
    {
        var variants = new List<NetworkVariant>();
        foreach (string name in CommonOptions.Text(result).Split(',', StringSplitOptions.TrimEntries))
        {
            if (!NetworkVariantExtensions.TryParse(name, out NetworkVariant variant) || variants.Contains(variant))
            {
                string known = string.Join(", ", Enum.GetValues<NetworkVariant>().Select(value => value.PaperName.ToLowerInvariant()));
                result.AddError($"--variants: got '{name}', expected any of {known}, each once.");
                break;
            }

            variants.Add(variant);
        }

        return [.. variants];
    }

    private static LocalAttentionScaling? ParseLocalScaling(ArgumentResult result)
    {
        switch (CommonOptions.Text(result))
        {
            case "as-printed":
                return LocalAttentionScaling.AsPrinted;
            case "mean-one":
                return LocalAttentionScaling.MeanOne;
            default:
                result.AddError($"--local-scaling: got '{CommonOptions.Text(result)}', expected as-printed or mean-one.");
                return default;
        }
    }
}
