using FacialAttention.Tests.Export;
using FacialAttention.Tests.Files;
using FacialAttention.Tests.Training;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FacialAttention.Tests.Networks;

/// <summary>Whatever is handed a disposed network, layer or tensor, or is one, says so by name, before anything else happens.</summary>
public sealed class DisposedNetworkTests : IDisposable
{
    private static readonly FaceImage Face = SyntheticFaces.Draw(FacialExpression.Sad, 1, 1);

    private readonly TemporaryFolder _folder = new();
    private readonly ExpressionNetwork _network = TinyNetwork.Create(NetworkVariant.AcnnAlstm);

    public static TheoryData<string, Func<Module<Tensor, Tensor>>> Layers { get; } = new()
    {
        { nameof(ConvBackbone), () => new ConvBackbone([new(3, 2, Pool: true)]) },
        { nameof(PointwiseConvBlock), () => new PointwiseConvBlock(1, 2) },
        { nameof(LocalFeatureAttention), () => new LocalFeatureAttention(3) },
        { nameof(GlobalFeatureAttention), () => new GlobalFeatureAttention(3) },
        { nameof(AttentiveLstmClassifier), () => new AttentiveLstmClassifier(3, 2, hiddenSize: 4) },
        { nameof(ExpressionNetwork), () => TinyNetwork.Create(NetworkVariant.Cnn) },
    };

    public void Dispose()
    {
        _network.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [MemberData(nameof(Layers))]
    public void Call_DisposedLayerOrTensor_IsNamed(string name, Func<Module<Tensor, Tensor>> create)
    {
        Module<Tensor, Tensor> layer = create();
        long[] shape = name is nameof(LocalFeatureAttention) or nameof(GlobalFeatureAttention) or nameof(AttentiveLstmClassifier)
            ? [2, 5, 3]
            : [2, 1, TinyNetwork.Height, TinyNetwork.Width];
        using Tensor input = zeros(shape);
        Tensor disposed = zeros(shape);
        disposed.Dispose();

        layer.Invoking(it => it.call(disposed)).Should().ThrowExactly<ObjectDisposedException>().WithMessage("The tensor * was disposed; *");
        layer.call(input).Dispose();
        layer.Dispose();

        layer.Invoking(it => it.call(input)).Should().ThrowExactly<ObjectDisposedException>().Which.ObjectName.Should().StartWith(name);
    }

    [Fact]
    public void Members_OfDisposedNetwork_NameIt()
    {
        _network.Dispose();

        ShouldNameTheNetwork(() => _ = _network.ParameterCount);
        ShouldNameTheNetwork(() => _network.FoldBatchNorm().Dispose());
    }

    [Fact]
    public void Files_OfDisposedNetwork_AreNotWrittenOrRead()
    {
        string good = _folder.File("good.safetensors");
        Checkpoint.Save(good, _network);
        _network.Dispose();

        ShouldNameTheNetwork(() => Checkpoint.Save(_folder.File("a.safetensors"), _network));
        ShouldNameTheNetwork(() => OnnxExporter.Export(_folder.File("a.onnx"), _network));
        ShouldNameTheNetwork(() => Checkpoint.LoadWeights(good, _network));
        Directory.GetFiles(_folder.Path).Should().Equal(good);
    }

    [Fact]
    public void TrainAndEvaluate_DisposedNetwork_NameIt()
    {
        FaceDataset faces = ToyFaces.Separable(6, seed: 1);
        var network = new LinearNet(ToyFaces.Height * ToyFaces.Width, ToyFaces.Classes);
        using var trainer = new Trainer(network, new TrainerOptions { Device = DevicePreference.Cpu });
        network.Dispose();

        ShouldName(nameof(LinearNet), () => trainer.Fit(faces, faces));
        ShouldName(nameof(LinearNet), () => Evaluator.Evaluate(network, faces));
        ShouldName(nameof(LinearNet), () => new Trainer(network).Dispose());
    }

    [Fact]
    public void Dispose_TrainerUnderFit_TakesEffectAtItsEnd()
    {
        FaceDataset faces = ToyFaces.Separable(6, seed: 1);
        using var network = new LinearNet(ToyFaces.Height * ToyFaces.Width, ToyFaces.Classes);
        var trainer = new Trainer(network, new TrainerOptions { Device = DevicePreference.Cpu, Iterations = 3, BatchSize = 2 });
        var progress = new RecordedProgress(_ => trainer.Dispose());

        trainer.Fit(faces, faces, progress: progress).Should().NotBeNull();

        trainer.Invoking(it => it.Fit(faces, faces)).Should().ThrowExactly<ObjectDisposedException>();
    }

    [Fact]
    public void Recognizer_OverDisposedNetwork_NamesIt()
    {
        var recognizer = new TorchExpressionRecognizer(_network);
        _network.Dispose();

        ShouldNameTheNetwork(() => recognizer.Recognize(Face));
        ShouldNameTheNetwork(() => recognizer.Recognize([Face]));
        ShouldNameTheNetwork(() => _ = new TorchExpressionRecognizer(_network));
    }

    [Fact]
    public void Recognize_AfterDispose_IsRefusedByBothEngines()
    {
        byte[] model = OnnxModel.BytesOf(_network);
        IExpressionRecognizer[] recognizers = [OnnxExpressionRecognizer.Load(model), new TorchExpressionRecognizer(_network)];
        foreach (IExpressionRecognizer recognizer in recognizers)
        {
            string name = recognizer.GetType().FullName!;
            recognizer.Recognize(Face);
            recognizer.Dispose();

            recognizer.Invoking(it => it.Dispose()).Should().NotThrow();
            ShouldName(name, () => recognizer.Recognize(Face));
            ShouldName(name, () => recognizer.Recognize(Face, new FaceBox(0, 0, 9, 9)));
            ShouldName(name, () => recognizer.RecognizeAll(Face, [new FaceBox(0, 0, 9, 9)]));
            ShouldName(name, () => recognizer.Recognize([Face, Face]));
            ShouldName(name, () => recognizer.Recognize([]));
            recognizer.Labels.Should().NotBeNull();
        }
    }

    private static void ShouldNameTheNetwork(Action action) => ShouldName(nameof(ExpressionNetwork), action);

    private static void ShouldName(string name, Action action) =>
        action.Should().ThrowExactly<ObjectDisposedException>().Which.ObjectName.Should().Be(name);
}
