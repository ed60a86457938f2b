using FacialAttention.Tests.Export;
using FacialAttention.Tests.Networks;
using Microsoft.ML.OnnxRuntime;
using TorchSharp;
using static TorchSharp.torch;

namespace FacialAttention.Tests.Recognition;

/// <summary>Calibration, coverage and boxes are the same in both recognisers.</summary>
public sealed class CalibratedRecognizersTests
{
    private static readonly FaceImage[] Faces = [.. Enumerable.Range(0, 30).Select(i =>
        SyntheticFaces.Draw((FacialExpression)(i % 7), identity: i, variation: 1, new ImageSize(20, 30)))];

    [Fact]
    public void Recognize_ScaledClasses_AreAppliedEqually()
    {
        var calibration = new Calibration { Temperature = 0.5, Classes = [new(2, -0.5), new(0.5, 0.25), new(1, 0)] };
        using ExpressionNetwork network = CreateNetwork(calibration);
        network.eval();
        (IExpressionRecognizer torch, IExpressionRecognizer onnx) = Create(calibration);
        using (torch)
        using (onnx)
        {
            foreach (FaceImage face in Faces.Take(5))
            {
                double[] scaled = [.. LogitsOf(network, face).Zip(calibration.Classes, (logit, it) => Math.Exp((logit / 0.5 * it.Scale) + it.Bias))];
                foreach (IExpressionRecognizer recognizer in new[] { torch, onnx })
                {
                    recognizer.Recognize(face).Probabilities.Zip(scaled)
                        .Should().AllSatisfy(pair => ((double)pair.First).Should().BeApproximately(pair.Second / scaled.Sum(), 1e-5));
                }
            }
        }
    }

    [Fact]
    public void Recognize_Coverage_MarksTheLeastSureFaces()
    {
        double[] sure = Sorted(new Calibration { Temperature = 3 });
        int unsure = Enumerable.Range(1, 29).MaxBy(i => sure[i] - sure[i - 1]); // where the engines' rounding decides nothing
        double threshold = (sure[unsure - 1] + sure[unsure]) / 2;
        var calibration = new Calibration { Temperature = 3, Thresholds = [new(0.6, threshold)] };
        foreach (double? coverage in new double?[] { 0.6, null, 1 })
        {
            (IExpressionRecognizer torch, IExpressionRecognizer onnx) = Create(calibration, new RecognitionOptions { Coverage = coverage });
            using (torch)
            using (onnx)
            {
                foreach (IExpressionRecognizer recognizer in new[] { torch, onnx })
                {
                    IReadOnlyList<ExpressionPrediction> predictions = recognizer.Recognize(Faces);

                    predictions.Count(prediction => prediction.IsUncertain).Should().Be(coverage == 0.6 ? unsure : 0);
                    predictions.Should().OnlyContain(prediction => !prediction.IsUncertain || prediction.Probability < threshold);
                    recognizer.Recognize(Faces[0]).IsUncertain.Should().Be(predictions[0].IsUncertain);
                }
            }
        }
    }

    [Fact]
    public void Create_CoverageWithoutThresholds_IsRefusedByBoth()
    {
        var options = new RecognitionOptions { Coverage = 0.8 };
        using ExpressionNetwork network = TinyNetwork.Create(NetworkVariant.AcnnAlstm);
        byte[] model = OnnxModel.BytesOf(network);
        const string Message = "The network's calibration holds no thresholds; expected one for a coverage of 0.8.*";

        FluentActions.Invoking(() => new TorchExpressionRecognizer(network, options)).Should().ThrowExactly<ArgumentException>().WithMessage(Message);
        FluentActions.Invoking(() => OnnxExpressionRecognizer.Load(model, options: options)).Should().ThrowExactly<ArgumentException>().WithMessage(Message);
        network.Invoking(it => it.ParameterCount).Should().NotThrow("a recogniser that was not made owns nothing");
    }

    [Fact]
    public void Calibration_OfOtherClasses_IsRefusedByTheNetwork()
    {
        using ExpressionNetwork network = TinyNetwork.Create(NetworkVariant.Cnn);

        network.Invoking(it => it.Calibration = new Calibration { Classes = [new(1, 0), new(1, 0)] }).Should().ThrowExactly<ArgumentException>()
            .WithMessage("The calibration does not fit the network: it scales 2 classes; expected 3, one for each label, or none.*");
    }

