using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using FacialAttention;
using Samples;

namespace Train;

/// <summary>The commands, their options and how the text of these is read.</summary>
internal sealed class CommandLine
{
    // As many looks at drawn faces as a small network can have in a few minutes.
    private static readonly FacialAttentionOptions DrawnFacesDefaults = new()
    {
        Network = new ExpressionNetworkOptions { LstmHiddenSize = 128, LstmLayers = 1 },
        Trainer = new TrainerOptions { Iterations = 320, BatchSize = 15 },
    };

    private static readonly Dictionary<string, FerPlusRule> Rules = new()
    {
        ["votes"] = FerPlusRule.Votes,
        ["strict"] = FerPlusRule.StrictMajority,
        ["argmax"] = FerPlusRule.Argmax,
    };

    private const string FaceFolders = "faces";

    private static readonly Dictionary<string, CkPlusLayout> CkPlusLayouts = new()
    {
        ["ck+"] = CkPlusLayout.Distributed,
        ["ck+48"] = CkPlusLayout.Cropped,
    };

    private readonly Option<string?> _trainData = new("--data")
    {
        Description = "A FER2013 csv or csv.gz with commas, semicolons or tabs, or a folder of faces: train|validation|test/<class>/*, "
            + "also with other usual names such as val, or <class>/*; png, jpg, webp, bmp, gif; or CK+, with --protocol. Without it, synthetic faces are drawn.",
    };

    private readonly Option<string> _data = new("--data")
    {
        Description = "A FER2013 csv or csv.gz, or a folder of faces; the classes are matched by name to those of the network.",
        Required = true,
    };

    private readonly Option<string?> _split = new("--split")
    {
        Description = "official: the parts that the data has. 8:2: what is not for test (PrivateTest, a folder test) divided at random, "
            + "each class on its own; needs no validation part and no column Usage. "
            + "[default: official, 8:2 for a folder without train]",
        HelpName = "official|8:2",
        CustomParser = result => CommonOptions.ParseWord(result, "--split", "official", "8:2"),
    };

    private readonly Option<string> _part = new("--split")
    {
        Description = "Which faces. Of a FER2013 file: Training, PublicTest, PrivateTest, or all, which needs no column Usage; "
            + "of a folder: train, validation or test, whatever the folder spells them, or all, which needs no parts.",
        HelpName = "PART",
        Required = true,
        CustomParser = result => CommonOptions.ParseWord(
            result, "--split", "Training", "PublicTest", "PrivateTest", "train", "validation", "test", "all"),
    };

    private readonly Option<NetworkVariant?> _variant = new("--variant")
    {
        Description = "cnn, cnn-lstm, acnn-lstm, cnn-alstm or acnn-alstm. [default: acnn-alstm]",
        HelpName = "VARIANT",
        CustomParser = ParseVariant,
    };

    private readonly Option<string> _checkpoint = new("--checkpoint")
    {
        Description = "A .safetensors file that this library saved.",
        Required = true,
    };

    private readonly Option<string?> _config = new("--config")
    {
        Description = "A recipe: json with variant, network and trainer, named as ExpressionNetworkOptions and TrainerOptions are.",
        HelpName = "FILE.json",
    };

    private readonly Option<string[]> _set = new("--set")
    {
        Description = "Any option of a recipe, for example trainer:labelSmoothing=0.1. May be given several times.",
        HelpName = "KEY=VALUE",
        Arity = ArgumentArity.OneOrMore,
    };

    private readonly Option<string?> _teacher = new("--teacher")
    {
        Description = "A file that teach wrote of the same training faces; how much of the loss it is, trainer:distillationShare says.",
        HelpName = "FILE.safetensors",
    };

    private readonly Option<FoldChoice?> _fold = new("--fold")
    {
        Description = "Leave fold K of N out of the training faces: 1/5 to 5/5 are five networks for teach, each face unknown to one of them. "
            + "Equal pictures, and those of one person, are in one fold. With --protocol subject: the fold that tests. K alone is K/10.",
        HelpName = "K/N",
        CustomParser = ParseFold,
    };

