using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using FacialAttention;
using Samples;
using TorchSharp;

namespace Train;

/// <summary><c>train</c> and <c>finetune</c>.</summary>
internal static class TrainRun
{
    private static readonly string[] BudgetOptions = [nameof(TrainerOptions.Iterations), nameof(TrainerOptions.Epochs)];

    public static void Run(TrainSettings settings, CancellationToken cancellationToken)
    {
        settings.Data.CheckOutput(settings.OutputFolder);
        FacialAttentionOptions recipe = ReadRecipe(settings);
        CheckTeacher(settings, recipe.Trainer);
        using RunFolder? folder = settings.OutputFolder is { } path ? new RunFolder(path, settings.Resumes) : null;
        NativeTorch.EnsureLoaded();
        torch.set_num_threads(settings.Threads);
        ExpressionNetworkOptions options = recipe.Network;
        var read = TrainFaces.Read(settings, new ImageSize(options.ImageHeight, options.ImageWidth), cancellationToken);
        DatasetSplit faces = read.Split;
        ExpressionNetwork network = settings.CheckpointPath is { } checkpoint
            ? Continue(checkpoint, recipe, faces.Training.Labels)
            : Begin(recipe, faces.Training.Labels);
        using (network)
        {
            JsonObject run = Describe(settings, network, read, recipe);
            if (folder is { IsFinished: true })
            {
                Console.WriteLine("This run is finished.");
                MetricTables.Print(folder.Read(run));
                return;
            }

            ResumeState? state = folder is null ? null : new ResumeState(
                folder.ResumePath,
                new Dictionary<string, string>
                {
                    ["data"] = settings.Data.Name,
                    ["split"] = faces.Description,
                    ["checkpoint"] = JsonFile.TextOf(run["checkpoint"]),
                    ["teacher"] = JsonFile.TextOf(run["teacher"]),
                });
            try
            {
                RunResult result = Train(settings, network, read, recipe, run, state, folder, cancellationToken);
                state?.Delete();
                MetricTables.Print(result);
            }
            catch (InvalidOperationException exception) when (state is { Exists: true }
                && BudgetOptions.Any(name => exception.Message.Contains($"options {name} is", StringComparison.OrdinalIgnoreCase)))
            {
                throw new ArgumentException(
                    $"{exception.Message} The end of a run is planned with it: to train longer, let it end as planned with --resume, then "
                    + $"finetune --checkpoint {Path.Combine(settings.OutputFolder!, "checkpoint.safetensors")} with another --output.",
                    exception);
            }
            catch (OperationCanceledException)
            {
                throw new StoppedException(state is { Exists: true }
                    ? "Stopped. The state is kept; continue with the same command and --resume."
                    : "Stopped. Nothing is kept.");
            }
        }
    }

    private static void CheckTeacher(TrainSettings settings, TrainerOptions options)
    {
        bool learns = options.DistillationShare > 0;
        if (learns != (settings.TeacherPath is not null))
        {
            throw new ArgumentException(string.Create(
                CultureInfo.InvariantCulture,
                $"--teacher was {(learns ? "not given" : "given")} while trainer:distillationShare is {options.DistillationShare}; expected "
                + $"{(learns ? "a file that teach wrote, or 0" : "a share above 0, for example --set trainer:distillationShare=0.5")}."));
        }
    }

    /// <summary>What the file and the command line say, which of a trained network must be what it is.</summary>
    private static FacialAttentionOptions ReadRecipe(TrainSettings settings)
    {
        if (settings.CheckpointPath is not { } checkpoint)
        {
            FacialAttentionOptions begun = FacialAttentionOptions.Load(settings.RecipePath, settings.Overrides, settings.Defaults);
            return begun.Network.Labels.Equals(settings.Defaults.Network.Labels)
                ? begun
                : throw new ArgumentException(
                    $"network:labels is '{begun.Network.Labels}'; expected none: the classes are those of --data, or of --labels for a csv.");
        }

        FacialAttentionOptions there;
        using (ExpressionNetwork trained = Checkpoint.Load(checkpoint))
        {
            there = new FacialAttentionOptions { Variant = trained.Variant, Network = trained.Options };
        }

        FacialAttentionOptions here = FacialAttentionOptions.Load(settings.RecipePath, settings.Overrides, there);
        there.Network.Seed = here.Network.Seed; // Of the new head alone.
        string[] differences =
        [
            .. JsonFile.Differences(
                JsonFile.ToObject(new { there.Variant, there.Network }), JsonFile.ToObject(new { here.Variant, here.Network })),
        ];
        return differences.Length == 0
            ? here
            : throw new ArgumentException(
                $"The recipe is for another network than '{checkpoint}': {string.Join("; ", differences)}. "
                + "Expected the checkpoint's options.");
    }

