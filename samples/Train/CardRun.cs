using System.Globalization;
using System.Text;
using FacialAttention;
using Samples;
using TorchSharp;

namespace Train;

/// <summary><c>card</c>: measures a network on the selection split of what it learned from, and writes the tables of the model card.</summary>
internal static class CardRun
{
    private const int DrawnPersons = 60;

    public static void Run(CardSettings settings, CancellationToken cancellationToken)
    {
        string section = Path.GetFileNameWithoutExtension(settings.CheckpointPath);
        MarkdownPage.Check(settings.PagePath, section);
        NativeTorch.EnsureLoaded();
        torch.set_num_threads(settings.Threads);
        DeviceSelection device = DeviceSelector.Select(settings.Device, settings.CudaIndex);
        using ExpressionNetwork network = Checkpoint.Load(settings.CheckpointPath, device.Device);
        DatasetSplit faces = ReadFaces(settings, network.Options, cancellationToken);
        RunResult? run = settings.RunPath is { } folder ? ReadRun(folder, settings.CheckpointPath) : null;
        EvaluationResult single = Evaluate(faces.Validation, averageMirrored: false);
        EvaluationResult mirrored = Evaluate(faces.Validation, averageMirrored: true);
        HeldCalibration calibration = HeldCalibration.Of(single.ToScoredFaces(), faces.Validation);

        var text = new StringBuilder();
        text.Append(CardTables.Facts(settings.CheckpointPath, network, run));
        text.Append($"Measured on {(settings.Data.IsFolder ? "the validation faces" : "PublicTest")}, by which the weights were chosen (selection split), "
            + "which flatters; as trained, before the calibration (`evaluate --uncalibrated`):\n\n");
        text.Append(CardTables.Accuracy(faces, single, mirrored));
        text.Append("Class by class, single view:\n\n");
        text.Append(CardTables.Classes(faces.Training, single));
        text.Append("Rows are the actual classes, columns those that the network says:\n\n");
        text.Append(CardTables.Confusion(single));
        text.Append("How far the probabilities can be believed, each scaling measured on faces that it was not fitted to (5 folds, equal faces together):\n\n");
        text.Append(CardTables.Calibration(calibration));
        if (ExpressionLabels.Fer2013.Names.All(name => network.Options.Labels.IndexOf(name) >= 0))
        {
            FaceDataset drawn = SyntheticFaces.Generate(DrawnPersons * ExpressionLabels.Fer2013.Count, seed: 1)
                .WithColumns(FaceColumns.None).WithLabels(network.Options.Labels);
            text.Append("What it says of drawn faces (`SyntheticFaces`), none of which it learned from:\n\n");
            text.Append(CardTables.Drawn(Evaluate(drawn, averageMirrored: false)));
        }

        MarkdownPage.Replace(settings.PagePath, section, text.ToString());
        if (settings.PicturePath is { } picture)
        {
            CalibrationPlot.Save(picture, calibration.AsTrained, calibration.Better);
        }

        Console.WriteLine($"Wrote the tables of {section} into {settings.PagePath}.");

        EvaluationResult Evaluate(FaceDataset dataset, bool averageMirrored) =>
            Evaluator.Evaluate(network, dataset, averageMirrored: averageMirrored, cancellationToken: cancellationToken);
    }

    private static DatasetSplit ReadFaces(CardSettings settings, ExpressionNetworkOptions options, CancellationToken cancellationToken)
    {
        DatasetSplit split = settings.Data.ReadSplit(new ImageSize(options.ImageHeight, options.ImageWidth), cancellationToken);
        return new DatasetSplit(Relabel(split.Training), Relabel(split.Validation), test: null, split.Description);

        FaceDataset Relabel(FaceDataset faces) => EvaluateRun.WithLabelsOf(options.Labels, faces, settings.CheckpointPath, settings.Data);
    }

    /// <summary>The run that made the checkpoint.</summary>
    private static RunResult ReadRun(string folder, string checkpoint)
    {
        RunResult run = RunFolder.ReadResult(folder);
        string iteration = Checkpoint.ReadProvenance(checkpoint).GetValueOrDefault("iteration", "an unknown iteration");
        return iteration == run.BestIteration.ToString(CultureInfo.InvariantCulture)
            ? run
            : throw new ArgumentException(
                $"--run: '{folder}' kept the weights of iteration {run.BestIteration}, while '{checkpoint}' is of {iteration}; expected the run that "
                + "made the checkpoint.");
    }
}