    private readonly Option<string?> _protocol = CkPlusData.Protocol();

    private readonly Option<FoldChoice?> _testFold = new("--fold")
    {
        Description = "With --protocol subject: the fold that tests. K alone is K/10.",
        HelpName = "K/N",
        CustomParser = ParseFold,
    };

    private readonly Option<string?> _freeze = new("--freeze")
    {
        Description = "Parts of the network to leave as they are, separated by commas, for example backbone,local_attention.",
    };

    private readonly Option<string?> _output = new("--output")
    {
        Description = "A folder for checkpoint.safetensors, results.json, history.json and curves.png. Created if missing. "
            + "Without it, nothing is written.",
    };

    private readonly Option<bool> _resume = new("--resume")
    {
        Description = "Go on with the run in --output, if there is one; the other options are those that it began with.",
    };

    private readonly Option<bool> _skipBad = new("--skip-bad")
    {
        Description = "Leave out images of a folder that cannot be used, and list their names.",
    };

    private readonly Option<string?> _tensorBoard = new("--tensorboard") { Description = "A folder for TensorBoard events." };
    private readonly Option<string?> _seed = new("--seed") { Description = "The seed of weights and of training. [default: 1]" };
    private readonly Option<bool> _json = new("--json") { Description = "Print one JSON object and nothing else." };
    private readonly Option<bool> _mirrored = new("--mirrored") { Description = "Average each face and its mirror image." };
    private readonly Option<bool> _uncalibrated = new("--uncalibrated")
    {
        Description = "Measure the network as it was trained, not the calibrated answers that a recogniser gives.",
    };

    private readonly Option<string> _folder = new("--output") { Description = "A new or empty folder.", Required = true };
    private readonly Option<string[]> _runs = new("--runs")
    {
        Description = "Output folders of finished runs.",
        HelpName = "FOLDER ...",
        Required = true,
        Arity = ArgumentArity.OneOrMore,
        AllowMultipleArgumentsPerToken = true,
    };

    private static readonly string TemperatureRange =
        FormattableString.Invariant($"{Calibration.MinTemperature} to {Calibration.MaxTemperature}");

    private readonly Option<string[]> _checkpoints = new("--checkpoint")
    {
        Description = "One trained network, which judges all training faces; or one of each fold (train --fold), which judge those they have "
            + "not seen.",
        HelpName = "FILE ...",
        Required = true,
        Arity = ArgumentArity.OneOrMore,
        AllowMultipleArgumentsPerToken = true,
    };

    private readonly Option<string> _safetensors = new("--output")
    {
        Description = "A new .safetensors file.",
        HelpName = "FILE.safetensors",
        Required = true,
    };

    private readonly Option<string?> _reliability = new("--picture")
    {
        Description = "A new .png file: reliability, and wrong answers over the share of faces that get one.",
        HelpName = "FILE.png",
    };

    private readonly Option<int> _shift = CommonOptions.WholeNumber(
        "--shift", 0, 8, "Look at each face and its mirror image also shifted by so many pixels to each of four sides.", _ => 0);

    private readonly Option<int[]> _batchSizes = new("--batch-sizes")
    {
        Description = "Faces in a step, a row of the table each, 1 to 65536. [default: 30 256 1024]",
        HelpName = "N ...",
        Arity = ArgumentArity.OneOrMore,
        AllowMultipleArgumentsPerToken = true,
        CustomParser = result => [.. result.Tokens.Select(token => CommonOptions.ParseWholeNumber(result, token.Value, 1, 65_536, "--batch-sizes"))],
        DefaultValueFactory = _ => [30, 256, 1024],
    };

    private readonly Option<int> _timedSteps = CommonOptions.WholeNumber("--steps", 1, 100_000, "Steps that are timed for each row.", _ => 30);

