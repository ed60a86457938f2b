using System.Globalization;
using FacialAttention;
using Samples;
using TorchSharp;
using static TorchSharp.torch;

namespace Train;

/// <summary>
/// <c>teach</c>: what trained networks say of the training faces, as a file that <c>train --teacher</c> takes. With a network of each fold,
/// each face is judged by the one that was trained without it.
/// </summary>
internal static class TeachRun
{
    private const int BatchSize = 256;

    public static void Run(TeachSettings settings, CancellationToken cancellationToken)
    {
        if (File.Exists(settings.OutputPath))
        {
            throw new IOException($"--output: '{settings.OutputPath}' exists; expected a new file.");
        }

        NativeTorch.EnsureLoaded();
        set_num_threads(settings.Threads);
        DeviceSelection device = DeviceSelector.Select(settings.Device, settings.CudaIndex);
        FaceDataset faces = settings.Data.ReadSplit(SizeOf(settings.CheckpointPaths[0]), cancellationToken).Training;
        int[] networkOf = ChooseNetworks(settings.CheckpointPaths, faces);
        var probabilities = new float[faces.Count * faces.Labels.Count];
        foreach ((int number, string path) in settings.CheckpointPaths.Index())
        {
            int[] rows = [.. Enumerable.Range(0, faces.Count).Where(row => networkOf[row] == number)];
            using ExpressionNetwork network = Checkpoint.Load(path, device.Device);
            Check(network, path, faces);
            Judge(network, faces, rows, settings.ShiftPixels, device.Device, probabilities, cancellationToken);
        }

        int views = 2 * Shifts(settings.ShiftPixels).Count;
        TeacherFile.Save(
            settings.OutputPath,
            faces.WithColumns(faces.Columns with { Teacher = probabilities }),
            new Dictionary<string, string>
            {
                ["checkpoints"] = string.Join(", ", settings.CheckpointPaths.Select(TrainFaces.ChecksumOf)),
                ["outOfFold"] = settings.CheckpointPaths.Count > 1 ? "true" : "false",
                ["views"] = views.ToString(CultureInfo.InvariantCulture),
                ["shift"] = settings.ShiftPixels.ToString(CultureInfo.InvariantCulture),
            });
        Console.WriteLine($"Device {device}");
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{faces.Count:N0} training faces, {views} views of each, "
            + $"{(settings.CheckpointPaths.Count > 1 ? "judged by the network of their fold" : "all judged by one network")}: "
            + $"{TrainingView.Percent(ShareRight(faces, probabilities))} as labelled. Wrote {settings.OutputPath}."));
    }

    private static ImageSize SizeOf(string checkpoint)
    {
        using ExpressionNetwork network = Checkpoint.Load(checkpoint);
        return new ImageSize(network.Options.ImageHeight, network.Options.ImageWidth);
    }

    /// <summary>For each face the checkpoint that judges it.</summary>
    /// <exception cref="ArgumentException">There are several, and they are not one of each fold of these faces.</exception>
    private static int[] ChooseNetworks(IReadOnlyList<string> checkpoints, FaceDataset faces)
    {
        if (checkpoints.Count == 1)
        {
            return new int[faces.Count];
        }

        string fingerprint = TrainFaces.FingerprintOf(faces);
        var networkOfFold = new Dictionary<int, int>();
        foreach ((int number, string path) in checkpoints.Index())
        {
            IReadOnlyDictionary<string, string> provenance = Checkpoint.ReadProvenance(path);
            if (!FoldChoice.TryParse(provenance.GetValueOrDefault(TrainFaces.FoldKey, ""), out FoldChoice? fold))
            {
                throw new ArgumentException(
                    $"'{path}' was not trained with --fold; expected one network for all faces, or one of each fold.");
            }

            if (fold.Count != checkpoints.Count)
            {
                throw new ArgumentException(
                    $"'{path}' was trained without fold {fold}, and there are {checkpoints.Count} networks; expected one of each fold.");
            }

            if (provenance.GetValueOrDefault(TrainFaces.FoldedFacesKey) is var folded && folded != fingerprint)
            {
                throw new ArgumentException($"'{path}' was trained on folds of other faces, {folded}; expected {fingerprint}.");
            }

            if (!networkOfFold.TryAdd(fold.Number, number))
            {
                throw new ArgumentException(
                    $"'{checkpoints[networkOfFold[fold.Number]]}' and '{path}' were both trained without fold {fold}; expected one of each fold.");
            }
        }

        return [.. FaceFolds.Assign(faces, checkpoints.Count).Select(fold => networkOfFold[fold + 1])];
    }

    private static void Check(ExpressionNetwork network, string path, FaceDataset faces)
    {
        ExpressionNetworkOptions options = network.Options;
        if (!options.Labels.Equals(faces.Labels))
        {
            throw new ArgumentException($"'{path}' is for the classes {options.Labels}; expected those of the faces, {faces.Labels}.");
        }

        var size = new ImageSize(options.ImageHeight, options.ImageWidth);
        if (size != faces.Size)
        {
            throw new ArgumentException($"'{path}' is for faces of {size} pixels (height x width); expected {faces.Size} as of the first network.");
        }
    }

    /// <summary>Fills in what a network says of some of the faces: the mean over their views.</summary>
    private static void Judge(
        ExpressionNetwork network,
        FaceDataset faces,
        int[] rows,
        int shift,
        Device device,
        float[] probabilities,
        CancellationToken cancellationToken)
    {
        using var noGrad = no_grad();
        foreach (int[] batch in rows.Chunk(BatchSize))
        {
            cancellationToken.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            using Scalar white = 255;
            byte[] pixels = faces.Subset(batch).Pixels.ToArray();
            Tensor images = tensor(pixels, [batch.Length, 1, faces.Size.Height, faces.Size.Width]).to(device).to(ScalarType.Float32).div_(white);
            float[] means = [.. MeanOfViews(network, images, shift).cpu().data<float>()];
            for (int i = 0; i < batch.Length; i++)
            {
                means.AsSpan(i * faces.Labels.Count, faces.Labels.Count).CopyTo(probabilities.AsSpan(batch[i] * faces.Labels.Count));
            }
        }
    }

    /// <summary>Calibrated probabilities [N, K], the mean over each face and its mirror image, shifted and not.</summary>
    private static Tensor MeanOfViews(ExpressionNetwork network, Tensor images, int shift)
    {
        using var scope = NewDisposeScope();
        Tensor padded = shift == 0 ? images : nn.functional.pad(images, [shift, shift, shift, shift], PaddingModes.Replicate);
        Tensor[] views =
        [
            .. Shifts(shift)
                .Select(by => padded.narrow(2, shift + by.Down, images.shape[2]).narrow(3, shift + by.Right, images.shape[3]))
                .SelectMany(view => new[] { view, view.flip(3) }),
        ];
        return stack(views.Select(view => network.Calibration.Probabilities(network.call(view.contiguous())))).mean([0]).MoveToOuterDisposeScope();
    }

    /// <summary>Where a face is looked at: as it is, and shifted to each of four sides.</summary>
    private static IReadOnlyList<(int Right, int Down)> Shifts(int pixels) =>
        pixels == 0 ? [(0, 0)] : [(0, 0), (pixels, 0), (-pixels, 0), (0, pixels), (0, -pixels)];

    /// <summary>The share of the faces that count whose largest probability is at their label.</summary>
    private static double ShareRight(FaceDataset faces, float[] probabilities)
    {
        float[][] rows = [.. probabilities.Chunk(faces.Labels.Count)];
        int[] counted =
            [.. Enumerable.Range(0, faces.Count).Where(face => faces.Columns.Weights is not { } weights || weights.Span[face] > 0)];
        return counted.Count(face => Array.IndexOf(rows[face], rows[face].Max()) == faces.LabelIndices.Span[face]) / (double)counted.Length;
    }
}
