using System.Text.Json;
using FacialAttention.Tests.Files;
using FacialAttention.Tests.Networks;

namespace FacialAttention.Tests.Samples;

/// <summary><c>explain</c> of the Train sample, asked about a network that sees one cell of each face alone.</summary>
public sealed class ExplainTests : IDisposable
{
    private const string Sample = "Train";
    private const int Cells = OneCellNetwork.Rows * OneCellNetwork.Columns;

    // The corner that is the last of its row, one below the middle, and the last cell of all.
    private static readonly (int Row, int Column)[] Bright = [(0, 5), (2, 2), (3, 5)];

    private readonly TemporaryFolder _folder = new();

    public ExplainTests()
    {
        Directory.CreateDirectory(_folder.File("faces/calm"));
        Directory.CreateDirectory(_folder.File("faces/tense"));
        foreach ((int row, int column) in Bright)
        {
            string label = row == 0 ? "calm" : "tense";
            OneCellNetwork.Face(row, column).Save(_folder.File($"faces/{label}/{row}-{column}.png"));
        }
    }

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(5, 1)]
    [InlineData(-5, -1)]
    public void Explain_NetworkOfOneCell_FindsTheCellAndWhetherAttentionIsOnIt(float query, double expected)
    {
        JsonElement result = Explain(query);

        result.GetProperty("faces").GetInt32().Should().Be(Bright.Length);
        double[][] falls = [.. result.GetProperty("meanFall").EnumerateArray()
            .Select(row => row.EnumerateArray().Select(fall => fall.GetDouble()).ToArray())];
        falls.Should().HaveCount(OneCellNetwork.Rows).And.OnlyContain(row => row.Length == OneCellNetwork.Columns);
        for (int cell = 0; cell < Cells; cell++)
        {
            (int row, int column) = (cell / OneCellNetwork.Columns, cell % OneCellNetwork.Columns);
            (falls[row][column] > 0).Should().Be(Bright.Contains((row, column)), $"of cell ({row}, {column})");
        }

        JsonElement own = AgreementOf(result, "local_attention");
        own.GetProperty("faces").GetInt32().Should().Be(Bright.Length);
        foreach (string figure in new[] { "mean", "median", "low", "high" })
        {
            own.GetProperty(figure).GetDouble().Should().BeApproximately(expected, 1e-9);
        }

        double worst = result.GetProperty("fallAtWorst").GetDouble();
        worst.Should().BeGreaterThan(0).And.BeApproximately(Cells * result.GetProperty("fallAtAny").GetDouble(), 1e-9);
        own.GetProperty("fallAtMost").GetDouble().Should().BeApproximately(query > 0 ? worst : 0, 1e-9, "attention is there, or everywhere else");
        AgreementOf(result, "local_attention of another face").GetProperty("mean").GetDouble()
            .Should().BeApproximately(-expected / (Cells - 1), 1e-9, "the ranks are those of one cell against all others");
        AgreementOf(result, "contrast of the cell").GetProperty("mean").GetDouble().Should().BeApproximately(1, 1e-9, "all other cells are flat");
        double nearness = AgreementOf(result, "nearness to the centre").GetProperty("mean").GetDouble();
        nearness.Should().BeInRange(-0.3, 0, "two of three are corners");
    }

    [Fact]
    public void Explain_AttentionThatIsUniform_TellsOfNoFace()
    {
        JsonElement own = AgreementOf(Explain(query: 0), "local_attention");

        own.GetProperty("faces").GetInt32().Should().Be(0);
        own.GetProperty("mean").ValueKind.Should().Be(JsonValueKind.Null);
    }

    [Fact]
    public void Explain_CalibratedNetwork_WatchesTheAnswersOfARecogniserUnlessToldOtherwise()
    {
        var flat = new Calibration { Temperature = Calibration.MaxTemperature };

        double calibrated = Worst(), uncalibrated = Worst("--uncalibrated");

        calibrated.Should().BeGreaterThan(0).And.BeLessThan(0.1 * uncalibrated, "all classes are about as probable");

        double Worst(params string[] more) => Explain(query: 5, flat, more).GetProperty("fallAtWorst").GetDouble();
    }

    [Fact]
    public void Explain_NetworkWithoutAttention_SaysSo()
    {
        using (ExpressionNetwork network = TinyNetwork.Create(NetworkVariant.CnnLstm))
        {
            Checkpoint.Save(_folder.File("none.safetensors"), network);
        }

        (int exitCode, _, string error) = Run("none.safetensors");

        (exitCode, error.TrimEnd()).Should().Be(
            (2, "error: 'none.safetensors' has no attention layers; expected a network with one, for example of acnn-alstm."));
    }

    private JsonElement Explain(float query, Calibration? calibration = null, params string[] more)
    {
        using (ExpressionNetwork network = OneCellNetwork.Create(query))
        {
            network.Calibration = calibration ?? new Calibration();
            Checkpoint.Save(_folder.File("net.safetensors"), network);
        }

        (int exitCode, string output, string error) = Run("net.safetensors", more);

        (exitCode, error).Should().Be((0, ""));
        using JsonDocument json = JsonDocument.Parse(output);
        return json.RootElement.Clone();
    }

    private static JsonElement AgreementOf(JsonElement result, string map) =>
        result.GetProperty("agreements").EnumerateArray().Single(agreement => agreement.GetProperty("map").GetString() == map);

    private (int ExitCode, string Output, string Error) Run(string checkpoint, params string[] more) => SampleProcess.Run(
        Sample, _folder.Path, ["explain", "--checkpoint", checkpoint, "--data", "faces", "--split", "all", "--json", "--threads", "1", .. more]);
}