    private readonly Option<string> _picture = new("--output") { Description = "A new .png file.", HelpName = "FILE.png", Required = true };
    private readonly Option<string> _model = new("--output")
    {
        Description = "A new .onnx file; or one named .safetensors, which is a checkpoint again.",
        HelpName = "FILE",
        Required = true,
    };

    private readonly Option<string> _page = new("--output")
    {
        Description = "A page of markdown with a section for the checkpoint NAME.safetensors: the lines <!-- NAME: made by samples/Train card --> and "
            + "<!-- end of NAME -->, between which the tables go.",
        HelpName = "FILE.md",
        Required = true,
    };

    private readonly Option<string?> _run = new("--run")
    {
        Description = "The output folder of the training, for its iterations and hours.",
        HelpName = "FOLDER",
    };

    private readonly Option<string?> _cardPicture = new("--picture")
    {
        Description = "A .png file, written anew: reliability, and wrong answers over the share of faces that get one.",
        HelpName = "FILE.png",
    };

    private readonly Option<bool> _attention = new("--attention")
    {
        Description = "An .onnx file also gives the attention over places, as outputs.",
    };

    private readonly Option<bool> _half = new("--half")
    {
        Description = "Keep matrices and kernels as Float16, which halves the file. All is computed in Float32.",
    };

    private readonly Option<double?> _temperature = new("--temperature")
    {
        Description = $"What the logits are divided by before the softmax, {TemperatureRange}. Default: what the checkpoint says.",
        CustomParser = ParseTemperature,
    };

    private readonly Option<ExpressionLabels> _labels = new("--labels")
    {
        Description = "The classes: names of expressions, separated by commas.",
        HelpName = "NAMES",
        CustomParser = ParseLabels,
        DefaultValueFactory = _ => ExpressionLabels.Fer2013,
    };

    private readonly Option<ExpressionLabels?> _csvLabels = new("--labels")
    {
        Description = "The classes 0, 1, ... of a csv: Fer2013, CkPlus, CkExtended, FerPlus, or names separated by commas. "
            + "[default: Fer2013]",
        HelpName = "NAMES",
        CustomParser = ParseLabels,
    };

    private readonly Option<string?> _ferPlus = new("--ferplus")
    {
        Description = "fer2013new.csv, the votes of FER+ for the rows of fer2013.csv as --data: the network has the eight classes of FER+. "
            + "Accuracies are on the rows of strict majority.",
        HelpName = "VOTES.csv",
    };

    private readonly Option<string?> _rule = new("--rule")
    {
        Description = "What trains with --ferplus: votes, their shares; strict, the emotion of more than half when single votes are "
            + "dropped; argmax, the emotion with most votes. [default: votes]",
        HelpName = "votes|strict|argmax",
        CustomParser = result => CommonOptions.ParseWord(result, "--rule", [.. Rules.Keys]),
    };

    private readonly Option<string> _drawLayout = new("--layout")
    {
        Description = $"{FaceFolders}: train|validation|test/<class>. ck+: sequences of persons in the folders of CK+ as handed out, with emotions and landmarks; "
            + "ck+48: the same faces cut out, in class folders.",
        HelpName = string.Join('|', [FaceFolders, .. CkPlusLayouts.Keys]),
        CustomParser = result => CommonOptions.ParseWord(result, "--layout", [FaceFolders, .. CkPlusLayouts.Keys]),
        DefaultValueFactory = _ => FaceFolders,
    };

