using FacialAttention.Tests.Files;
using FacialAttention.Tests.Networks;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FacialAttention.Tests.Training;

/// <summary>A run goes on with the network it was begun with, and with no other one whose weights happen to have the same shapes.</summary>
public sealed class ResumeStateNetworkTests : IDisposable
{
    private static readonly FaceDataset Faces = DrawnFaces();

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Fit_OtherPreprocessingAndScaling_IsRefusedByName()
    {
        Stop(Options());
        ExpressionNetworkOptions other = Options();
        (other.PixelMean, other.LocalAttentionScaling) = (0.1, LocalAttentionScaling.AsPrinted);
        using var network = new ExpressionNetwork(NetworkVariant.AcnnAlstm, other);

        ShouldBeRefused(
            network,
            "insideNetwork.pixelMean is 0.5 there and 0.1 here",
            "network/options localAttentionScaling is MeanOne there and AsPrinted here");
    }

    [Fact]
    public void Fit_OtherLabelsOrCalibration_IsRefusedByName()
    {
        Stop(Options());
        using var network = new ExpressionNetwork(NetworkVariant.AcnnAlstm, Options()) { Calibration = new() { Temperature = 2 } };

        ShouldBeRefused(network, "network/calibration temperature is 1 there and 2 here");
    }

    [Fact]
    public void Fit_StateOfANetworkThatDescribesItself_IsRefusedToOneThatDoesNot()
    {
        Stop(Options());
        using var network = new ExpressionNetwork(NetworkVariant.AcnnAlstm, Options());
        using var silent = new SilentNetwork(network);

        ShouldBeRefused(silent, "network/variant is \"ACNN-ALSTM\" there and unknown here");
    }

    [Fact]
    public void Fit_StateOfANetworkThatDoesNotDescribeItself_IsRefusedToOneThatDoes()
    {
        using (var inner = new ExpressionNetwork(NetworkVariant.AcnnAlstm, Options()))
        using (var silent = new SilentNetwork(inner))
        {
            Stop(silent);
        }

        using var network = new ExpressionNetwork(NetworkVariant.AcnnAlstm, Options());
        ShouldBeRefused(network, "network/variant is unknown there and \"ACNN-ALSTM\" here");
    }

    [Fact]
    public void Fit_OtherPlannedEnd_SaysHowToTrainBeyondIt()
    {
        Stop(Options());
        using var network = new ExpressionNetwork(NetworkVariant.AcnnAlstm, Options());

        ShouldBeRefused(
            network,
            9,
            "Iterations is 6 there and 9 here",
            "To train beyond a planned end, finish the run as planned and train its network on in a new run.");
    }

    [Fact]
    public void Fit_SameNetwork_Continues()
    {
        Stop(Options());
        using var network = new ExpressionNetwork(NetworkVariant.AcnnAlstm, Options());
        using var trainer = new Trainer(network, TrainerOptions());

        trainer.Fit(Faces, Faces, State()).Iterations.Should().Be(6);
    }

    private void ShouldBeRefused(Module<Tensor, Tensor> network, params string[] named) => ShouldBeRefused(network, 6, named);

    private void ShouldBeRefused(Module<Tensor, Tensor> network, int iterations, params string[] named)
    {
        byte[] before = File.ReadAllBytes(_folder.File("run.resume"));
        using var trainer = new Trainer(network, TrainerOptions(iterations));

        string message = trainer.Invoking(it => it.Fit(Faces, Faces, State())).Should().Throw<InvalidOperationException>().Which.Message;

        named.Should().AllSatisfy(text => message.Should().Contain(text));
        message.Should().Contain("run.resume").And.Contain("another run").And.NotContain("delete");
        File.ReadAllBytes(_folder.File("run.resume")).Should().Equal(before);
    }

    private void Stop(ExpressionNetworkOptions options)
    {
        using var network = new ExpressionNetwork(NetworkVariant.AcnnAlstm, options);
        Stop(network);
    }

    private void Stop(Module<Tensor, Tensor> network)
    {
        using var source = new CancellationTokenSource();
        using var trainer = new Trainer(network, TrainerOptions());
        var progress = new RecordedProgress(report =>
        {
            if (report.Iteration == 2)
            {
                source.Cancel();
            }
        });
        trainer.Invoking(it => it.Fit(Faces, Faces, State(), progress, source.Token)).Should().Throw<OperationCanceledException>();
    }

    private ResumeState State() => new(_folder.File("run.resume"));

    private static ExpressionNetworkOptions Options() => TinyNetwork.Options();

    private static TrainerOptions TrainerOptions(int iterations = 6) =>
        new() { Iterations = iterations, BatchSize = 2, Device = DevicePreference.Cpu };

    private static FaceDataset DrawnFaces()
    {
        var random = new SeededRandom(1);
        byte[] pixels = [.. Enumerable.Range(0, 6 * TinyNetwork.Height * TinyNetwork.Width).Select(_ => (byte)random.NextInt32(256))];
        return new FaceDataset(pixels, new byte[] { 0, 1, 2, 0, 1, 2 }, new ImageSize(TinyNetwork.Height, TinyNetwork.Width), Options().Labels);
    }

    /// <summary>A network that has the weights of another, and does not say what it is.</summary>
    private sealed class SilentNetwork : Module<Tensor, Tensor>
    {
        private readonly ExpressionNetwork _inner;

        public SilentNetwork(ExpressionNetwork inner)
            : base(nameof(SilentNetwork))
        {
            _inner = inner;
            RegisterComponents();
        }

        public override Tensor forward(Tensor images) => _inner.call(images);
    }
}
