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

    /// <summary>Of a rate so large that the difference of weights before and after has the gradient's digits, not the weights' last ones.</summary>
    private static readonly TrainerOptions OneStep =
        new() { Iterations = 1, BatchSize = ComparedFaces, Optimizer = OptimizerKind.SgdNesterov, LearningRate = 1 };

    public static void Run(DeviceSettings settings, CancellationToken cancellationToken)
    {
        NativeTorch.EnsureLoaded();
        set_num_threads(settings.Threads);
        DeviceSelection device = DeviceSelector.Select(settings.Device, settings.CudaIndex);
        Console.WriteLine(
            $"Device {device}, libtorch {torch.__version__}, TorchSharp {typeof(torch).Assembly.GetName().Version!.ToString(3)}");
        Compare(settings, device, cancellationToken);
        Console.WriteLine("batch   milliseconds a step   faces a second");
        foreach (int batchSize in settings.BatchSizes)
        {
            double seconds = TimeStep(settings, device, batchSize, cancellationToken);
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"{batchSize,5}   {1000 * seconds,19:F2}   {batchSize / seconds,14:F0}"));
        }
    }

    /// <summary>The loss of fresh weights and one step of SGD, here and there, without TF32.</summary>
    /// <exception cref="InvalidOperationException">The results differ by more than another order of sums explains.</exception>
    private static void Compare(DeviceSettings settings, DeviceSelection device, CancellationToken cancellationToken)
    {
        (backends.cuda.matmul.allow_tf32, backends.cudnn.allow_tf32) = (false, false);
        using var scope = NewDisposeScope();
        (double expectedLoss, Tensor expected) = Step(DeviceSelector.Select(DevicePreference.Cpu));
        (double loss, Tensor actual) = Step(device);
        (backends.cuda.matmul.allow_tf32, backends.cudnn.allow_tf32) = (false, true); // as PyTorch begins
        double losses = Math.Abs(loss - expectedLoss) / expectedLoss;
        double steps = (actual - expected).norm().ToDouble() / expected.norm().ToDouble();
        string found = string.Create(CultureInfo.InvariantCulture, $"relative differences of loss {losses:E1} and of the step {steps:E1}");
        if (!(losses <= Tolerance && steps <= Tolerance))
        {
            throw new InvalidOperationException(
                $"A step on {device.Device} is another than on the CPU: {found}; expected at most 0.001. A libtorch of another version than the one "
                + "that TorchSharp was built with can be the cause.");
        }

        Console.WriteLine($"A step as on the CPU: {found}");

        (double Loss, Tensor Step) Step(DeviceSelection where)
        {
            FacialAttentionOptions recipe = FacialAttentionOptions.Load(settings.RecipePath);
            recipe.Network.Dropout = 0; // Each device draws it from a generator of its own.
            FaceDataset faces = Draw(ComparedFaces, recipe.Network);
            using var network = new ExpressionNetwork(recipe.Variant, recipe.Network);
            using var trainer = new Trainer(network, OneStep, device: where);
            double loss = Evaluator.Evaluate(network, faces, cancellationToken: cancellationToken).Loss;
            Tensor before = WeightsOf(network);
            _ = trainer.Fit(faces, faces, cancellationToken: cancellationToken);
            return (loss, WeightsOf(network) - before);
        }
    }

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

    /// <summary>All parameters one after another, on the CPU.</summary>
    private static Tensor WeightsOf(ExpressionNetwork network)
    {
        using var noGrad = no_grad();
        return cat([.. network.parameters().Select(parameter => parameter.detach().flatten().cpu())]);
    }
}