    private readonly Option<int> _sequences = CommonOptions.WholeNumber(
        "--sequences", 1, 7, "Labelled sequences of each person, each of another emotion, in a layout of CK+.", _ => 4);
    private readonly Option<int> _persons = CommonOptions.WholeNumber(
        "--persons", 1, 100_000, "Persons in train; each shows every class once.", _ => 40);
    private readonly Option<int> _heldOutPersons = CommonOptions.WholeNumber(
        "--held-out-persons", 1, 100_000, "Other persons in validation, and as many others in test.", _ => 40);
    private readonly Option<int> _drawSeed = CommonOptions.WholeNumber("--seed", 0, int.MaxValue, "Which picture of each person.", _ => 1);
    private readonly Option<int> _explainedFaces = CommonOptions.WholeNumber(
        "--faces", 1, 1_000_000, "How many faces to look at, chosen at random; all if there are fewer.", _ => 500);
    private readonly Option<int> _explainSeed = CommonOptions.WholeNumber("--seed", 0, int.MaxValue, "Which faces.", _ => 1);
    private readonly Option<int> _threads = TorchOptions.Threads();
    private readonly Option<(DevicePreference Preference, int? CudaIndex)?> _device = TorchOptions.Device();

    private readonly (Option<string?> Option, string Key)[] _trainerOptions =
    [
        Named("--epochs", "trainer:epochs", "Passes over the training faces."),
        Named("--iterations", "trainer:iterations", "Optimizer steps, instead of epochs. [default: 5000; 320 without --data]"),
        Named("--batch-size", "trainer:batchSize", "Faces in a step. [default: 30; 15 without --data]"),
        Named("--optimizer", "trainer:optimizer", "adam, adamw or sgd-nesterov. [default: adam]"),
        Named("--learning-rate", "trainer:learningRate", "The highest of the schedule. [default: 0.001]"),
        Named("--schedule", "trainer:schedule", "constant, cosine or step. [default: constant]"),
        Named("--warmup-iterations", "trainer:warmupIterations", "Steps in which the learning rate rises. [default: 0]"),
        Named("--weight-decay", "trainer:weightDecay", "How strongly weights are pulled to zero. [default: 0]"),
        Named("--label-smoothing", "trainer:labelSmoothing", "The share of each label spread over all classes. [default: 0]"),
        Named("--patience", "trainer:patienceValidations", "Stop after so many validations without a better one. [default: never]"),
        Named("--validation-interval", "trainer:validationInterval", "Steps from one validation to the next. [default: 400]"),
        Named("--resume-interval", "trainer:resumeInterval", "Steps from one kept state to the next. [default: 500]"),
    ];

    private readonly (Option<string?> Option, string Key)[] _networkOptions =
    [
        Named("--lstm-hidden", "network:lstmHiddenSize", "Size of an LSTM hidden state. [default: 512; 128 without --data]"),
        Named("--lstm-layers", "network:lstmLayers", "LSTM layers. [default: 2; 1 without --data]"),
        Named("--dropout", "network:dropout", "The chance of each input of the last layer to be dropped. [default: 0]"),
    ];