    private static ExpressionNetwork Begin(FacialAttentionOptions recipe, ExpressionLabels labels)
    {
        recipe.Network.Labels = labels;
        return new ExpressionNetwork(recipe.Variant, recipe.Network);
    }

    private static ExpressionNetwork Continue(string checkpoint, FacialAttentionOptions recipe, ExpressionLabels labels)
    {
        bool keepsHead = labels.Equals(recipe.Network.Labels);
        Console.WriteLine(keepsHead
            ? $"The classes are those of '{checkpoint}': its last layer is kept"
            : $"The classes are {labels}: the last layer of '{checkpoint}' is replaced");
        return keepsHead ? Checkpoint.Load(checkpoint) : Checkpoint.Load(checkpoint, labels, seed: recipe.Network.Seed);
    }

    private static RunResult Train(
        TrainSettings settings,
        ExpressionNetwork network,
        TrainFaces read,
        FacialAttentionOptions recipe,
        JsonObject run,
        ResumeState? state,
        RunFolder? folder,
        CancellationToken cancellationToken)
    {
        DatasetSplit faces = read.Split;
        using var trainer = new Trainer(network, recipe.Trainer);
        Console.WriteLine($"Device {trainer.Device}");
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"Faces, {faces.Description}: {Counted(faces.Training)} training, {Counted(faces.Validation)} validation (selection split), "
            + $"{Counted(faces.Test)} test"));
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"Network {network.Variant.PaperName}: {network.ParameterCount:N0} parameters"));
        if (state is { Exists: true })
        {
            Console.WriteLine($"Going on from '{folder!.ResumePath}'");
        }

        TrainingHistory history = TrainingView.Show(network.Variant.PaperName, view => trainer.Fit(
            faces.Training,
            faces.Validation,
            state,
            settings.TensorBoardFolder is { } events ? new EventLog(events, view) : view,
            cancellationToken));

        EvaluationResult validation = Evaluate(faces.Validation);
        var result = new RunResult(
            run,
            RunEnvironment.Of(trainer.Device, settings.Threads),
            network.ParameterCount,
            network.MultiplyAdds,
            history.Iterations,
            history.StoppedEarly,
            history.Best.Iteration,
            history.Elapsed.TotalSeconds,
            history.SecondsPerIteration,
            UnseenFaces.Count(faces),
            UnseenFaces.Accuracy(faces, validation),
            SplitMetrics.Of(Evaluate(faces.Training)),
            SplitMetrics.Of(validation),
            faces.Test is null ? null : SplitMetrics.Of(Evaluate(faces.Test)));
        folder?.Write(network, Provenance(settings, read, recipe, history), result, history);
        return result;

        EvaluationResult Evaluate(FaceDataset dataset) => Evaluator.Evaluate(
            network, dataset, recipe.Trainer.ValidationBatchSize, recipe.Trainer.AverageMirrored, cancellationToken);
    }

    /// <summary>The faces that count.</summary>
    private static int Counted(FaceDataset? faces) => faces?.CountByLabel().Sum() ?? 0;

    /// <summary>All that makes the run what it is.</summary>
    private static JsonObject Describe(TrainSettings settings, ExpressionNetwork network, TrainFaces read, FacialAttentionOptions recipe)
    {
        DatasetSplit faces = read.Split;
        JsonObject trainer = JsonFile.ToObject(recipe.Trainer);
        foreach (string name in ResumeState.FreeOptions)
        {
            trainer.Remove(JsonNamingPolicy.CamelCase.ConvertName(name));
        }

        return JsonFile.ToObject(new
        {
            Variant = network.Variant.PaperName,
            Checkpoint = settings.CheckpointPath is { } path ? TrainFaces.ChecksumOf(path) : null,
            Teacher = read.Origin.GetValueOrDefault(TrainFaces.TeacherKey),
            Data = new
            {
                settings.Data.Name,
                Split = faces.Description,
                Fold = read.Origin.GetValueOrDefault(TrainFaces.FoldKey),
                Training = Counted(faces.Training),
                Validation = Counted(faces.Validation),
                Test = faces.Test is null ? (int?)null : Counted(faces.Test),
            },
            Network = network.Options,
            Trainer = trainer,
        });
    }

    private static Dictionary<string, string> Provenance(
        TrainSettings settings, TrainFaces read, FacialAttentionOptions recipe, TrainingHistory history) => new(read.Origin)
    {
        ["data"] = settings.Data.Name,
        ["split"] = read.Split.Description,
        ["seed"] = recipe.Trainer.Seed.ToString(CultureInfo.InvariantCulture),
        ["iteration"] = history.Best.Iteration.ToString(CultureInfo.InvariantCulture),
        ["validationAccuracy"] = (1 - history.Best.Error).ToString("F4", CultureInfo.InvariantCulture),
    };
}
