using System.Numerics;
using System.Security.Cryptography;

namespace FacialAttention.Tests.Synthesis;

public sealed class SyntheticFacesTests
{
    /// <summary>The drawing is part of every result on synthetic faces: who changes it on purpose changes these too.</summary>
    [Theory]
    [InlineData(48, 48, "F6B1405567B5911D941A2D59670452676BE1947129D01D2B5540914652E92284")]
    [InlineData(64, 40, "FC65C7CACACFBB635D53C1ED7B36527AE4A981465D09398F1C559BBF824761E2")]
    public void Draw_AllExpressions_GivesTheseBytes(int width, int height, string sha256)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (FacialExpression expression in Enum.GetValues<FacialExpression>())
        {
            for (int identity = -5; identity < 15; identity++)
            {
                hash.AppendData(SyntheticFaces.Draw(expression, identity, variation: 3, new ImageSize(height, width)).Pixels.Span);
            }
        }

        Convert.ToHexString(hash.GetHashAndReset()).Should().Be(sha256);
    }

    [Fact]
    public void Draw_AnyArgumentChanged_GivesAnotherFace()
    {
        FaceImage face = SyntheticFaces.Draw(FacialExpression.Happy, identity: 1, variation: 1);

        (face.Width, face.Height, face.Channels).Should().Be((48, 48, 1));
        byte[] pixels = face.Pixels.ToArray();
        SyntheticFaces.Draw(FacialExpression.Happy, 1, 1).Pixels.ToArray().Should().Equal(pixels);
        SyntheticFaces.Draw(FacialExpression.Fear, 1, 1).Pixels.ToArray().Should().NotEqual(pixels);
        SyntheticFaces.Draw(FacialExpression.Happy, 2, 1).Pixels.ToArray().Should().NotEqual(pixels);
        SyntheticFaces.Draw(FacialExpression.Happy, 1, 2).Pixels.ToArray().Should().NotEqual(pixels);
    }

    [Fact]
    public void Draw_EveryFace_HasContrast()
    {
        foreach (FacialExpression expression in Enum.GetValues<FacialExpression>())
        {
            for (int identity = 0; identity < 40; identity++)
            {
                byte[] pixels = SyntheticFaces.Draw(expression, identity, 1).Pixels.ToArray();

                (pixels.Max() - pixels.Min()).Should().BeGreaterThan(60, $"{expression} of person {identity} must be visible");
            }
        }
    }

    [Theory]
    [InlineData(16, 16)]
    [InlineData(1024, 16)]
    [InlineData(16, 1024)]
    public void Draw_ExtremeSize_Works(int width, int height)
    {
        SyntheticFaces.Draw(FacialExpression.Sad, 1, 1, new ImageSize(height, width)).Pixels.ToArray().Distinct().Count().Should().BeGreaterThan(20);
    }

    [Theory]
    [InlineData(15, 48)]
    [InlineData(48, 15)]
    [InlineData(1025, 48)]
    public void Draw_BadSize_NamesGotAndExpected(int width, int height)
    {
        string message = FormattableString.Invariant($"Got {height}x{width} pixels (height x width); expected 16 to 1024 a side.*");

        FluentActions.Invoking(() => SyntheticFaces.Draw(FacialExpression.Sad, 1, 1, new ImageSize(height, width)))
            .Should().Throw<ArgumentOutOfRangeException>().WithMessage(message);
        FluentActions.Invoking(() => SyntheticFaces.Generate(1, 1, size: new ImageSize(height, width)))
            .Should().Throw<ArgumentOutOfRangeException>().WithMessage(message);
    }

    [Fact]
    public void Draw_UnnamedExpression_Throws()
    {
        FluentActions.Invoking(() => SyntheticFaces.Draw((FacialExpression)8, 1, 1)).Should().Throw<ArgumentOutOfRangeException>()
            .WithMessage("Got expression 8; expected 0 to 7.*");
    }

    [Fact]
    public void Generate_FaceI_IsTheDocumentedDrawing()
    {
        ExpressionLabels labels = ExpressionLabels.CkPlus;

        FaceDataset faces = SyntheticFaces.Generate(17, seed: 5, firstIdentity: 100, labels, new ImageSize(Height: 32, Width: 40));

        (faces.Count, faces.Size, faces.Labels).Should().Be((17, new ImageSize(32, 40), labels));
        for (int i = 0; i < 17; i++)
        {
            faces.LabelOf(i).Should().Be((byte)(i % 7));
            faces.Columns.Subjects!.Value.Span[i].Should().Be(100 + (i / 7));
            FaceImage face = SyntheticFaces.Draw(labels.ExpressionAt(i % 7)!.Value, 100 + (i / 7), 5, new ImageSize(32, 40));
            faces.PixelsOf(i).SequenceEqual(face.Pixels.Span).Should().BeTrue();
        }
    }

    [Fact]
    public void Generate_Fer2013Classes_AreBalanced()
    {
        byte[] labels = SyntheticFaces.Generate(100, seed: 1).LabelIndices.ToArray();

        labels.GroupBy(label => label).Select(group => group.Count()).Should().HaveCount(7).And.OnlyContain(n => n == 14 || n == 15);
    }

    [Fact]
    public void Generate_BadArguments_Throw()
    {
        FluentActions.Invoking(() => SyntheticFaces.Generate(0, 1)).Should().Throw<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => SyntheticFaces.Generate(7, 1, labels: new ExpressionLabels("happy", "calm")))
            .Should().Throw<ArgumentException>().WithMessage("Label 1 is 'calm'; expected one of Angry, Disgust,*");
        FluentActions.Invoking(() => SyntheticFaces.Generate(1_000_000, 1)).Should().Throw<ArgumentException>()
            .WithMessage("Got 1000000 faces of 48x48 pixels (height x width); expected at most*");
    }

    /// <summary>Neither trivial nor hopeless for who looks at pixels one by one; a network does far better (docs/datasets.md).</summary>
    [Fact]
    public void Generate_UnseenPersons_LinearClassifierStaysBetween35And65Percent()
    {
        FaceDataset faces = SyntheticFaces.Generate(4004, seed: 1);
        FaceDataset others = SyntheticFaces.Generate(1400, seed: 2, firstIdentity: 1_000_000);

        (double train, double unseen) = LogisticRegression(
            faces.Pixels.ToArray(), faces.LabelIndices.ToArray(), others.Pixels.ToArray(), others.LabelIndices.ToArray());

        train.Should().BeGreaterThan(0.65, "the classifier must have learned what it can");
        unseen.Should().BeInRange(0.35, 0.65);
    }

    /// <summary>
    /// Multinomial logistic regression with L2 on standardised pixels, by mini-batch gradient descent with momentum and a falling
    /// rate: accuracy on the training faces and on the others.
    /// </summary>
    private static (double Train, double Unseen) LogisticRegression(byte[] pixels, byte[] labels, byte[] otherPixels, byte[] otherLabels)
    {
        const int Classes = 7, Size = 48 * 48, Epochs = 8, Batch = 52;
        const float Decay = 0.05f, Momentum = 0.9f;
        int count = labels.Length;
        float[] features = Standardise(pixels, pixels, Size), others = Standardise(otherPixels, pixels, Size);
        var weights = new float[Classes * Size];
        var velocity = new float[Classes * Size];
        var gradient = new float[Classes * Size];
        var biases = new float[Classes];
        var order = Enumerable.Range(0, count).ToArray();
        var random = new SeededRandom(1);
        var logits = new float[Classes];
        for (int epoch = 0; epoch < Epochs; epoch++)
        {
            float rate = 0.004f * (Epochs - epoch) / Epochs;
            random.Shuffle<int>(order);
            for (int start = 0; start + Batch <= count; start += Batch)
            {
                Array.Clear(gradient);
                for (int b = start; b < start + Batch; b++)
                {
                    ReadOnlySpan<float> x = features.AsSpan(order[b] * Size, Size);
                    Logits(weights, biases, x, logits);
                    float largest = logits.Max(), sum = 0;
                    for (int c = 0; c < Classes; c++)
                    {
                        sum += logits[c] = MathF.Exp(logits[c] - largest);
                    }

                    for (int c = 0; c < Classes; c++)
                    {
                        float error = ((logits[c] / sum) - (labels[order[b]] == c ? 1 : 0)) / Batch;
                        biases[c] -= rate * error;
                        Axpy(error, x, gradient.AsSpan(c * Size, Size));
                    }
                }

                Axpy(Decay, weights, gradient);
                Axpy(Momentum - 1, velocity, velocity);
                Axpy(1, gradient, velocity);
                Axpy(-rate, velocity, weights);
            }
        }

        return (Accuracy(features, labels), Accuracy(others, otherLabels));

        double Accuracy(float[] images, byte[] truth)
        {
            int right = 0;
            for (int i = 0; i < truth.Length; i++)
            {
                Logits(weights, biases, images.AsSpan(i * Size, Size), logits);
                right += Array.IndexOf(logits, logits.Max()) == truth[i] ? 1 : 0;
            }

            return (double)right / truth.Length;
        }
    }

    private static float[] Standardise(byte[] pixels, byte[] reference, int size)
    {
        int count = reference.Length / size;
        var mean = new float[size];
        var deviation = new float[size];
        for (int i = 0; i < reference.Length; i++)
        {
            mean[i % size] += reference[i] / (float)count;
        }

        for (int i = 0; i < reference.Length; i++)
        {
            float difference = reference[i] - mean[i % size];
            deviation[i % size] += difference * difference / count;
        }

        var result = new float[pixels.Length];
        for (int i = 0; i < pixels.Length; i++)
        {
            result[i] = (pixels[i] - mean[i % size]) / MathF.Sqrt(deviation[i % size]);
        }

        return result;
    }

    private static void Logits(float[] weights, float[] biases, ReadOnlySpan<float> x, float[] logits)
    {
        for (int c = 0; c < logits.Length; c++)
        {
            logits[c] = Dot(weights.AsSpan(c * x.Length, x.Length), x) + biases[c];
        }
    }

    // Pointers and four vectors a turn: Debug code, which the JIT does not optimise, is five times slower over spans.
    private static unsafe float Dot(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        fixed (float* pa = a, pb = b)
        {
            Vector<float>* va = (Vector<float>*)pa, vb = (Vector<float>*)pb;
            Vector<float> sum = Vector<float>.Zero;
            for (int i = 0, n = a.Length / Vector<float>.Count; i < n; i += 4)
            {
                sum += (va[i] * vb[i]) + (va[i + 1] * vb[i + 1]) + (va[i + 2] * vb[i + 2]) + (va[i + 3] * vb[i + 3]);
            }

            return Vector.Sum(sum);
        }
    }

    private static unsafe void Axpy(float factor, ReadOnlySpan<float> x, Span<float> y)
    {
        fixed (float* px = x, py = y)
        {
            Vector<float>* vx = (Vector<float>*)px, vy = (Vector<float>*)py;
            var f = new Vector<float>(factor);
            for (int i = 0, n = x.Length / Vector<float>.Count; i < n; i += 4)
            {
                vy[i] += f * vx[i];
                vy[i + 1] += f * vx[i + 1];
                vy[i + 2] += f * vx[i + 2];
                vy[i + 3] += f * vx[i + 3];
            }
        }
    }
}