    public CommandLine()
    {
        CommonOptions.RefuseEmpty(
            _trainData, _data!, _checkpoint!, _config, _output, _tensorBoard, _folder!, _picture!, _model!, _ferPlus, _teacher, _safetensors!, _reliability,
            _page!, _run, _cardPicture);
        var train = new Command("train", "Trains a network and keeps the weights that do best on the validation faces.")
        {
            _trainData, _ferPlus, _rule, _split, _protocol, _csvLabels, _variant, _config, _set, _teacher, _fold, _output, _resume, _skipBad, _tensorBoard,
            _seed, _device, _threads,
        };
        var evaluate = new Command("evaluate", "Measures a trained network: accuracy, macro F1, loss, confusion.")
        {
            _checkpoint, _data, _ferPlus, _part, _protocol, _testFold, _csvLabels, _json, _mirrored, _uncalibrated, _skipBad, _device, _threads,
        };
        var calibrate = new Command(
            "calibrate", "Fits how logits become probabilities to faces that the network was not trained on, and writes it into a copy.")
        {
            _checkpoint, _data, _ferPlus, _part, _protocol, _testFold, _csvLabels, _safetensors, _reliability, _skipBad, _device, _threads,
        };
        var explain = new Command(
            "explain", "Compares the attention on faces with how far the probability of the answer falls when a cell of them is hidden.")
        {
            _checkpoint, _data, _ferPlus, _part, _csvLabels, _explainedFaces, _explainSeed, _json, _uncalibrated, _skipBad, _device, _threads,
        };
        var card = new Command(
            "card",
            "Measures a trained network on the selection split and writes the tables of its model card: the network as trained, as evaluate --uncalibrated "
            + "does, since its calibration was fitted to these faces; beside it calibrations fitted without the faces that they are measured on.")
        {
            _checkpoint, _data, _ferPlus, _csvLabels, _page, _run, _cardPicture, _skipBad, _device, _threads,
        };
        var finetune = new Command("finetune", "Trains a trained network further, on other faces and perhaps other classes.")
        {
            _checkpoint, _data, _ferPlus, _rule, _split, _protocol, _csvLabels, _freeze, _config, _set, _teacher, _fold, _output, _resume, _skipBad,
            _tensorBoard, _seed, _device, _threads,
        };
        var teach = new Command("teach", "Writes what trained networks say of the training faces, for train --teacher.")
        {
            _checkpoints, _trainData, _ferPlus, _rule, _split, _csvLabels, _shift, _safetensors, _skipBad, _device, _threads,
        };
        var draw = new Command("draw", "Draws faces into a folder: train|validation|test/<class>/<person>.png, or a stand-in for CK+.")
        {
            _folder, _drawLayout, _labels, _persons, _heldOutPersons, _sequences, _drawSeed,
        };
        var curves = new Command("curves", "Draws the accuracy of finished runs over epochs into one picture.") { _runs, _picture };
        var export = new Command("export", "Writes a trained network as an .onnx file, for FacialAttention.Onnx and other ONNX runtimes, with a .json file of what it says of itself; or as a "
            + "smaller checkpoint.")
        {
            _checkpoint, _model, _temperature, _attention, _half,
        };
        var device = new Command("device", "Compares loss and gradients on a device with double precision on the CPU, and times steps of training.")
        {
            _device, _config, _batchSizes, _timedSteps, _threads,
        };
        foreach (Option<string?> option in _trainerOptions.Select(named => named.Option))
        {
            train.Add(option);
            finetune.Add(option);
        }

        foreach (Option<string?> option in _networkOptions.Select(named => named.Option))
        {
            train.Add(option);
        }

        SampleProgram.SetAction(train, (result, token) => TrainRun.Run(ReadTrain(result), token));
        SampleProgram.SetAction(evaluate, (result, token) => EvaluateRun.Run(ReadEvaluate(result), token));
        SampleProgram.SetAction(finetune, (result, token) => TrainRun.Run(ReadFinetune(result), token));
        SampleProgram.SetAction(curves, (result, token) => CurvesRun.Run(
            new CurvesSettings(result.GetValue(_runs)!, result.GetValue(_picture)!), token));
        SampleProgram.SetAction(teach, (result, token) => TeachRun.Run(ReadTeach(result), token));
        SampleProgram.SetAction(draw, (result, token) => DrawRun.Run(ReadDraw(result), token));
        SampleProgram.SetAction(calibrate, (result, token) => CalibrateRun.Run(
            new CalibrateSettings(ReadEvaluate(result), result.GetValue(_safetensors)!, result.GetValue(_reliability)), token));
        SampleProgram.SetAction(explain, (result, token) => ExplainRun.Run(
            new ExplainSettings(ReadEvaluate(result), result.GetValue(_explainedFaces), result.GetValue(_explainSeed)), token));
        SampleProgram.SetAction(card, (result, token) => CardRun.Run(ReadCard(result), token));
        SampleProgram.SetAction(device, (result, token) => DeviceRun.Run(ReadDevice(result), token));
        SampleProgram.SetAction(export, (result, _) => ExportRun.Run(new ExportSettings(
            result.GetValue(_checkpoint)!, result.GetValue(_model)!, result.GetValue(_temperature), result.GetValue(_attention),
            result.GetValue(_half))));
        Command = new RootCommand(
            "Trains, evaluates, fine-tunes and exports the networks of FacialAttention, on FER2013, folders of faces, or drawn faces.\n\n"
            + "Exit codes: 0 done; 2 an error, written to stderr; 130 stopped by Ctrl-C, with --output the state is kept.")
        {
            train, evaluate, finetune, teach, calibrate, explain, card, export, curves, draw, device,
        };
    }

