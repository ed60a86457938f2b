using System.Diagnostics;
using System.Reflection;
using FacialAttention.Tests.Export;
using FacialAttention.Tests.Files;
using FacialAttention.Tests.Networks;
using FacialAttention.Tests.Storage;
using FacialAttention.Tests.Torch;
using Microsoft.ML.OnnxRuntime;

namespace FacialAttention.Tests.Onnx;

public sealed class OnnxExpressionRecognizerTests : IDisposable
{
    private static readonly FaceImage[] Faces = [.. Enumerable.Range(0, 131).Select(i =>
        SyntheticFaces.Draw((FacialExpression)(i % 7), identity: i, variation: 1, new ImageSize(16 + (i % 5), 20 + (i % 9))))];

    private static readonly byte[] Model = CreateModel(NetworkVariant.AcnnAlstm);

    private readonly TemporaryFolder _folder = new();
    private readonly OnnxExpressionRecognizer _recognizer = OnnxExpressionRecognizer.Load(Model, UseOneThread);

    public static TheoryData<NetworkVariant> Variants { get; } = Cases.Of<NetworkVariant>();

    public void Dispose()
    {
        _recognizer.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [MemberData(nameof(Variants))]
    public void Recognize_AnyExportedVariant_AgreesWithTorch(NetworkVariant variant)
    {
        ExpressionNetwork network = TinyNetwork.Create(variant);
        network.Calibration = new Calibration { Temperature = 0.1 };
        using var torch = new TorchExpressionRecognizer(network);
        using OnnxExpressionRecognizer onnx = OnnxExpressionRecognizer.Load(CreateModel(variant), UseOneThread);

        onnx.Labels.Should().Be(torch.Labels);
        foreach (FaceImage face in Faces.Take(7))
        {
            ShouldAgree(onnx.Recognize(face), torch.Recognize(face), 1e-5f);
        }

        var box = new FaceBox(1, 2, 17, 13);
        ShouldAgree(onnx.Recognize(Faces[8], box), torch.Recognize(Faces[8], box), 1e-5f);
        var turned = new FaceBox(-4.5f, 3.25f, 17, 13) { Roll = -12 };
        ShouldAgree(onnx.Recognize(Faces[8], turned), torch.Recognize(Faces[8], turned), 1e-5f);
    }

    [Theory]
    [MemberData(nameof(Variants))]
    public void Recognize_ShortcutsAndSqueezeExcitation_AgreesWithTorch(NetworkVariant variant)
    {
        ExpressionNetworkOptions options = TinyNetwork.Options();
        options.BackboneStages = TinyNetwork.ResidualStages;
        var network = new ExpressionNetwork(variant, options) { Calibration = new Calibration { Temperature = 0.1 } };
        Numbers.Randomise(network, 3);
        byte[] model = OnnxModel.BytesOf(network);
        using var torch = new TorchExpressionRecognizer(network);
        using OnnxExpressionRecognizer onnx = OnnxExpressionRecognizer.Load(model, UseOneThread);

        IReadOnlyList<ExpressionPrediction> expected = torch.Recognize(Faces[..7]);
        foreach ((ExpressionPrediction actual, ExpressionPrediction wanted) in onnx.Recognize(Faces[..7]).Zip(expected))
        {
            ShouldAgree(actual, wanted, 1e-5f);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(64)]
    [InlineData(131)]
    public void Recognize_Batch_GivesWhatSingleFacesGive(int count)
    {
        IReadOnlyList<ExpressionPrediction> predictions = _recognizer.Recognize(Faces[..count]);

        predictions.Should().HaveCount(count);
        for (int i = 0; i < count; i++)
        {
            ShouldAgree(predictions[i], _recognizer.Recognize(Faces[i]), 1e-6f);
        }
    }

    [Fact]
    public void Load_PathStreamAndBytes_GiveTheSame()
    {
        string path = _folder.Write("a.onnx", Model);
        using var stream = new MemoryStream(Model);
        using OnnxExpressionRecognizer ofPath = OnnxExpressionRecognizer.Load(path);
        using OnnxExpressionRecognizer ofStream = OnnxExpressionRecognizer.Load(stream);

        IReadOnlyList<float> expected = _recognizer.Recognize(Faces[0]).Probabilities;

        ofPath.Recognize(Faces[0]).Probabilities.Should().Equal(expected);
        ofStream.Recognize(Faces[0]).Probabilities.Should().Equal(expected);
        stream.CanRead.Should().BeTrue();
    }

    [Fact]
    public void Load_ConfigureSession_ReachesOnnxRuntime()
    {
        string optimised = _folder.File("optimised.onnx");

        using OnnxExpressionRecognizer recognizer = OnnxExpressionRecognizer.Load(
            Model, options => options.OptimizedModelFilePath = optimised);

        File.Exists(optimised).Should().BeTrue();
    }

    [Fact]
    public void Recognize_SixteenThreads_GiveWhatOneGives()
    {
        float[][] expected = [.. Faces.Select(face => _recognizer.Recognize(face).Probabilities.ToArray())];
        var found = new float[16][][];
        Thread[] threads = [.. Enumerable.Range(0, 16).Select(thread => new Thread(() =>
            found[thread] = [.. Faces.Select(face => _recognizer.Recognize(face).Probabilities.ToArray())]))];

        Array.ForEach(threads, thread => thread.Start());
        Array.ForEach(threads, thread => thread.Join());

        found.Should().AllSatisfy(results => results.Should().BeEquivalentTo(expected, options => options.WithStrictOrdering()));
    }

    [Fact]
    public void Recognize_ManyFaces_AllocatesThePredictionsAlone()
    {
        const int Rounds = 10;
        FaceImage[] faces = Faces[..100];
        float[] probabilities = [1, 0, 0];
        long single = AllocatedBy(() => Array.ForEach(faces, face => _recognizer.Recognize(face)));
        long batches = AllocatedBy(() => _recognizer.Recognize(faces));
        long predictions = AllocatedBy(() => Array.ForEach(faces, _ => new ExpressionPrediction(_recognizer.Labels, probabilities)));

        single.Should().BeLessThan(predictions + 1000, "a face takes {0} bytes of results", predictions / (Rounds * faces.Length));
        batches.Should().BeLessThan(predictions + (Rounds * 9 * faces.Length) + 1000, "a list of 8-byte references comes on top");

        static long AllocatedBy(Action action)
        {
            action();
            action();
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < Rounds; i++)
            {
                action();
            }

            return GC.GetAllocatedBytesForCurrentThread() - before;
        }
    }

    [Fact]
    public void Recognize_HundredThousandFaces_LeavesMemoryFlat()
    {
        ExpressionNetworkOptions options = TinyNetwork.Options();
        options.BackboneStages = [new(1, 2, Pool: true)];
        using var network = new ExpressionNetwork(NetworkVariant.Cnn, options);
        using OnnxExpressionRecognizer recognizer = OnnxExpressionRecognizer.Load(OnnxModel.BytesOf(network), UseOneThread);
        FaceImage face = SyntheticFaces.Draw(FacialExpression.Fear, 1, 1, new ImageSize(TinyNetwork.Height, TinyNetwork.Width));
        Recognize(5_000);
        long before = WorkingSet();

        Recognize(100_000);

        (WorkingSet() - before).Should().BeLessThan(8_000_000, "80 bytes a face would be as much");

        void Recognize(int count)
        {
            for (int i = 0; i < count; i++)
            {
                recognizer.Recognize(face);
            }
        }

        static long WorkingSet()
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            GC.Collect();
            using var process = Process.GetCurrentProcess();
            return process.WorkingSet64;
        }
    }

