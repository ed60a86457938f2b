using System.Globalization;
using FacialAttention;
using TorchSharp;
using static TorchSharp.torch;

namespace Train;

/// <summary><c>device</c>: whether a device computes what the CPU does, and how fast it trains.</summary>
internal static class DeviceRun
{
    private const int ComparedFaces = 64;
    private const double Tolerance = 1e-3;

    public static void Run(DeviceSettings settings, CancellationToken cancellationToken)
    {
        NativeTorch.EnsureLoaded();
        set_num_threads(settings.Threads);
        DeviceSelection device = DeviceSelector.Select(settings.Device, settings.CudaIndex);
        Console.WriteLine(
            $"Device {device}, libtorch {torch.__version__}, TorchSharp {typeof(torch).Assembly.GetName().Version!.ToString(3)}");
        Compare(settings, device);
        Console.WriteLine("batch   milliseconds a step   faces a second");
        foreach (int batchSize in settings.BatchSizes)
        {
            double seconds = TimeStep(settings, device, batchSize, cancellationToken);
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"{batchSize,5}   {1000 * seconds,19:F2}   {batchSize / seconds,14:F0}"));
        }
    }

    /// <summary>
    /// Loss and gradients of fresh weights, of 32-bit numbers there and of 64-bit numbers on the CPU, and beside it what 32 bits are on the CPU:
    /// batch norm leaves little of a convolution's gradient but rounding.
    /// </summary>
    /// <exception cref="InvalidOperationException">The results differ by more than another order of sums explains.</exception>
    private static void Compare(DeviceSettings settings, DeviceSelection device)
    {
        (backends.cuda.matmul.allow_tf32, backends.cudnn.allow_tf32) = (false, false);
        using var scope = NewDisposeScope();
        (double exactLoss, Tensor exact) = LossAndGradients(settings, CPU, ScalarType.Float64);
        (double hereLoss, Tensor here) = LossAndGradients(settings, CPU, ScalarType.Float32);
        (double loss, Tensor there) = LossAndGradients(settings, device.Device, ScalarType.Float32);
        (backends.cuda.matmul.allow_tf32, backends.cudnn.allow_tf32) = (false, true); // as PyTorch begins
        (double ofLoss, double ofGradients) = (Difference(loss, exactLoss), Difference(there, exact));
        string found = string.Create(
            CultureInfo.InvariantCulture,
            $"loss {ofLoss:E1} (CPU {Difference(hereLoss, exactLoss):E1}), gradients {ofGradients:E1} (CPU {Difference(here, exact):E1})");
        if (!(ofLoss <= Tolerance && ofGradients <= Tolerance + (3 * Difference(here, exact))))
        {
            throw new InvalidOperationException(
                $"{device.Device} computes otherwise than the CPU. Relative differences from 64 bits: {found}; expected at most 0.001, and "
                + "for gradients three times the CPU's more. A libtorch of another version than the one that TorchSharp was built with can be the cause.");
        }

        Console.WriteLine($"Relative differences from 64 bits: {found}");
    }

    private static (double Loss, Tensor Gradients) LossAndGradients(DeviceSettings settings, Device device, ScalarType type)
    {
        FacialAttentionOptions recipe = FacialAttentionOptions.Load(settings.RecipePath);
        recipe.Network.Dropout = 0; // Each device draws it from a generator of its own.
        using var scope = NewDisposeScope();
        using var network = new ExpressionNetwork(recipe.Variant, recipe.Network);
        network.to(type).to(device);
        using var generator = new Generator(1);
        var options = recipe.Network;
        Tensor images = rand([ComparedFaces, 1, options.ImageHeight, options.ImageWidth], ScalarType.Float64, generator: generator);
        Tensor labels = randint(0, options.Labels.Count, [ComparedFaces], ScalarType.Int64, generator: generator);
        Tensor loss = nn.functional.cross_entropy(network.call(images.to(type).to(device)), labels.to(device));
        loss.backward();
        Tensor gradients = cat([.. network.parameters().Select(parameter => parameter.grad!.flatten().cpu().to(ScalarType.Float64))]);
        return (loss.ToDouble(), gradients.MoveToOuterDisposeScope());
    }

    private static double Difference(double value, double exact) => Math.Abs(value - exact) / Math.Abs(exact);

    private static double Difference(Tensor value, Tensor exact) => (value - exact).norm().ToDouble() / exact.norm().ToDouble();

    /// <summary>The median seconds of a step of the recipe: faces gathered, changed at random, forward, backward, optimizer.</summary>
    private static double TimeStep(DeviceSettings settings, DeviceSelection device, int batchSize, CancellationToken cancellationToken)
    {
        FacialAttentionOptions recipe = FacialAttentionOptions.Load(settings.RecipePath);
        (recipe.Trainer.BatchSize, recipe.Trainer.Epochs, recipe.Trainer.Iterations) = (batchSize, null, settings.Iterations);
        recipe.Trainer.ValidationInterval = settings.Iterations;
        using var network = new ExpressionNetwork(recipe.Variant, recipe.Network);
        using var trainer = new Trainer(network, recipe.Trainer, device: device);
        FaceDataset faces = Draw(batchSize, recipe.Network);
        return trainer.Fit(faces, faces.Subset([0]), cancellationToken: cancellationToken).SecondsPerIteration;
    }

    private static FaceDataset Draw(int count, ExpressionNetworkOptions options) =>
        SyntheticFaces.Generate(count, seed: 1, size: new ImageSize(options.ImageHeight, options.ImageWidth)).WithColumns(FaceColumns.None);
}