    public RootCommand Command { get; }

    private static (Option<string?> Option, string Key) Named(string name, string key, string description) =>
        (new Option<string?>(name) { Description = $"{description} The same as --set {key}=...", HelpName = "VALUE" }, key);

    private TrainSettings ReadTrain(ParseResult result)
    {
        string? data = result.GetValue(_trainData);
        if (data is null && result.GetValue(_split) is not null)
        {
            throw new ArgumentException("--split was given without --data; expected both or neither: synthetic faces have one split.");
        }

        return ReadSettings(result, checkpoint: null, data, [.. _trainerOptions, .. _networkOptions]);
    }

    private TrainSettings ReadFinetune(ParseResult result) =>
        ReadSettings(result, result.GetValue(_checkpoint), result.GetValue(_data), _trainerOptions);

    private TrainSettings ReadSettings(
        ParseResult result, string? checkpoint, string? data, (Option<string?> Option, string Key)[] namedOptions)
    {
        string? output = result.GetValue(_output);
        bool resumes = result.GetValue(_resume);
        if (resumes && output is null)
        {
            throw new ArgumentException("--resume was given without --output; expected the folder of the run to continue.");
        }

        Dictionary<string, string?> overrides = ReadOverrides(result, namedOptions);
        if (checkpoint is null && result.GetValue(_variant) is { } variant)
        {
            Add(overrides, "variant", variant.ToString());
        }

        foreach (string part in checkpoint is null ? [] : result.GetValue(_freeze)?.Split(',', StringSplitOptions.TrimEntries) ?? [])
        {
            if (part.Length == 0)
            {
                throw new ArgumentException(
                    $"--freeze: got '{result.GetValue(_freeze)}', expected names of parts, for example backbone,local_attention.");
            }

            Add(overrides, $"trainer:learningRateFactors:{part}", "0");
        }

        return new TrainSettings
        {
            CheckpointPath = checkpoint,
            Data = ReadSource(result, data, result.GetValue(_split), result.GetValue(_fold)),
            TeacherPath = result.GetValue(_teacher),
            Fold = result.GetValue(_protocol) is null ? result.GetValue(_fold) : null,
            RecipePath = result.GetValue(_config),
            Overrides = overrides,
            Defaults = data is null ? DrawnFacesDefaults : new FacialAttentionOptions(),
            OutputFolder = output,
            Resumes = resumes,
            TensorBoardFolder = result.GetValue(_tensorBoard),
            Threads = result.GetValue(_threads),
        };
    }

    private EvaluateSettings ReadEvaluate(ParseResult result)
    {
        (DevicePreference device, int? cudaIndex) = ReadDeviceChoice(result);
        return new EvaluateSettings(
            result.GetValue(_checkpoint)!,
            ReadSource(result, result.GetValue(_data), split: null, ReadTestFold(result)),
            result.GetValue(_part)!,
            result.GetValue(_json),
            result.GetValue(_mirrored),
            result.GetValue(_uncalibrated),
            device,
            cudaIndex,
            result.GetValue(_threads));
    }

    private CardSettings ReadCard(ParseResult result)
    {
        (DevicePreference device, int? cudaIndex) = ReadDeviceChoice(result);
        return new CardSettings(
            result.GetValue(_checkpoint)!,
            ReadSource(result, result.GetValue(_data), split: null, fold: null),
            result.GetValue(_page)!,
            result.GetValue(_run),
            result.GetValue(_cardPicture),
            device,
            cudaIndex,
            result.GetValue(_threads));
    }

