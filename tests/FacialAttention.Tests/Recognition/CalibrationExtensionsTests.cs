using FacialAttention.Tests.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace FacialAttention.Tests.Recognition;

public sealed class CalibrationExtensionsTests
{
    private static readonly float[,] Logits = { { 1, 3, -2 }, { 0.5f, 0.25f, 4 } };

    private static readonly Calibration Vector = new() { Temperature = 2, Classes = [new(2, 0.1), new(0.5, -0.2), new(1, 0)] };

    [Fact]
    public void Probabilities_TemperatureAndClasses_AreTheSoftmaxOfTheFormula()
    {
        using var scope = NewDisposeScope();

        Tensor probabilities = Vector.Probabilities(tensor(Logits));

        for (int face = 0; face < 2; face++)
        {
            double[] powers =
                [.. Vector.Classes.Select((scaling, k) => Math.Exp((Logits[face, k] / Vector.Temperature * scaling.Scale) + scaling.Bias))];
            Numbers.ShouldBe(probabilities[face], powers.Select(power => power / powers.Sum()).ToArray(), 1e-6);
        }
    }

    [Fact]
    public void Probabilities_NoCalibration_IsTheSoftmax()
    {
        using var scope = NewDisposeScope();
        Tensor logits = tensor(Logits);

        new Calibration().Probabilities(logits).equal(logits.softmax(1)).all().ToBoolean().Should().BeTrue();
    }

    [Fact]
    public void Probabilities_Call_LeavesOneTensor()
    {
        using var scope = NewDisposeScope();
        Tensor logits = tensor(Logits);
        long before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;

        using Tensor probabilities = Vector.Probabilities(logits);

        (DisposeScopeManager.Statistics.ThreadTotalLiveCount - before).Should().Be(1);
    }

    [Fact]
    public void Probabilities_OtherShapesOrClasses_SayWhatIsExpected()
    {
        using var scope = NewDisposeScope();
        Tensor row = zeros(3), two = zeros(1, 2);

        FluentActions.Invoking(() => Vector.Probabilities(row)).Should().Throw<ArgumentException>().WithMessage("Got logits of shape [3]; expected [N, K].*");
        FluentActions.Invoking(() => Vector.Probabilities(two)).Should().Throw<ArgumentException>()
            .WithMessage("The calibration does not fit the network: it scales 3 classes; expected 2, *");
        FluentActions.Invoking(() => Vector.Probabilities(null!)).Should().Throw<ArgumentNullException>();
    }
}
