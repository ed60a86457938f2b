using FacialAttention.Tests.Files;
using FacialAttention.Tests.Networks;
using FacialAttention.Tests.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace FacialAttention.Tests.Recognition;

public sealed class TorchExpressionRecognizerTests
{
    private static readonly FaceImage[] Faces = [.. Enumerable.Range(0, 5).Select(i =>
        SyntheticFaces.Draw((FacialExpression)i, identity: i, variation: 1, new ImageSize(20, 30 + i)))];

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Recognize_Faces_IsTheSoftmaxOfTheNetwork(double temperature)
    {
        ExpressionNetwork network = TinyNetwork.Create(NetworkVariant.AcnnAlstm);
        network.Calibration = new Calibration { Temperature = temperature };
        var preprocessor = new FacePreprocessor(new ImageSize(TinyNetwork.Height, TinyNetwork.Width));
        using var recognizer = new TorchExpressionRecognizer(network);
        foreach (FaceImage face in Faces)
        {
            var pixels = new float[TinyNetwork.Height * TinyNetwork.Width];
            preprocessor.Process(face, pixels);
            using Tensor images = tensor(pixels, [1, 1, TinyNetwork.Height, TinyNetwork.Width]);
            using Tensor probabilities = (network.call(images) / temperature).softmax(1);

            ExpressionPrediction prediction = recognizer.Recognize(face);

            prediction.Labels.Should().Be(TinyNetwork.Options().Labels);
            prediction.Probabilities.Zip(Numbers.ValuesOf(probabilities))
                .Should().AllSatisfy(pair => ((double)pair.First).Should().BeApproximately(pair.Second, 1e-6));
        }
    }

    [Fact]
    public void Recognize_Batch_GivesWhatSingleFacesGive()
    {
        using var recognizer = new TorchExpressionRecognizer(TinyNetwork.Create(NetworkVariant.AcnnLstm));

        IReadOnlyList<ExpressionPrediction> predictions = recognizer.Recognize(Faces);

        predictions.Should().HaveCount(Faces.Length);
        foreach ((ExpressionPrediction prediction, FaceImage face) in predictions.Zip(Faces))
        {
            prediction.Probabilities.Zip(recognizer.Recognize(face).Probabilities)
                .Should().AllSatisfy(pair => pair.First.Should().BeApproximately(pair.Second, 1e-6f));
        }

        recognizer.Recognize([]).Should().BeEmpty();
    }

    [Fact]
    public void Recognize_NetworkThatComputesNoNumbers_SaysSo()
    {
        ExpressionNetwork network = TinyNetwork.Create(NetworkVariant.AcnnAlstm);
        using (no_grad())
        {
            network.get_parameter("classifier.linear.bias")!.fill_(float.NaN);
        }

        using var recognizer = new TorchExpressionRecognizer(network, new RecognitionOptions { IncludeAttention = true });

        recognizer.Invoking(it => it.Recognize(Faces[0])).Should().ThrowExactly<InvalidDataException>().WithMessage(
            "The network computes no probabilities for a face; expected one whose weights are sound. Probability 0 is NaN; expected 0 to 1.*");
        recognizer.Invoking(it => it.Recognize(Faces)).Should().ThrowExactly<InvalidDataException>();
    }

    [Fact]
    public void Recognize_Crop_IsThatPartAlone()
    {
        using var recognizer = new TorchExpressionRecognizer(TinyNetwork.Create(NetworkVariant.CnnLstm));
        FaceImage large = SyntheticFaces.Draw(FacialExpression.Sad, 1, 1, new ImageSize(50, 60));
        var box = new FaceBox(7, 3, TinyNetwork.Width, TinyNetwork.Height);
        var size = new ImageSize(TinyNetwork.Height, TinyNetwork.Width);
        byte[] part = new FacePreprocessor(size).ToGray(large, box);

        ExpressionPrediction prediction = recognizer.Recognize(large, box);

        prediction.Probabilities.Should().Equal(recognizer.Recognize(FaceImage.FromGray(part, size)).Probabilities);
    }

    [Fact]
    public void Recognize_ManyTimes_LeavesNoTensorBehindAndDisposesTheNetwork()
    {
        long before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        ExpressionNetwork network = TinyNetwork.Create(NetworkVariant.AcnnAlstm);
        long withNetwork = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        using (var recognizer = new TorchExpressionRecognizer(network))
        {
            recognizer.Recognize(Faces);
            recognizer.Recognize(Faces[0]);

            DisposeScopeManager.Statistics.ThreadTotalLiveCount.Should().Be(withNetwork);
        }

        DisposeScopeManager.Statistics.ThreadTotalLiveCount.Should().Be(before);
    }

    [Fact]
    public void Recognize_ManyFaces_RunsAtMost64Together()
    {
        ExpressionNetwork network = TinyNetwork.Create(NetworkVariant.CnnLstm);
        var batches = new List<long>();
        network.register_forward_pre_hook((_, images) =>
        {
            batches.Add(images.shape[0]);
            return images;
        });
        using var recognizer = new TorchExpressionRecognizer(network);
        FaceImage[] faces = [.. Enumerable.Range(0, 150).Select(i => Faces[i % Faces.Length])];

        IReadOnlyList<ExpressionPrediction> predictions = recognizer.Recognize(faces);

        batches.Should().Equal(64, 64, 22);
        predictions.Should().HaveCount(150);
        foreach ((int i, ExpressionPrediction prediction) in predictions.Index())
        {
            prediction.Probabilities.Zip(predictions[i % Faces.Length].Probabilities)
                .Should().AllSatisfy(pair => pair.First.Should().BeApproximately(pair.Second, 1e-6f));
        }
    }

    [Fact]
    public void Load_PathAndStream_RecogniseAsTheNetwork()
    {
        using var folder = new TemporaryFolder();
        using ExpressionNetwork network = TinyNetwork.Create(NetworkVariant.AcnnAlstm);
        Checkpoint.Save(folder.File("a.safetensors"), network);
        using FileStream stream = File.OpenRead(folder.File("a.safetensors"));
        using var ofPath = TorchExpressionRecognizer.Load(folder.File("a.safetensors"), new RecognitionOptions { IncludeAttention = true });
        using var ofStream = TorchExpressionRecognizer.Load(stream);
        using var direct = new TorchExpressionRecognizer(network);

        ofPath.Recognize(Faces[0]).Probabilities.Should().Equal(direct.Recognize(Faces[0]).Probabilities);
        ofPath.Recognize(Faces[0]).Attention.Should().HaveCount(2);
        ofStream.Recognize(Faces[0]).Probabilities.Should().Equal(direct.Recognize(Faces[0]).Probabilities);
        stream.CanRead.Should().BeTrue();
    }

    [Fact]
    public void Load_RefusedOptions_LeaveNoTensorBehind()
    {
        using var folder = new TemporaryFolder();
        using ExpressionNetwork network = TinyNetwork.Create(NetworkVariant.AcnnAlstm);
        Checkpoint.Save(folder.File("a.safetensors"), network);
        long before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;

        FluentActions.Invoking(() => TorchExpressionRecognizer.Load(folder.File("a.safetensors"), new RecognitionOptions { Coverage = 0.5 }))
            .Should().ThrowExactly<ArgumentException>();

        DisposeScopeManager.Statistics.ThreadTotalLiveCount.Should().Be(before);
    }

    [Fact]
    public void Recognize_NoFaces_GivesNoPredictions()
    {
        using var recognizer = new TorchExpressionRecognizer(TinyNetwork.Create(NetworkVariant.Cnn));

        recognizer.Recognize([]).Should().BeEmpty();
    }
}