    private TeachSettings ReadTeach(ParseResult result)
    {
        (DevicePreference device, int? cudaIndex) = ReadDeviceChoice(result);
        return new TeachSettings(
            result.GetValue(_checkpoints)!,
            ReadSource(result, result.GetValue(_trainData), result.GetValue(_split), fold: null),
            result.GetValue(_shift),
            result.GetValue(_safetensors)!,
            device,
            cudaIndex,
            result.GetValue(_threads));
    }

    private DrawSettings ReadDraw(ParseResult result)
    {
        bool isCkPlus = CkPlusLayouts.TryGetValue(result.GetValue(_drawLayout)!, out CkPlusLayout layout);
        foreach (Option option in isCkPlus ? new Option[] { _labels, _heldOutPersons } : [_sequences])
        {
            if (result.GetResult(option) is { Implicit: false })
            {
                throw new ArgumentException(
                    $"{option.Name} was given with --layout {result.GetValue(_drawLayout)}; expected it only "
                    + $"{(isCkPlus ? $"with {FaceFolders}: CK+ has its classes and no parts" : "with a layout of CK+")}.");
            }
        }

        return new DrawSettings(
            result.GetValue(_folder)!,
            result.GetValue(_labels)!,
            result.GetValue(_persons),
            result.GetValue(_heldOutPersons),
            result.GetValue(_drawSeed),
            isCkPlus ? layout : null,
            result.GetValue(_sequences));
    }

    private FoldChoice? ReadTestFold(ParseResult result) => result.GetValue(_protocol) is not null || result.GetValue(_testFold) is null
        ? result.GetValue(_testFold)
        : throw new ArgumentException("--fold was given without --protocol; expected it only with CK+.");

    private (DevicePreference Preference, int? CudaIndex) ReadDeviceChoice(ParseResult result) =>
        result.GetValue(_device) ?? (DevicePreference.Auto, null);

    private DeviceSettings ReadDevice(ParseResult result)
    {
        (DevicePreference device, int? cudaIndex) = ReadDeviceChoice(result);
        return new DeviceSettings(
            device, cudaIndex, result.GetValue(_config), result.GetValue(_batchSizes)!, result.GetValue(_timedSteps), result.GetValue(_threads));
    }

    private FaceSource ReadSource(ParseResult result, string? data, string? split, FoldChoice? fold)
    {
        bool skipsBad = result.GetValue(_skipBad);
        ExpressionLabels? labels = result.GetValue(_csvLabels);
        if (result.GetValue(_protocol) is { } protocol)
        {
            string? other = split is not null ? "--split" : labels is not null ? "--labels" : skipsBad ? "--skip-bad"
                : result.GetValue(_ferPlus) is not null ? "--ferplus" : null;
            return data is null
                ? throw new ArgumentException("--protocol was given without --data; expected the folder of CK+.")
                : other is not null
                ? throw new ArgumentException($"{other} was given with --protocol; expected it without: CK+ is divided by the protocol, with its own classes.")
                : new FaceSource(data, split, skipsBad, labels, Protocol: CkPlusData.ProtocolOf(protocol, fold));
        }

        if (result.GetValue(_ferPlus) is { } votes)
        {
            return ReadVotesSource(data, split, votes, labels, skipsBad, result.GetValue(_rule));
        }

        if (result.GetValue(_rule) is not null)
        {
            throw new ArgumentException("--rule was given without --ferplus; expected it only with votes.");
        }

        if (labels is not null && (data is null || Directory.Exists(data)))
        {
            throw new ArgumentException("--labels was given without a csv as --data; expected it only with one: folders have names.");
        }

        return !skipsBad || Directory.Exists(data)
            ? new FaceSource(data, split, skipsBad, labels)
            : throw new ArgumentException(
                $"--skip-bad was given while --data is {data ?? "not given"}; expected it only with a folder of faces.");
    }

