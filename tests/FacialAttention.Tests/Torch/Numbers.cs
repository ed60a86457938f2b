using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FacialAttention.Tests.Torch;

/// <summary>Tensors of known numbers, and the numbers of tensors.</summary>
internal static class Numbers
{
    /// <summary>Numbers from -1 to 1 that depend on seed and shape alone.</summary>
    public static Tensor Random(int seed, params long[] shape) => Random(seed, ScalarType.Float32, shape);

    /// <summary>Numbers from -1 to 1 that depend on seed and shape alone.</summary>
    public static Tensor Random(int seed, ScalarType dtype, params long[] shape) => Create(RandomValues(seed, shape, -1, 1), dtype, shape);

    /// <summary>Faces of noise: numbers from 0 to 1.</summary>
    public static Tensor RandomImages(int seed, ScalarType dtype, params long[] shape) =>
        Create(RandomValues(seed, shape, 0, 1), dtype, shape);

    public static Tensor Create(double[] values, ScalarType dtype, params long[] shape) => tensor(values, shape, dtype);

    /// <summary>
    /// Gives all weights of a module numbers that depend on the seed alone, so that no bias, mean or scale is the 0 or 1 that hides a
    /// mistake. Variances are positive.
    /// </summary>
    public static void Randomise(Module module, int seed)
    {
        using var noGrad = no_grad();
        foreach ((string key, Tensor weight) in module.state_dict())
        {
            if (weight.dtype == ScalarType.Int64)
            {
                continue;
            }

            (double low, double high) = key.EndsWith("running_var", StringComparison.Ordinal) ? (0.5, 2) : (-0.8, 0.8);
            using Tensor values = Create(RandomValues(seed++, weight.shape, low, high), weight.dtype, weight.shape);
            weight.copy_(values);
        }
    }

    /// <summary>The numbers in row-major order.</summary>
    public static double[] ValuesOf(Tensor tensor)
    {
        using var scope = NewDisposeScope();
        return tensor.detach().cpu().to(ScalarType.Float64).contiguous().data<double>().ToArray();
    }

    /// <summary>The numbers as an array of the tensor's rank, for example double[,] of a matrix.</summary>
    public static T ArrayOf<T>(Tensor tensor)
        where T : class
    {
        using var scope = NewDisposeScope();
        return (T)(object)tensor.detach().cpu().to(ScalarType.Float64).data<double>().ToNDArray();
    }

    /// <summary>Every parameter and buffer to the last bit, as text: fast to compare.</summary>
    public static Dictionary<string, string> BitsOf(Module module)
    {
        using var scope = NewDisposeScope();
        return module.state_dict().ToDictionary(
            entry => entry.Key, entry => Convert.ToBase64String(entry.Value.detach().cpu().contiguous().bytes));
    }

    /// <summary>Shape and every number agree, up to an absolute tolerance.</summary>
    public static void ShouldBe(Tensor actual, Array expected, double tolerance)
    {
        actual.shape.Should().Equal(Enumerable.Range(0, expected.Rank).Select(axis => expected.GetLongLength(axis)));
        double[] got = ValuesOf(actual);
        double[] wanted = [.. expected.Cast<double>()];
        wanted.Should().NotBeEmpty();
        int wrong = Enumerable.Range(0, wanted.Length).FirstOrDefault(i => !(Math.Abs(got[i] - wanted[i]) <= tolerance), -1);
        if (wrong >= 0)
        {
            got[wrong].Should().BeApproximately(wanted[wrong], tolerance, "entry {0} of {1}", wrong, wanted.Length);
        }
    }

    private static double[] RandomValues(int seed, long[] shape, double low, double high)
    {
        var random = new SeededRandom(seed);
        var values = new double[shape.Aggregate(1L, (product, length) => product * length)];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = random.NextDouble(low, high);
        }

        return values;
    }
}
