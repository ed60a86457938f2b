using System.Text.Json;
using FacialAttention.Tests.Export;
using FacialAttention.Tests.Files;
using FacialAttention.Tests.Networks;
using SkiaSharp;

namespace FacialAttention.Tests.Samples;

/// <summary>The pictures of <c>facial-attention --attention</c>.</summary>
public sealed class AttentionPictureTests : IDisposable
{
    private const string Sample = "Recognize";
    private const int LongestBar = 420;

    private readonly TemporaryFolder _folder = new();

    public AttentionPictureTests()
    {
        using ExpressionNetwork network = OneCellNetwork.Create(query: 20);
        _folder.Write("net.onnx", OnnxModel.BytesOf(network, new OnnxExportOptions { IncludeAttention = true }));
        _folder.Write("plain.onnx", OnnxModel.BytesOf(network));
        _folder.Write("text.png", "text"u8);
        Directory.CreateDirectory(_folder.File("faces/more"));
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Run_Attention_ColoursThePlaceOfTheWeightsAndDrawsTheProbabilities()
    {
        (int Row, int Column)[] cells = [(0, 0), (0, 5), (3, 0), (3, 5), (1, 4)];
        foreach ((int row, int column) in cells)
        {
            OneCellNetwork.Face(row, column).Save(_folder.File($"faces/{row}-{column}.png"));
        }

        (int exitCode, string output, string error) = Run("faces", "--attention", "out", "--json");

        (exitCode, error).Should().Be((0, ""));
        using JsonDocument json = JsonDocument.Parse(output);
        double[] probabilities =
            [.. json.RootElement.GetProperty("faces").EnumerateArray().Select(face => face.GetProperty("probability").GetDouble())];
        string[] files = [.. json.RootElement.GetProperty("faces").EnumerateArray().Select(face => face.GetProperty("attention").GetString()!)];
        files.Should().HaveCount(cells.Length);
        for (int i = 0; i < files.Length; i++)
        {
            string[] cell = Path.GetFileNameWithoutExtension(files[i]).Split('-');
            using SKBitmap picture = SKBitmap.Decode(_folder.File(files[i]));
            SKRect warm = BoundsOf(picture, pixel => pixel.Red - pixel.Blue > 100 && pixel.Green < 160);
            SKRect grid = BoundsOf(picture, pixel => Math.Abs(pixel.Red - pixel.Blue) > 30);

            ((warm.MidX - grid.Left) / grid.Width * OneCellNetwork.Columns).Should().BeApproximately(int.Parse(cell[1]) + 0.5f, 0.1f);
            ((warm.MidY - grid.Top) / grid.Height * OneCellNetwork.Rows).Should().BeApproximately(int.Parse(cell[0]) + 0.5f, 0.1f);
            (grid.Width / WidthOfPanel(picture)).Should().BeApproximately(24 / 32f, 0.01f, "the network sees that part of the face alone");
            ((double)LongestRun(picture, new SKColor(0x21, 0x25, 0x29)) / LongestBar).Should().BeApproximately(probabilities[i], 0.01);
        }
    }

    [Fact]
    public void Run_PicturesOfOneName_AreAllDrawnAndNothingIsOverwritten()
    {
        string[] faces = ["faces/a.png", "faces/more/a.png", "faces/more/A.jpg"];
        for (int i = 0; i < faces.Length; i++)
        {
            OneCellNetwork.Face(0, i).Save(_folder.File(faces[i]));
        }

        (int exitCode, string output, string error) = Run("text.png", "faces", "--attention", "out");

        exitCode.Should().Be(1, "text.png is no picture");
        error.Should().StartWith("left out text.png: ");
        output.TrimEnd().Split('\n').Should().HaveCount(3);
        Directory.GetFiles(_folder.File("out")).Select(Path.GetFileName).Should().BeEquivalentTo("a.png", "A-2.png", "a-3.png");
        byte[] first = File.ReadAllBytes(_folder.File("out/a.png"));
        (exitCode, _, error) = Run("faces", "--attention", "out");
        exitCode.Should().Be(2);
        error.Should().Contain("--attention: 'out' exists and is not empty; expected a new or empty folder.");
        File.ReadAllBytes(_folder.File("out/a.png")).Should().Equal(first);
    }

    [Fact]
    public void Run_NetworkWithoutAttention_IsOneMessage()
    {
        using (ExpressionNetwork network = TinyNetwork.Create(NetworkVariant.CnnLstm))
        {
            _folder.Write("none.onnx", OnnxModel.BytesOf(network, new OnnxExportOptions { IncludeAttention = true }));
        }

        OneCellNetwork.Face(0, 0).Save(_folder.File("faces/a.png"));

        (int exitCode, _, string error) = SampleProcess.Run(Sample, _folder.Path, "faces", "--attention", "out", "--network", "plain.onnx");
        (exitCode, error.TrimEnd()).Should().Be(
            (2, "error: 'plain.onnx' has no attention maps; expected one that was exported with the option IncludeAttention."));
        (exitCode, _, error) = SampleProcess.Run(Sample, _folder.Path, "faces", "--attention", "out", "--network", "none.onnx");
        (exitCode, error.TrimEnd()).Should().Be((2, "error: --attention: 'none.onnx' has no attention layers; expected a network with one."));
        Directory.Exists(_folder.File("out")).Should().BeFalse();
    }

    /// <summary>Where such pixels are, left of the scale of colours.</summary>
    private static SKRect BoundsOf(SKBitmap picture, Func<SKColor, bool> isMeant)
    {
        (int left, int top, int right, int bottom) = (int.MaxValue, int.MaxValue, 0, 0);
        for (int y = 0; y < picture.Height; y++)
        {
            for (int x = 0; x < picture.Width - 140; x++)
            {
                if (isMeant(picture.GetPixel(x, y)))
                {
                    (left, top, right, bottom) = (Math.Min(left, x), Math.Min(top, y), Math.Max(right, x + 1), Math.Max(bottom, y + 1));
                }
            }
        }

        return new SKRect(left, top, right, bottom);
    }

    /// <summary>The face alone, at the left: dark from edge to edge.</summary>
    private static int WidthOfPanel(SKBitmap picture)
    {
        int middle = picture.Height / 3;
        int left = Enumerable.Range(0, picture.Width).First(x => picture.GetPixel(x, middle).Red < 128);
        return Enumerable.Range(left, picture.Width - left).TakeWhile(x => picture.GetPixel(x, middle).Red < 250).Count();
    }

    private static int LongestRun(SKBitmap picture, SKColor color)
    {
        int longest = 0;
        for (int y = 0; y < picture.Height; y++)
        {
            int run = 0;
            for (int x = 0; x < picture.Width; x++)
            {
                run = picture.GetPixel(x, y) == color ? run + 1 : 0;
                longest = Math.Max(longest, run);
            }
        }

        return longest;
    }

    private (int ExitCode, string Output, string Error) Run(params string[] arguments) =>
        SampleProcess.Run(Sample, _folder.Path, [.. arguments, "--network", "net.onnx"]);
}