    private static FaceSource ReadVotesSource(
        string? data, string? split, string votes, ExpressionLabels? labels, bool skipsBad, string? rule)
    {
        string? other = labels is not null ? "--labels" : skipsBad ? "--skip-bad" : split == "8:2" ? "--split 8:2" : null;
        return data is null || Directory.Exists(data)
            ? throw new ArgumentException(
                $"--ferplus was given while --data is {data ?? "not given"}; expected fer2013.csv as --data, the faces of the votes.")
            : other is not null
            ? throw new ArgumentException($"{other} was given with --ferplus; expected it without: FER+ has its classes and FER2013 its split.")
            : new FaceSource(data, split, skipsBad, labels, votes, Rules[rule ?? "votes"]);
    }

    /// <summary>The keys of a recipe that the command line gives, each at most once.</summary>
    private Dictionary<string, string?> ReadOverrides(ParseResult result, (Option<string?> Option, string Key)[] namedOptions)
    {
        var overrides = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
        foreach ((Option<string?> option, string key) in namedOptions)
        {
            if (result.GetValue(option) is { } text)
            {
                // Kinds of optimizers and schedules are written adamw or sgd-nesterov here.
                Add(overrides, key, option.Name is "--optimizer" or "--schedule" ? text.Replace("-", "", StringComparison.Ordinal) : text);
            }
        }

        if (result.GetValue(_seed) is { } seed)
        {
            Add(overrides, "network:seed", seed);
            Add(overrides, "trainer:seed", seed);
        }

        if (result.GetValue(_device) is { } device)
        {
            Add(overrides, "trainer:device", device.Preference.ToString());
            Add(overrides, "trainer:cudaIndex", device.CudaIndex?.ToString(CultureInfo.InvariantCulture));
        }

        foreach (string assignment in result.GetValue(_set) ?? [])
        {
            int at = assignment.IndexOf('=', StringComparison.Ordinal);
            if (at < 1)
            {
                throw new ArgumentException($"--set: got '{assignment}', expected KEY=VALUE, for example trainer:labelSmoothing=0.1.");
            }

            Add(overrides, assignment[..at].Trim(), assignment[(at + 1)..].Trim());
        }

        return overrides;
    }

    private static void Add(Dictionary<string, string?> overrides, string key, string? value)
    {
        if (!overrides.TryAdd(key, value))
        {
            throw new ArgumentException($"{key} was given twice, as '{overrides[key]}' and as '{value}'; expected it once.");
        }
    }

    private static ExpressionLabels? ParseLabels(ArgumentResult result)
    {
        try
        {
            return ExpressionLabels.Parse(CommonOptions.Text(result));
        }
        catch (ArgumentException exception)
        {
            result.AddError($"--labels: {exception.Message}");
            return null;
        }
    }

    private static double? ParseTemperature(ArgumentResult result)
    {
        string text = CommonOptions.Text(result);
        if (!double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value)
            || !(value is >= Calibration.MinTemperature and <= Calibration.MaxTemperature))
        {
            result.AddError($"--temperature: got '{text}', expected a number from {TemperatureRange}.");
        }

        return value;
    }

    private static FoldChoice? ParseFold(ArgumentResult result)
    {
        string text = CommonOptions.Text(result);
        if (!FoldChoice.TryParse(text, out FoldChoice? fold))
        {
            result.AddError($"--fold: got '{text}', expected K/N, for example 1/5: fold 1 to N of at least 2.");
        }

        return fold;
    }

    private static NetworkVariant? ParseVariant(ArgumentResult result)
    {
        string name = CommonOptions.Text(result);
        if (!NetworkVariantExtensions.TryParse(name, out NetworkVariant variant))
        {
            string known = string.Join(", ", Enum.GetValues<NetworkVariant>().Select(value => value.PaperName.ToLowerInvariant()));
            result.AddError($"--variant: got '{name}', expected one of {known}.");
        }

        return variant;
    }
}