    [Fact]
    public void Recognize_WrongArguments_AreNamed()
    {
        _recognizer.Invoking(it => it.Recognize((FaceImage)null!)).Should().Throw<ArgumentNullException>();
        _recognizer.Invoking(it => it.Recognize((IReadOnlyList<FaceImage>)null!)).Should().Throw<ArgumentNullException>();
        _recognizer.Invoking(it => it.Recognize([Faces[0], null!])).Should().Throw<ArgumentNullException>();
        _recognizer.Invoking(it => it.Recognize(Faces[0], new FaceBox(99, 0, 9, 1))).Should().Throw<ArgumentOutOfRangeException>();

        _recognizer.Recognize(Faces[0]).Should().NotBeNull("a refused call gives its buffer back");
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(1, 16_384)]
    [InlineData(10_000, 10_000)]
    public void Recognize_SmallestAndLargestPictures_AreAnsweredAsAFaceOfTheSameGray(int height, int width)
    {
        var size = new ImageSize(height, width);
        var pixels = new byte[size.Pixels];
        Array.Fill(pixels, (byte)77);
        var face = new byte[ImageSize.Default.Pixels];
        Array.Fill(face, (byte)77);

        ExpressionPrediction prediction = _recognizer.Recognize(FaceImage.FromGray(pixels, size));

        prediction.Probabilities.Should().Equal(_recognizer.Recognize(FaceImage.FromGray(face, ImageSize.Default)).Probabilities);
    }

    [Fact]
    public void Recognize_Disposed_SaysSo()
    {
        OnnxExpressionRecognizer recognizer = OnnxExpressionRecognizer.Load(Model);
        recognizer.Dispose();

        recognizer.Invoking(it => it.Recognize(Faces[0])).Should().Throw<ObjectDisposedException>()
            .Which.ObjectName.Should().Be(typeof(OnnxExpressionRecognizer).FullName);
    }

    [Fact]
    public void Dispose_Twice_DoesNothingMore()
    {
        OnnxExpressionRecognizer recognizer = OnnxExpressionRecognizer.Load(Model);
        recognizer.Recognize(Faces[0]);

        recognizer.Dispose();

        recognizer.Invoking(it => it.Dispose()).Should().NotThrow();
    }

    [Theory]
    [InlineData(typeof(OnnxExpressionRecognizer))]
    [InlineData(typeof(FaceImage))]
    public void Assembly_OfThisPath_IsTrimmableAndReadyForNativeAot(Type type)
    {
        Dictionary<string, string?> metadata = type.Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
            .ToDictionary(attribute => attribute.Key, attribute => attribute.Value);

        metadata.Should().Contain("IsTrimmable", "True").And.Contain("IsAotCompatible", "True");
        type.Assembly.GetReferencedAssemblies().Should().NotContain(name => name.Name!.Contains("Torch", StringComparison.Ordinal));
    }

    private static byte[] CreateModel(NetworkVariant variant)
    {
        using ExpressionNetwork network = TinyNetwork.Create(variant);
        network.Calibration = new Calibration { Temperature = 0.1 };
        return OnnxModel.BytesOf(network);
    }

    private static void UseOneThread(SessionOptions options) => options.IntraOpNumThreads = 1;

    private static void ShouldAgree(ExpressionPrediction actual, ExpressionPrediction expected, float tolerance) =>
        actual.Probabilities.Zip(expected.Probabilities)
            .Should().AllSatisfy(pair => pair.First.Should().BeApproximately(pair.Second, tolerance));
}
