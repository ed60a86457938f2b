using FacialAttention.Tests.Torch;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FacialAttention.Tests.Properties;

/// <summary>What the definition of both attention layers (paper, equations 1 to 6) says of sequences of any size.</summary>
[Properties(Arbitrary = new[] { typeof(AttentionProperties) })]
public sealed class AttentionProperties
{
    public sealed record Sequence(int Faces, int Steps, int Size, AttentionScoring Scoring, double Magnitude, int Seed)
    {
        internal Tensor Features(ScalarType dtype) => Numbers.Random(Seed, dtype, Faces, Steps, Size) * Magnitude;

        /// <summary>The steps in another order, [T].</summary>
        internal Tensor Order()
        {
            long[] order = [.. Enumerable.Range(0, Steps)];
            new SeededRandom(Seed).Shuffle<long>(order);
            return tensor(order);
        }

        internal LocalFeatureAttention Local(LocalAttentionScaling scaling) =>
            Randomised(new LocalFeatureAttention(Size, Scoring, scaling));

        internal GlobalFeatureAttention Global() => Randomised(new GlobalFeatureAttention(Size, Scoring));

        private TLayer Randomised<TLayer>(TLayer layer)
            where TLayer : Module
        {
            Numbers.Randomise(layer, Seed % 1000);
            return layer;
        }
    }

    public static Arbitrary<Sequence> Sequences() =>
        (from faces in Gen.Choose(1, 4)
         from steps in Gen.Choose(1, 40)
         from size in Gen.Choose(1, 12)
         from scoring in Some.Member<AttentionScoring>()
         from magnitude in Gen.Elements(0, 1e-30, 0.1, 1, 10, 1000, 1e6, 1e20, 1e36)
         from seed in Some.Seed
         select new Sequence(faces, steps, size, scoring, magnitude, seed)).ToArbitrary();

    /// <summary>
    /// In Float32 too, and for features up to 1e36. A weight less than e^-80 of its row's largest may underflow to 0; additive scores are
    /// bounded, so none does there.
    /// </summary>
    [Property(MaxTest = 100)]
    public void Attend_AnySequence_ArePositiveAndSumToOne(Sequence it, LocalAttentionScaling scaling)
    {
        using var scope = NewDisposeScope();
        using LocalFeatureAttention local = it.Local(scaling);
        using GlobalFeatureAttention global = it.Global();
        Tensor features = it.Features(ScalarType.Float32);
        (Module Layer, Tensor Weights)[] answers = [(local, local.Attend(features).Weights), (global, global.Attend(features).Weights)];

        foreach ((Module layer, Tensor weights) in answers)
        {
            double[][] rows = [.. Numbers.ValuesOf(weights).Chunk(it.Steps)];
            double[][] scores = it.Scoring == AttentionScoring.Additive
                ? [.. rows.Select(row => new double[row.Length])]
                : DotScores(features, layer, it);
            weights.shape.Should().Equal(it.Faces, it.Steps);
            foreach ((double[] row, double[] score) in rows.Zip(scores))
            {
                row.Sum().Should().BeApproximately(1, 2e-6);
                row.Zip(score).Should().OnlyContain(step => step.First >= 0 && (step.First > 0 || step.Second < score.Max() - 80));
            }
        }
    }

    [Property(MaxTest = 100)]
    public void Local_StepsInAnotherOrder_GivesTheSameInThatOrder(Sequence it, LocalAttentionScaling scaling)
    {
        using var scope = NewDisposeScope();
        using LocalFeatureAttention layer = it.Local(scaling);
        layer.to(ScalarType.Float64);
        it = it with { Magnitude = Math.Min(it.Magnitude, 10) };
        (Tensor features, Tensor order) = (it.Features(ScalarType.Float64), it.Order());

        Tensor shuffled = layer.call(features.index_select(1, order));

        ShouldBeClose(shuffled, layer.call(features).index_select(1, order));
    }

    [Property(MaxTest = 100)]
    public void Global_StepsInAnotherOrder_GivesTheSame(Sequence it)
    {
        using var scope = NewDisposeScope();
        using GlobalFeatureAttention layer = it.Global();
        layer.to(ScalarType.Float64);
        it = it with { Magnitude = Math.Min(it.Magnitude, 10) };
        Tensor features = it.Features(ScalarType.Float64);

        Tensor shuffled = layer.call(features.index_select(1, it.Order()));

        ShouldBeClose(shuffled, layer.call(features));
    }

    /// <summary>
    /// Both poolings forget the order, so an LSTM without memory, whose states depend on their own step alone, makes the whole classifier
    /// forget it.
    /// </summary>
    [Property(MaxTest = 60)]
    public void Classifier_WithoutMemory_IgnoresTheOrderOfTheSteps(Sequence it, SequencePooling pooling, bool bidirectional)
    {
        using var scope = NewDisposeScope();
        using var classifier = new AttentiveLstmClassifier(it.Size, 3, hiddenSize: 4, layers: 2, pooling, it.Scoring, bidirectional);
        Numbers.Randomise(classifier, it.Seed % 1000);
        Forget(classifier, hiddenSize: 4);
        classifier.to(ScalarType.Float64);
        it = it with { Magnitude = Math.Min(it.Magnitude, 10) };
        Tensor features = it.Features(ScalarType.Float64);

        Tensor shuffled = classifier.call(features.index_select(1, it.Order()));

        ShouldBeClose(shuffled, classifier.call(features));
    }

    private static double[][] DotScores(Tensor features, Module layer, Sequence it)
    {
        Tensor query = layer.state_dict()["score.query"].to(ScalarType.Float64);
        double[] scores = Numbers.ValuesOf(features.to(ScalarType.Float64).matmul(query));
        double divisor = it.Scoring == AttentionScoring.ScaledDot ? Math.Sqrt(it.Size) : 1;
        return [.. scores.Select(score => score / divisor).Chunk(it.Steps)];
    }

    /// <summary>Closes the forget gates and cuts the way from one hidden state to the next.</summary>
    private static void Forget(AttentiveLstmClassifier classifier, int hiddenSize)
    {
        using var noGrad = no_grad();
        foreach ((string key, Tensor weight) in classifier.state_dict())
        {
            if (key.StartsWith("lstm.weight_hh", StringComparison.Ordinal))
            {
                weight.zero_();
            }

            if (key.StartsWith("lstm.bias_ih", StringComparison.Ordinal))
            {
                weight.narrow(0, hiddenSize, hiddenSize).fill_(-1000); // gates stand in the order input, forget, cell, output
            }
        }
    }

    /// <summary>Sums in another order differ by rounding: 1e-12 of the largest number, in Float64.</summary>
    private static void ShouldBeClose(Tensor actual, Tensor expected)
    {
        double[] values = Numbers.ValuesOf(expected);
        actual.shape.Should().Equal(expected.shape);
        double bound = 1e-12 * Math.Max(1, values.Max(Math.Abs));
        Numbers.ValuesOf(actual).Zip(values).Should().OnlyContain(pair => Math.Abs(pair.First - pair.Second) <= bound);
    }
}
