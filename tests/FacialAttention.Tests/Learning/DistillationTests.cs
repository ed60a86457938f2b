using FacialAttention.Tests.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace FacialAttention.Tests.Learning;

/// <summary>Learning from a teacher, against the formulas of Hinton et al. (2015) in double precision.</summary>
public sealed class DistillationTests
{
    private const int Classes = 3;

    private static readonly double[][] Logits = [[1, 2, 0], [3, 0, -1], [0.5, -0.25, 0.125]];
    private static readonly double[][] Teacher = [[0.2, 0.7, 0.1], [1, 0, 0], [0.25, 0.25, 0.5]];

    [Theory]
    [InlineData(1.0, 1.0)]
    [InlineData(1.0, 2.0)]
    [InlineData(0.5, 2.0)]
    [InlineData(0.25, 0.5)]
    [InlineData(0.75, 10.0)]
    public void Learn_Teacher_IsTheShareOfDivergenceAndTheRestCrossEntropy(double share, double temperature)
    {
        using var scope = NewDisposeScope();
        Tensor logits = Tensor(Logits).requires_grad_();
        int[] labels = [1, 0, 2];

        (Tensor loss, Tensor answered) = Objective(logits, share, temperature).Learn(Batch(labels));
        loss.backward();

        answered.Should().BeSameAs(logits);
        double[] expected = [.. Enumerable.Range(0, 3).Select(i => LossOf(Logits[i], labels[i], Teacher[i], share, temperature))];
        loss.ToDouble().Should().BeApproximately(expected.Average(), 1e-5);
        double[] gradient = Numbers.ValuesOf(logits.grad!);
        for (int i = 0; i < gradient.Length; i++)
        {
            double Shifted(double step)
            {
                double[] row = [.. Logits[i / Classes]];
                row[i % Classes] += step;
                return LossOf(row, labels[i / Classes], Teacher[i / Classes], share, temperature) / 3;
            }

            gradient[i].Should().BeApproximately((Shifted(1e-5) - Shifted(-1e-5)) / 2e-5, 1e-5);
        }
    }

    [Fact]
    public void Learn_StudentThatAgreesWithTheTeacher_HasNoLossAndNoGradient()
    {
        using var scope = NewDisposeScope();
        Tensor logits = Tensor(Teacher).clamp_min(1e-30).log().requires_grad_();

        Tensor loss = Objective(logits, share: 1, temperature: 3).Learn(Batch([1, 0, 2])).Loss;
        loss.backward();

        loss.ToDouble().Should().BeApproximately(0, 1e-6);
        Numbers.ValuesOf(logits.grad!).Should().OnlyContain(value => Math.Abs(value) < 1e-6);
    }

    [Fact]
    public void Learn_Weights_CountForTheTeacherToo()
    {
        using var scope = NewDisposeScope();
        FaceBatch batch = Batch([1, 0, 2]) with { Weights = tensor(new float[] { 3, 0, 1 }) };

        double loss = Objective(Tensor(Logits), share: 0.5, temperature: 2).Learn(batch).Loss.ToDouble();

        loss.Should().BeApproximately(
            ((3 * LossOf(Logits[0], 1, Teacher[0], 0.5, 2)) + LossOf(Logits[2], 2, Teacher[2], 0.5, 2)) / 4, 1e-5);
    }

    [Fact]
    public void Learn_MixtureOfFacesThatDoNotCount_IsANumber()
    {
        using var scope = NewDisposeScope();
        FaceBatch batch = Batch([1, 0, 2]) with { Weights = tensor(new float[] { 0, 0, 0 }) };
        FaceBatch mixed = Mixup.Mix(batch, batch, 0.75);

        Objective(Tensor(Logits), share: 0.5, temperature: 2).Learn(mixed).Loss.ToDouble().Should().Be(0);
    }

    [Fact]
    public void Mix_TeacherAndWeights_AnswersForBothFacesAsTheyWeigh()
    {
        using var scope = NewDisposeScope();
        FaceBatch own = Batch([1, 0, 2]) with { Weights = tensor(new float[] { 1, 0, 3 }) };
        FaceBatch partners = own.Map(column => column.index_select(0, tensor((long[])[2, 0, 1])));

        FaceBatch mixed = Mixup.Mix(own, partners, 0.75);

        double[][] expected = [Of(0.75 / 1.5, 0, 2), Of(0, 1, 0), Of(1, 2, 1)];
        Numbers.ShouldBe(mixed.Teacher!.view(-1), expected.SelectMany(row => row).ToArray(), 1e-6);
        Numbers.ShouldBe(Mixup.Mix(own with { Weights = null }, partners with { Weights = null }, 0.75).Teacher!.view(-1),
            (double[])[.. Of(0.75, 0, 2), .. Of(0.75, 1, 0), .. Of(0.75, 2, 1)], 1e-6);

        static double[] Of(double share, int face, int partner) =>
            [.. Teacher[face].Zip(Teacher[partner], (x, y) => (share * x) + ((1 - share) * y))];
    }

    [Fact]
    public void Learn_ManyTimes_LeavesLossAlone()
    {
        using var scope = NewDisposeScope();
        Classification objective = Objective(Tensor(Logits), share: 0.5, temperature: 2);
        FaceBatch batch = Batch([1, 0, 2]);
        long live = DisposeScopeManager.Statistics.ThreadTotalLiveCount;

        objective.Learn(batch).Loss.Dispose();

        DisposeScopeManager.Statistics.ThreadTotalLiveCount.Should().Be(live);
    }

    private static Classification Objective(Tensor logits, double share, double temperature) =>
        new Classification(_ => logits).With(new Distillation(share, temperature));

    private static FaceBatch Batch(int[] labels) => new(zeros(3, 1, 2, 2), Tensor([.. labels.Select(label =>
        Enumerable.Range(0, Classes).Select(k => k == label ? 1.0 : 0).ToArray())])) { Teacher = Tensor(Teacher) };

    private static Tensor Tensor(double[][] rows) => tensor([.. rows.SelectMany(row => row)], [rows.Length, Classes], ScalarType.Float32);

    private static double LossOf(double[] logits, int label, double[] teacher, double share, double temperature)
    {
        double[] powers = [.. teacher.Select(probability => Math.Pow(probability, 1 / temperature))];
        double[] softened = [.. powers.Select(power => power / powers.Sum())];
        double[] student = Softmax([.. logits.Select(logit => logit / temperature)]);
        double divergence = softened.Zip(student, (p, q) => p == 0 ? 0 : p * Math.Log(p / q)).Sum();
        return ((1 - share) * -Math.Log(Softmax(logits)[label])) + (share * temperature * temperature * divergence);
    }

    private static double[] Softmax(double[] logits) => [.. logits.Select(logit => Math.Exp(logit) / logits.Sum(Math.Exp))];
}