    [Fact]
    public void RecognizeAll_BoxesOfOneImage_GivesWhatSingleBoxesGive()
    {
        FaceImage image = SyntheticFaces.Draw(FacialExpression.Sad, 1, 1, new ImageSize(90, 120));
        FaceBox[] boxes = [.. Enumerable.Range(0, 70).Select(i => new FaceBox(i - 10.5f, i - 30, 40, 45) { Roll = i % 3 == 0 ? 0 : i - 30 })];
        (IExpressionRecognizer torch, IExpressionRecognizer onnx) = Create(new Calibration { Temperature = 0.1 });
        using (torch)
        using (onnx)
        {
            foreach (IExpressionRecognizer recognizer in new[] { torch, onnx, new Plain(onnx) })
            {
                IReadOnlyList<ExpressionPrediction> predictions = recognizer.RecognizeAll(image, boxes);

                predictions.Should().HaveCount(70);
                for (int i = 0; i < 70; i++)
                {
                    predictions[i].Probabilities.Zip(recognizer.Recognize(image, boxes[i]).Probabilities)
                        .Should().AllSatisfy(pair => pair.First.Should().BeApproximately(pair.Second, 2e-6f));
                }

                recognizer.RecognizeAll(image, []).Should().BeEmpty();
                recognizer.Invoking(it => it.RecognizeAll(image, [boxes[0], new FaceBox(0, 0, 0, 4)])).Should().Throw<ArgumentOutOfRangeException>();
                recognizer.Invoking(it => it.RecognizeAll(image, null!)).Should().Throw<ArgumentNullException>();
                recognizer.Invoking(it => it.RecognizeAll(null!, boxes)).Should().Throw<ArgumentNullException>();
            }
        }
    }

    private static double[] Sorted(Calibration calibration)
    {
        (IExpressionRecognizer torch, IExpressionRecognizer onnx) = Create(calibration);
        using (torch)
        using (onnx)
        {
            return [.. torch.Recognize(Faces).Select(prediction => (double)prediction.Probability).Order()];
        }
    }

    private static double[] LogitsOf(ExpressionNetwork network, FaceImage face)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var size = new ImageSize(TinyNetwork.Height, TinyNetwork.Width);
        var pixels = new float[size.Height * size.Width];
        new FacePreprocessor(size).Process(face, pixels);
        return [.. network.call(tensor(pixels, [1, 1, size.Height, size.Width])).data<float>().Select(logit => (double)logit)];
    }

    /// <summary>The last layer tells faces apart more than a new one's.</summary>
    private static ExpressionNetwork CreateNetwork(Calibration calibration)
    {
        ExpressionNetwork network = TinyNetwork.Create(NetworkVariant.AcnnAlstm);
        network.Calibration = calibration;
        using var noGrad = no_grad();
        using Scalar factor = 40;
        network.get_parameter("classifier.linear.weight")!.mul_(factor);
        return network;
    }

    /// <summary>Two recognisers on one network.</summary>
    private static (IExpressionRecognizer Torch, IExpressionRecognizer Onnx) Create(Calibration calibration, RecognitionOptions? options = null)
    {
        ExpressionNetwork network = CreateNetwork(calibration);
        byte[] model = OnnxModel.BytesOf(network);
        return (new TorchExpressionRecognizer(network, options),
            OnnxExpressionRecognizer.Load(model, (SessionOptions session) => session.IntraOpNumThreads = 1, options));
    }

    /// <summary>A recogniser of somebody who wrote only what must be written.</summary>
    private sealed class Plain(IExpressionRecognizer inner) : IExpressionRecognizer
    {
        public ExpressionLabels Labels => inner.Labels;

        public ExpressionPrediction Recognize(FaceImage image, FaceBox? crop = null) => inner.Recognize(image, crop);

        public IReadOnlyList<ExpressionPrediction> Recognize(IReadOnlyList<FaceImage> faces) => inner.Recognize(faces);

        public void Dispose()
        {
        }
    }
}
