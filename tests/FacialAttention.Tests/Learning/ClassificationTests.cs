using FacialAttention.Tests.Torch;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FacialAttention.Tests.Learning;

public sealed class ClassificationTests
{
    private const int Faces = 30;
    private const int Classes = 7;

    [Fact]
    public void Learn_OneLabelAFace_GivesTheBitsOfCrossEntropyOnClassIndices()
    {
        using var scope = NewDisposeScope();
        for (int seed = 0; seed < 50; seed++)
        {
            Tensor labels = Numbers.Random(seed, Faces).add(1).mul(3).@long().clamp(0, Classes - 1);
            Tensor soft = (Numbers.Random(seed + 100, Faces, Classes) * 5).requires_grad_(), hard = soft.detach().clone().requires_grad_();

            Tensor loss = new Classification(_ => soft.alias()).Learn(BatchOf(OneHot(labels))).Loss;
            Tensor expected = functional.cross_entropy(hard, labels);
            loss.backward();
            expected.backward();

            Numbers.ValuesOf(loss).Should().Equal(Numbers.ValuesOf(expected));
            Numbers.ValuesOf(soft.grad!).Should().Equal(Numbers.ValuesOf(hard.grad!));
        }
    }

    [Fact]
    public void Learn_SoftTargetsAndWeights_IsTheWeightedSumOverTheSumOfWeights()
    {
        using var scope = NewDisposeScope();
        Tensor logits = tensor(new float[] { 1, 2, 0, 3, 0, 0 }, [2, 3]);
        FaceBatch batch = BatchOf(tensor(new float[] { 0.5f, 0.25f, 0.25f, 0, 1, 0 }, [2, 3])) with { Weights = tensor(new float[] { 3, 1 }) };

        (Tensor loss, Tensor answered) = new Classification(_ => logits).Learn(batch);

        double first = Math.Log(Math.Exp(1) + Math.Exp(2) + 1) - (0.5 * 1) - (0.25 * 2), second = Math.Log(Math.Exp(3) + 2);
        loss.ToDouble().Should().BeApproximately(((3 * first) + second) / 4, 1e-6);
        answered.Should().BeSameAs(logits);
    }

    [Theory]
    [InlineData(new float[] { 0, 2 }, 1)]
    [InlineData(new float[] { 0, 0 }, null)]
    public void Learn_FaceOfWeight0_IsLeftOut(float[] weights, int? onlyFace)
    {
        using var scope = NewDisposeScope();
        Tensor logits = Numbers.Random(1, 2, 3), targets = OneHot(tensor(new long[] { 2, 0 }), 3);

        double loss = new Classification(_ => logits).Learn(BatchOf(targets) with { Weights = tensor(weights) }).Loss.ToDouble();

        double expected = onlyFace is { } face
            ? new Classification(_ => logits.narrow(0, face, 1)).Learn(BatchOf(targets.narrow(0, face, 1))).Loss.ToDouble()
            : 0;
        loss.Should().BeApproximately(expected, 1e-6);
    }

    [Fact]
    public void Learn_OwnLoss_GetsLogitsAndTargetsAndIsAveragedByWeight()
    {
        using var scope = NewDisposeScope();
        Tensor logits = Numbers.Random(2, 2, 3), targets = OneHot(tensor(new long[] { 2, 0 }), 3);
        var objective = new Classification(_ => logits)
        {
            Loss = (answered, wanted) =>
            {
                (answered, wanted).Should().Be((logits, targets));
                return tensor(new float[] { 10, 20 });
            },
        };

        objective.Learn(BatchOf(targets)).Loss.ToDouble().Should().Be(15);
        objective.Learn(BatchOf(targets) with { Weights = tensor(new float[] { 1, 4 }) }).Loss.ToDouble().Should().Be(18);
    }

    [Fact]
    public void Learn_OwnLossThatIsAMeanAlready_SaysWhatIsExpected()
    {
        using var scope = NewDisposeScope();
        var objective = new Classification(_ => Numbers.Random(2, 2, 3)) { Loss = (logits, targets) => functional.cross_entropy(logits, targets) };

        objective.Invoking(it => it.Learn(BatchOf(OneHot(tensor(new long[] { 2, 0 }), 3)))).Should().Throw<ArgumentException>()
            .WithMessage("The loss of 2 faces is a tensor of shape []; expected the loss of each face, [2], which a loss function returns without "
                + "a reduction.");
    }

    [Fact]
    public void Logits_OfAnotherShape_SaysBothShapes()
    {
        using var scope = NewDisposeScope();
        var objective = new Classification(_ => Numbers.Random(2, 2, 4));
        FaceBatch batch = BatchOf(OneHot(tensor(new long[] { 2, 0 }), 3));
        const string expected = "The network returned a tensor of shape [2, 4] for 2 faces with 3 labels; expected logits of shape [2, 3].";

        objective.Invoking(it => it.Logits(batch)).Should().Throw<ArgumentException>().WithMessage(expected);
        objective.Invoking(it => it.Learn(batch)).Should().Throw<ArgumentException>().WithMessage(expected);
    }

    [Fact]
    public void Logits_OfAModule_AreThoseOfItsImages()
    {
        using var scope = NewDisposeScope();
        using Module<Tensor, Tensor> network = Flatten();
        FaceBatch batch = BatchOf(OneHot(tensor(new long[] { 2, 0 }), 3)) with { Images = Numbers.Random(3, 2, 1, 1, 3) };

        Numbers.ValuesOf(new Classification(network).Logits(batch)).Should().Equal(Numbers.ValuesOf(batch.Images));
    }

    [Fact]
    public void Constructor_Null_Throws()
    {
        FluentActions.Invoking(() => new Classification((Module<Tensor, Tensor>)null!)).Should().Throw<ArgumentNullException>()
            .WithParameterName("network");
        FluentActions.Invoking(() => new Classification((Func<FaceBatch, Tensor>)null!)).Should().Throw<ArgumentNullException>()
            .WithParameterName("logits");
    }

    [Fact]
    public void Learn_ManyTimes_LeavesLossAndLogitsAlone()
    {
        using var scope = NewDisposeScope();
        Tensor logits = Numbers.Random(2, 2, 3);
        FaceBatch hard = BatchOf(OneHot(tensor(new long[] { 2, 0 }), 3)), weighted = hard with { Weights = tensor(new float[] { 1, 2 }) };
        long live = DisposeScopeManager.Statistics.ThreadTotalLiveCount;

        foreach (FaceBatch batch in (FaceBatch[])[hard, weighted])
        {
            new Classification(_ => logits).Learn(batch).Loss.Dispose();
            DisposeScopeManager.Statistics.ThreadTotalLiveCount.Should().Be(live);
        }
    }

    private static FaceBatch BatchOf(Tensor targets) => new(zeros(targets.shape[0], 1, 2, 2), targets);

    private static Tensor OneHot(Tensor labels, int classes = Classes) => functional.one_hot(labels, classes).@float();
}
