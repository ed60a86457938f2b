using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FacialAttention.Benchmarks;

/// <summary>A training step as the trainer makes it, on one batch that stays: forward, loss, backward, optimizer.</summary>
internal sealed class TrainingStep : IDisposable
{
    private const int Classes = 7;

    private readonly NetworkOptimizer _optimizer;
    private readonly Tensor _images;
    private readonly Tensor _labels;

    public TrainingStep(NetworkVariant variant, ExpressionNetworkOptions? options = null, int batchSize = 30)
    {
        options ??= new ExpressionNetworkOptions();
        Network = new ExpressionNetwork(variant, options);
        BatchSize = batchSize;
        Flops = CountFlops(Network) * batchSize;
        _optimizer = new NetworkOptimizer(new NetworkParts(Network, null), new TrainerOptions());
        using var generator = new Generator(Report.Seed);
        _images = rand([batchSize, 1, options.ImageHeight, options.ImageWidth], generator: generator);
        _labels = randint(0, Classes, [batchSize], ScalarType.Int64, generator: generator);
    }

    public ExpressionNetwork Network { get; }

    public int BatchSize { get; }

    /// <summary>The floating-point operations of a step, by <see cref="CountFlops"/>.</summary>
    public double Flops { get; }

    public void Run()
    {
        using var scope = NewDisposeScope();
        _optimizer.ZeroGradients();
        Tensor loss = functional.cross_entropy(Network.call(_images), _labels);
        _ = loss.ToDouble();
        loss.backward();
        _optimizer.Step(learningRate: 0.001);
    }

    public void Dispose()
    {
        Network.Dispose();
        _optimizer.Dispose();
        _images.Dispose();
        _labels.Dispose();
    }

    /// <summary>
    /// Floating-point operations of a step for one face: two for each counted multiply-add, once forward and twice backward (gradients of
    /// weights and of inputs), but for the first convolution, whose input has no gradient. Norms, activations, pools, softmax and the
    /// optimizer count nothing.
    /// </summary>
    private static double CountFlops(ExpressionNetwork network)
    {
        ExpressionNetworkOptions options = network.Options;
        ConvStage first = (options.BackboneStages ?? ConvBackbone.Paper)[0];
        double firstConvolution = (double)options.ImageHeight * options.ImageWidth * first.KernelSize * first.KernelSize * first.Channels;
        return 2 * ((3 * network.MultiplyAdds) - firstConvolution);
    }
}
