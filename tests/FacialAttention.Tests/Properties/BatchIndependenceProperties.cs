using FacialAttention.Tests.Torch;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using TorchSharp;
using static TorchSharp.torch;

namespace FacialAttention.Tests.Properties;

/// <summary>In evaluation mode a face's logits are its own: no batch mate, batch size or earlier call has a part in them.</summary>
[Properties(Arbitrary = new[] { typeof(NetworkCase) })]
public sealed class BatchIndependenceProperties
{
    private const int Faces = 4;

    [Property(MaxTest = 60)]
    public void Forward_AfterOtherFaces_GivesTheSameBits(NetworkCase it)
    {
        using var scope = NewDisposeScope();
        using ExpressionNetwork network = it.Create();
        network.eval();
        Tensor images = it.Images(Faces);
        double[] before = Numbers.ValuesOf(network.call(images));

        network.call(it.Images(7, seed: 2));
        network.call(it.Images(1, seed: 3));

        Numbers.ValuesOf(network.call(images)).Should().Equal(before);
    }

    [Property(MaxTest = 60)]
    public void Forward_OtherBatchMates_GivesTheSameBits(NetworkCase it)
    {
        using var scope = NewDisposeScope();
        using ExpressionNetwork network = it.Create();
        network.eval();
        Tensor images = it.Images(Faces);
        double[][] expected = Rows(network, images);

        for (int i = 0; i < Faces; i++)
        {
            Tensor batch = it.Images(Faces, seed: 2);
            batch[i] = images[i];
            Rows(network, batch)[i].Should().Equal(expected[i]);
        }
    }

    /// <summary>Kernels for other batch sizes and places sum in another order: 1e-5 of the face's largest logit.</summary>
    [Property(MaxTest = 60)]
    public void Forward_AloneOrInAnotherPlace_GivesTheSameToRounding(NetworkCase it)
    {
        using var scope = NewDisposeScope();
        using ExpressionNetwork network = it.Create();
        network.eval();
        Tensor images = it.Images(Faces);
        double[][] expected = Rows(network, images);

        double[][] alone = [.. Enumerable.Range(0, Faces).Select(i => Rows(network, images.narrow(0, i, 1))[0])];
        double[][] reversed = Rows(network, cat([images.flip(0), it.Images(3, seed: 2)]));

        for (int i = 0; i < Faces; i++)
        {
            ShouldBeClose(alone[i], expected[i]);
            ShouldBeClose(reversed[Faces - 1 - i], expected[i]);
        }
    }

    private static double[][] Rows(ExpressionNetwork network, Tensor images)
    {
        using Tensor logits = network.call(images);
        return [.. Numbers.ValuesOf(logits).Chunk(network.Options.Labels.Count)];
    }

    private static void ShouldBeClose(double[] actual, double[] expected)
    {
        double bound = 1e-5 * expected.Max(Math.Abs);
        actual.Zip(expected).Should().OnlyContain(pair => Math.Abs(pair.First - pair.Second) <= bound);
    }
}
