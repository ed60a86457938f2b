using System.Globalization;
using FacialAttention;
using Samples;
using TorchSharp;

namespace VariantTable;

/// <summary><c>run --job K</c>: one job, in this process.</summary>
internal static class JobRun
{
    /// <summary>The exit code of a job that another process has claimed: EX_TEMPFAIL of sysexits.h, to try again later.</summary>
    public const int HeldCode = 75;

    public static int Run(RunSettings settings, CancellationToken cancellationToken)
    {
        var plan = Plan.Of(settings.Plan);
        Job job = plan.JobOf(settings.Job!.Value);
        plan.Keep(settings.OutputFolder);
        try
        {
            using var folder = new JobFolder(settings.OutputFolder, job, settings.TrustsCaller);
            Run(settings, plan, job, folder, cancellationToken);
            return 0;
        }
        catch (FileClaim.HeldException exception)
        {
            Console.Error.WriteLine(SampleProgram.Readable($"note: {exception.Message}", []));
            return HeldCode;
        }
    }

    private static void Run(RunSettings settings, Plan plan, Job job, JobFolder folder, CancellationToken cancellationToken)
    {
        NativeTorch.EnsureLoaded();
        torch.set_num_threads(settings.Threads);
        DatasetSplit faces = settings.Plan.Faces.Read(job.Fold, cancellationToken);
        var origin = new JobOrigin(FacesInfo.Of(settings.Plan.Faces.Name, faces), plan.Protocol, job with { Experiments = [], Number = 0 });
        folder.Enter(origin, settings.Resumes);
        if (folder.IsFinished)
        {
            Console.WriteLine($"{job.Name} is finished.");
            return;
        }

        ResumeState state = folder.State(origin);
        if (state.Exists)
        {
            Console.WriteLine($"{job.Name} goes on from its state.");
        }

        try
        {
            Train(settings, origin, faces, folder, state, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            throw new StoppedException(state.Exists
                ? $"Stopped {job.Name}. The state is kept; continue with the same command and --resume."
                : $"Stopped {job.Name}.");
        }
    }

    private static void Train(
        RunSettings settings,
        JobOrigin origin,
        DatasetSplit faces,
        JobFolder folder,
        ResumeState state,
        CancellationToken cancellationToken)
    {
        using FaceNetwork network = origin.Job.CreateNetwork(faces.Training, settings.Plan.LocalScaling);
        Objective objective = network.CreateObjective();
        using var trainer = new Trainer(network, objective, new TrainerOptions
        {
            Augmentation = settings.Plan.IsDegraded ? Degraded.Options : new AugmentationOptions(),
            Iterations = origin.Job.Iterations,
            BatchSize = origin.Protocol.BatchSize,
            LearningRate = origin.Protocol.LearningRate,
            Seed = origin.Job.Seed,
            TrainingReportInterval = origin.Protocol.TrainingReportInterval,
            ValidationInterval = origin.Protocol.ValidationInterval,
            ResumeInterval = settings.ResumeInterval,
            Device = settings.Device,
            CudaIndex = settings.CudaIndex,
        });
        TrainingHistory history = TrainingView.Show(
            origin.Job.Name, progress => trainer.Fit(faces.Training, faces.Validation, state, progress, cancellationToken));
        EvaluationResult validation = Evaluate(faces.Validation);
        var result = new JobResult(
            origin,
            network.ParameterCount,
            network.MultiplyAdds,
            history.Best.Iteration,
            SplitResult.Of(Evaluate(faces.Training)),
            SplitResult.Of(validation),
            UnseenFaces.Accuracy(faces, validation),
            faces.Test is null ? null : SplitResult.Of(Evaluate(faces.Test)),
            new JobCurves(history.Training, history.Validation));
        Checkpoint.Save(folder.CheckpointPath, network, new Dictionary<string, string>
        {
            ["data"] = origin.Data.Name,
            ["split"] = origin.Data.Split,
            ["seed"] = origin.Job.Seed.ToString(CultureInfo.InvariantCulture),
            ["iteration"] = history.Best.Iteration.ToString(CultureInfo.InvariantCulture),
        });
        folder.Write(result, new JobRunInfo(
            RunEnvironment.Of(trainer.Device, settings.Threads), history.Elapsed.TotalSeconds, history.SecondsPerIteration));
        Console.WriteLine(
            $"{origin.Job.Name}: validation {Words.Percent(validation.Accuracy)}, test {Words.PercentOrDash(result.Test?.Accuracy)}");

        EvaluationResult Evaluate(FaceDataset part) => Evaluator.Evaluate(
            network, objective, part, cancellationToken: cancellationToken);
    }
}
