using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FacialAttention.Tests.Training;

/// <summary>One linear layer over the pixels, small enough to be followed by hand; it tells what it saw and answered.</summary>
internal sealed class LinearNet : Module<Tensor, Tensor>
{
    private readonly Linear _linear;

    public LinearNet(int pixels, int classes, int seed = 1)
        : base(nameof(LinearNet))
    {
        using var seeded = new SeededTorch(seed);
        _linear = Linear(pixels, classes);
        RegisterComponents();
    }

    /// <summary>Called with each batch in training mode: images [N, 1, H, W] and logits [N, K].</summary>
    public Action<Tensor, Tensor>? OnTraining { get; set; }

    /// <summary>Weights [K, pixels] and biases [K] in one row of numbers.</summary>
    public double[] Weights =>
    [
        .. _linear.weight.detach().data<float>().Select(value => (double)value),
        .. _linear.bias!.detach().data<float>().Select(value => (double)value),
    ];

    public override Tensor forward(Tensor images)
    {
        using var scope = NewDisposeScope();
        Tensor logits = _linear.call(images.flatten(1));
        if (training)
        {
            OnTraining?.Invoke(images, logits.detach());
        }

        return logits.MoveToOuterDisposeScope();
    }
}
