using Microsoft.Extensions.Options;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FacialAttention.Tests.Training;

public sealed class TrainerInputTests
{
    private static readonly FaceDataset Faces = ToyFaces.Noise(count: 6, seed: 1);

    [Fact]
    public void Constructor_NullNetwork_Throws()
    {
        Action act = () => _ = new Trainer(null!);

        act.Should().Throw<ArgumentNullException>().WithParameterName("network");
    }

    [Fact]
    public void Constructor_NetworkWithoutTrainableParameter_SaysSo()
    {
        using Module<Tensor, Tensor> network = Flatten();
        using var frozen = new TwoLayerNet();
        foreach (Tensor parameter in frozen.parameters())
        {
            parameter.requires_grad = false;
        }

        foreach (Module<Tensor, Tensor> untrainable in (Module<Tensor, Tensor>[])[network, frozen])
        {
            Action act = () => _ = new Trainer(untrainable, Options());
            act.Should().Throw<ArgumentException>().WithParameterName("network")
                .WithMessage("The network has no parameter that requires a gradient; expected at least one.*");
        }
    }

    [Fact]
    public void Constructor_OptionsOutOfRange_NamesEveryFailure()
    {
        using var network = new TwoLayerNet();
        var options = new TrainerOptions { Iterations = 0, BatchSize = -1, Device = DevicePreference.Cpu };
        Action act = () => _ = new Trainer(network, options);

        act.Should().Throw<OptionsValidationException>()
            .WithMessage("*Iterations is 0; expected 1 to 100000000*BatchSize is -1; expected 1 to 65536*");
    }

    [Fact]
    public void Constructor_DeviceThatCannotBeHad_Throws()
    {
        using var network = new TwoLayerNet();
        Action act = () => _ = new Trainer(network, new TrainerOptions { Device = DevicePreference.Cuda, CudaIndex = 127 });

        act.Should().Throw<InvalidOperationException>("no machine has 128 of them, and most have none").WithMessage("*CUDA*");
    }

    [Fact]
    public void Fit_NullData_Throws()
    {
        using var network = new TwoLayerNet();
        using var trainer = new Trainer(network, Options());

        trainer.Invoking(it => it.Fit(null!, Faces)).Should().Throw<ArgumentNullException>().WithParameterName("training");
        trainer.Invoking(it => it.Fit(Faces, null!)).Should().Throw<ArgumentNullException>().WithParameterName("validation");
    }

    [Fact]
    public void Fit_OtherLabelsInTheSameNumber_SaysBoth()
    {
        using var network = new TwoLayerNet();
        using var trainer = new Trainer(network, Options());
        var labels = new ExpressionLabels("Top", "Bottom", "Middle");
        var others = new FaceDataset(Faces.Pixels.ToArray(), new byte[6], Faces.Size, labels);
        byte[] before = network.Weights();

        trainer.Invoking(it => it.Fit(Faces, others)).Should().Throw<ArgumentException>().WithParameterName("validation")
            .WithMessage("*labels*Top*Middle*Bottom*expected the same*got*Top*Bottom*Middle*");

        network.Weights().Should().Equal(before);
    }

    [Theory]
    [InlineData(10, 8)]
    [InlineData(8, 11)]
    [InlineData(9, 10)]
    public void Fit_OtherSize_SaysBothAsHeightByWidth(int height, int width)
    {
        using var network = new TwoLayerNet();
        using var trainer = new Trainer(network, Options());
        var others = new FaceDataset(new byte[height * width], [0], new ImageSize(height, width), ToyFaces.Labels);

        trainer.Invoking(it => it.Fit(Faces, others)).Should().Throw<ArgumentException>().WithParameterName("validation")
            .WithMessage($"The training faces are 8x10*expected the same*got {height}x{width}*");
    }

    [Theory]
    [InlineData(2)]
    [InlineData(7)]
    public void Fit_WrongNumberOfLogits_SaysBothShapes(int classes)
    {
        using var network = new TwoLayerNet(classes: classes);
        using var trainer = new Trainer(network, Options());
        byte[] before = network.Weights();

        trainer.Invoking(it => it.Fit(Faces, Faces)).Should().Throw<ArgumentException>()
            .WithMessage($"The network returned a tensor of shape [4, {classes}] for 4 faces with 3 labels; expected * shape [4, 3].");

        network.Weights().Should().Equal(before);
    }

    private static TrainerOptions Options() => new() { Iterations = 2, BatchSize = 4, Device = DevicePreference.Cpu };
}
