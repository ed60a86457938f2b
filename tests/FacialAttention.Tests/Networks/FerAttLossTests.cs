using FacialAttention.Tests.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace FacialAttention.Tests.Networks;

public sealed class FerAttLossTests
{
    [Fact]
    public void AttentionLoss_ByHand_IsFiveTimesTheMeanOfTheHyperbolicTangent()
    {
        using var scope = NewDisposeScope();
        Tensor clean = tensor([0, 0.5, 1, 1, 0, 0], [2, 1, 1, 3]), attended = tensor([0, 0.25, 2, 1, 0, 0], [2, 1, 1, 3]);

        double[] losses = Numbers.ValuesOf(new AttentionLoss().Of(clean, attended));

        double first = (Math.Exp(6 * 0.25) - 1) / (Math.Exp(6 * 0.25) + 1), second = (Math.Exp(6) - 1) / (Math.Exp(6) + 1);
        losses[0].Should().BeApproximately(5 * (first + second) / 3, 1e-12);
        losses[1].Should().Be(0);
        Numbers.ValuesOf(new AttentionLoss { Weight = 2 }.Of(clean, attended))[0].Should().BeApproximately(losses[0] * 2 / 5, 1e-12);
    }

    /// <summary>Two classes of two faces each on a line, at 0 and 1 and at 2 and 2: their means are 0.5 and 2.</summary>
    [Fact]
    public void GaussianStructureLoss_ByHand_IsTheSquareOfWhatEachFaceBelongsToLessItsTarget()
    {
        using var scope = NewDisposeScope();
        Tensor embeddings = tensor([0.0, 1, 2, 2], [4, 1]);
        Tensor targets = tensor([1.0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 1, 0], [4, 3]); // nobody is of the third class

        double[] losses = Numbers.ValuesOf(new GaussianStructureLoss { Deviation = 0.5 }.Of(embeddings, targets));

        double[] expected = [Loss(0.25, 4), Loss(0.25, 1), Loss(0, 2.25), Loss(0, 2.25)];
        for (int i = 0; i < 4; i++)
        {
            losses[i].Should().BeApproximately(expected[i], 1e-12, "face {0}", i);
        }

        static double Loss(double ownSquare, double otherSquare)
        {
            double own = Math.Exp(-ownSquare / 0.5), other = Math.Exp(-otherSquare / 0.5), wrong = other / (own + other);
            return 2 * wrong * wrong / 3;
        }
    }

    [Fact]
    public void GaussianStructureLoss_WeightsAndShares_MoveTheMeans()
    {
        using var scope = NewDisposeScope();
        var loss = new GaussianStructureLoss();
        Tensor embeddings = tensor([0.0, 1, 0.5, 3], [4, 1]), targets = tensor([1.0, 0, 1, 0, 0.5, 0.5, 0, 1], [4, 2]);
        Tensor weights = tensor([1.0, 0, 2, 1]);
        Tensor counted = loss.Of(embeddings, targets, weights);

        // The means are (0 + 2 * 0.5 * 0.5) / 2 = 0.25 and (2 * 0.5 * 0.5 + 3) / 2 = 1.75.
        double own = Math.Exp(-0.0625 / 0.5), other = Math.Exp(-3.0625 / 0.5), wrong = other / (own + other);
        counted[0].ToDouble().Should().BeApproximately(wrong * wrong, 1e-12);
        loss.Of(embeddings, targets)[0].ToDouble().Should().NotBeApproximately(counted[0].ToDouble(), 1e-6);
    }

    [Fact]
    public void Losses_Gradients_AreFiniteAndPointToWhatIsRight()
    {
        using var scope = NewDisposeScope();
        Tensor embeddings = tensor([0.0, 1, 2, 2.5], [4, 1]).requires_grad_(), targets = tensor([1.0, 0, 1, 0, 0, 1, 0, 1], [4, 2]);
        new GaussianStructureLoss().Of(embeddings, targets).sum().backward();
        Tensor clean = tensor([0.5], [1, 1, 1, 1]), attended = tensor([0.75], [1, 1, 1, 1]).requires_grad_();
        new AttentionLoss().Of(clean, attended).sum().backward();

        Numbers.ValuesOf(embeddings.grad!).Should().OnlyContain(value => double.IsFinite(value)).And.Contain(value => value != 0);
        embeddings.grad![1].ToDouble().Should().BePositive("the face at 1 is pulled back to its class");
        attended.grad!.ToDouble().Should().BePositive("the pixel is too bright");
    }

    [Fact]
    public void Losses_OfWhatDoesNotFit_SayWhatWasGotAndExpected()
    {
        using Tensor face = zeros(2, 1, 3, 3), other = zeros(2, 1, 3, 4), vectors = zeros(2, 4), targets = zeros(3, 4), weights = zeros(3);
        var attention = new AttentionLoss();
        var structure = new GaussianStructureLoss();

        attention.Invoking(loss => loss.Of(face, other)).Should().ThrowExactly<ArgumentException>().WithMessage(
            "Got clean faces of shape [2, 1, 3, 3] and attended ones of [2, 1, 3, 4]; expected the same, [N, 1, H, W].*");
        attention.Invoking(loss => loss.Of(vectors, vectors)).Should().ThrowExactly<ArgumentException>();
        structure.Invoking(loss => loss.Of(vectors, targets)).Should().ThrowExactly<ArgumentException>().WithMessage(
            "Got embeddings of shape [2, 4], targets of [3, 4]; expected [N, E], [N, K] and [N].*");
        structure.Invoking(loss => loss.Of(vectors, vectors, weights)).Should().ThrowExactly<ArgumentException>().WithMessage("*and weights of [3]*");
        FluentActions.Invoking(() => new AttentionLoss { Weight = 0 }).Should().ThrowExactly<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => new AttentionLoss { Weight = double.NaN }).Should().ThrowExactly<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => new GaussianStructureLoss { Deviation = 0 }).Should().ThrowExactly<ArgumentOutOfRangeException>();
        face.Dispose();
        attention.Invoking(loss => loss.Of(face, other)).Should().Throw<ObjectDisposedException>();
    }
}
