using System.Globalization;
using FacialAttention.Tests.Torch;
using static TorchSharp.torch;

namespace FacialAttention.Tests.Reference;

/// <summary>
/// How far the library's tensors are from those of a golden file. The error of a tensor is its largest absolute difference over the
/// largest magnitude that is expected of it.
/// </summary>
/// <param name="expected">The goldens.</param>
/// <param name="precision">Of the library's tensors; whole numbers are Int64.</param>
/// <param name="ignored">Goldens that need not be compared; the errors of those that are stand under <c>ignored/</c>.</param>
internal sealed class Comparison(IReadOnlyDictionary<string, Tensor> expected, ScalarType precision, IReadOnlyList<string> ignored)
{
    private readonly Dictionary<string, double> _errors = [];

    /// <summary>Compares a tensor with the golden of that name; whole numbers must be equal.</summary>
    public void Add(string name, Tensor actual)
    {
        Tensor golden = expected[name];
        Assert.Equal(golden.shape, actual.shape);
        Assert.Equal(golden.dtype == ScalarType.Int64 ? ScalarType.Int64 : precision, actual.dtype);
        double[] got = Numbers.ValuesOf(actual);
        double[] wanted = Numbers.ValuesOf(golden);
        if (golden.dtype == ScalarType.Int64)
        {
            Assert.Equal(wanted, got);
        }

        _errors[ignored.Contains(name) ? $"ignored/{name}" : name] = Error(got, wanted);
    }

    /// <summary>Every golden has been compared.</summary>
    public void ShouldBeComplete() => expected.Keys.Except(_errors.Keys).Except(ignored).Should().BeEmpty();

    public void ShouldBeWithin(double tolerance, params string[] prefixes) =>
        string.Join(", ", Of(prefixes).Where(entry => !(entry.Value <= tolerance))).Should().BeEmpty("the tolerance is {0}", tolerance);

    /// <summary>The largest error among the tensors whose names begin so, as a cell of a table.</summary>
    public string Cell(params string[] prefixes)
    {
        double[] errors = [.. Of(prefixes).Select(entry => entry.Value)];
        return errors.Length == 0 ? "-" : errors.Max().ToString("0.0e+0", CultureInfo.InvariantCulture);
    }

    public static double Error(double[] got, double[] wanted)
    {
        double difference = got.Zip(wanted, (x, y) => Math.Abs(x - y)).Max();
        return difference == 0 ? 0 : difference / wanted.Max(Math.Abs);
    }

    private IEnumerable<KeyValuePair<string, double>> Of(string[] prefixes) =>
        _errors.Where(entry => prefixes.Any(prefix => entry.Key.StartsWith(prefix, StringComparison.Ordinal)));
}
