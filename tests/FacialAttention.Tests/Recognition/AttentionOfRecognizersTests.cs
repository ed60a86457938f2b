using FacialAttention.Tests.Networks;
using FacialAttention.Tests.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace FacialAttention.Tests.Recognition;

public sealed class AttentionOfRecognizersTests : IDisposable
{
    private static readonly RecognitionOptions WithAttention = new() { IncludeAttention = true };

    private readonly string _path = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.onnx");

    public static TheoryData<NetworkVariant> Variants { get; } = Cases.Of<NetworkVariant>();

    public void Dispose() => File.Delete(_path);

    /// <summary>Faces of sizes of their own: 16x24 is the network's.</summary>
    private static FaceImage[] Faces(int count) =>
    [
        .. Enumerable.Range(0, count).Select(i =>
        {
            (int width, int height) = i % 2 == 0 ? (TinyNetwork.Width, TinyNetwork.Height) : (31, 20);
            var pixels = new byte[width * height];
            new Random(i).NextBytes(pixels);
            return FaceImage.FromGray(pixels, new ImageSize(height, width));
        }),
    ];

    private static ExpressionNetwork CreateNetwork(NetworkVariant variant)
    {
        ExpressionNetwork network = TinyNetwork.Create(variant);
        Numbers.Randomise(network, 5);
        return network;
    }

    [Theory]
    [InlineData(NetworkVariant.Cnn)]
    [InlineData(NetworkVariant.CnnLstm)]
    [InlineData(NetworkVariant.AcnnLstm, "local_attention")]
    [InlineData(NetworkVariant.CnnAlstm, "global_attention")]
    [InlineData(NetworkVariant.AcnnAlstm, "local_attention", "global_attention")]
    public void Recognize_WithAttention_AgreesBetweenBothEngines(NetworkVariant variant, params string[] layers)
    {
        ExpressionNetwork network = CreateNetwork(variant);
        OnnxExporter.Export(_path, network, new OnnxExportOptions { IncludeAttention = true });
        using var torchRecognizer = new TorchExpressionRecognizer(network, options: WithAttention);
        using var onnxRecognizer = OnnxExpressionRecognizer.Load(_path, options: WithAttention);
        FaceImage[] faces = Faces(5); // batches of 4 and 1 in ONNX Runtime

        IReadOnlyList<ExpressionPrediction> expected = torchRecognizer.Recognize(faces);
        IReadOnlyList<ExpressionPrediction> actual = onnxRecognizer.Recognize(faces);

        for (int face = 0; face < faces.Length; face++)
        {
            expected[face].Attention.Select(map => map.Layer).Should().Equal(layers);
            ShouldAgree(actual[face].Attention, expected[face].Attention, 1e-5f);
            ShouldAgree(onnxRecognizer.Recognize(faces[face]).Attention, expected[face].Attention, 1e-5f);
            ShouldAgree(torchRecognizer.Recognize(faces[face]).Attention, expected[face].Attention, 1e-6f);
        }
    }

    [Theory]
    [MemberData(nameof(Variants))]
    public void Recognize_WithAttention_GivesTheProbabilitiesOfWithout(NetworkVariant variant)
    {
        ExpressionNetwork network = CreateNetwork(variant);
        OnnxExporter.Export(_path, network, new OnnxExportOptions { IncludeAttention = true });
        using var torchPlain = new TorchExpressionRecognizer(network);
        using ExpressionNetwork copy = CreateNetwork(variant);
        using var torchExplained = new TorchExpressionRecognizer(copy, options: WithAttention);
        using var onnxPlain = OnnxExpressionRecognizer.Load(_path);
        using var onnxExplained = OnnxExpressionRecognizer.Load(_path, options: WithAttention);
        FaceImage[] faces = Faces(3);

        torchExplained.Recognize(faces).SelectMany(face => face.Probabilities)
            .Should().Equal(torchPlain.Recognize(faces).SelectMany(face => face.Probabilities));
        onnxExplained.Recognize(faces).SelectMany(face => face.Probabilities)
            .Should().Equal(onnxPlain.Recognize(faces).SelectMany(face => face.Probabilities));
        torchPlain.Recognize(faces).Concat(onnxPlain.Recognize(faces)).Should().OnlyContain(face => face.Attention.Count == 0);
    }

    [Fact]
    public void Load_WithAttentionFromAFileWithout_NamesTheExportOption()
    {
        using ExpressionNetwork network = CreateNetwork(NetworkVariant.AcnnAlstm);
        OnnxExporter.Export(_path, network);

        FluentActions.Invoking(() => OnnxExpressionRecognizer.Load(_path, options: WithAttention))
            .Should().ThrowExactly<InvalidDataException>()
            .WithMessage($"*{_path}*has no attention maps*; expected one that was exported with the option IncludeAttention*");
    }

    [Fact]
    public void Options_EditedAfterwards_ChangeNothing()
    {
        var options = new RecognitionOptions { IncludeAttention = true };
        using var recognizer = new TorchExpressionRecognizer(CreateNetwork(NetworkVariant.AcnnLstm), options: options);
        options.IncludeAttention = false;

        recognizer.Recognize(Faces(1)[0]).Attention.Should().ContainSingle();
    }

    [Fact]
    public void Recognize_ManyTimesWithAttention_LeavesNoTensorBehind()
    {
        using var recognizer = new TorchExpressionRecognizer(CreateNetwork(NetworkVariant.AcnnAlstm), options: WithAttention);
        FaceImage[] faces = Faces(2);
        recognizer.Recognize(faces);
        long before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        for (int i = 0; i < 20; i++)
        {
            recognizer.Recognize(faces);
        }

        DisposeScopeManager.Statistics.ThreadTotalLiveCount.Should().Be(before);
    }

    private static void ShouldAgree(IReadOnlyList<AttentionMap> actual, IReadOnlyList<AttentionMap> expected, float tolerance)
    {
        actual.Should().HaveSameCount(expected);
        for (int i = 0; i < expected.Count; i++)
        {
            (actual[i].Layer, actual[i].GridHeight, actual[i].GridWidth).Should().Be((expected[i].Layer, 4, 6));
            for (int place = 0; place < 24; place++)
            {
                actual[i].Weights[place].Should().BeApproximately(expected[i].Weights[place], tolerance);
            }
        }
    }
}
