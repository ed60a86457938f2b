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
/// <param name="ignored">Goldens that are not compared.</param>
internal sealed class Comparison(IReadOnlyDictionary<string, Tensor> expected, ScalarType precision, IReadOnlyList<string> ignored)
{
    private readonly Dictionary<string, double> _errors = [];

    /// <summary>Compares a tensor with the golden of that name; whole numbers must be equal.</summary>
    public void Add(string name, Tensor actual)
    {
        Tensor golden = expected[name];
        actual.shape.Should().Equal(golden.shape, name);
        actual.dtype.Should().Be(golden.dtype == ScalarType.Int64 ? ScalarType.Int64 : precision, name);
        double[] got = Numbers.ValuesOf(actual);
        double[] wanted = Numbers.ValuesOf(golden);
        if (golden.dtype == ScalarType.Int64)
        {
            got.Should().Equal(wanted, name);
        }
        if (!ignored.Contains(name))
        {
            _errors[name] = Error(got, wanted);
        }
    }

    /// <summary>Every golden has been compared.</summary>
    public void ShouldBeComplete() => _errors.Keys.Should().BeEquivalentTo(expected.Keys.Except(ignored));

    public void ShouldBeWithin(double tolerance, params string[] prefixes) =>
        Of(prefixes).Should().AllSatisfy(entry => entry.Value.Should().BeLessThanOrEqualTo(tolerance, entry.Key));

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
