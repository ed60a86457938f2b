using System.Globalization;
using System.Text.Json;
using FacialAttention.Tests.Export;
using FacialAttention.Tests.Files;
using FacialAttention.Tests.Images;
using FacialAttention.Tests.Networks;
using FacialAttention.Tests.Packaging;
using SkiaSharp;

namespace FacialAttention.Tests.Samples;

/// <summary>The command <c>facial-attention</c>, in a folder of faces and of files that are none.</summary>
public sealed class RecognizeTests : IDisposable
{
    private const string Sample = "Recognize";
    private const string TextReason = "left out text.png: 'text.png' ";

    private readonly TemporaryFolder _folder = new();
    private readonly FaceDataset _faces = SyntheticFaces.Generate(7, seed: 1);

    public RecognizeTests()
    {
        using ExpressionNetwork network = TinyNetwork.Create(NetworkVariant.AcnnAlstm);
        network.Calibration = new Calibration { Thresholds = [new(0.5, 0.99), new(1, 0)] };
        _folder.Write("net.onnx", OnnxModel.BytesOf(network));
        _folder.Write("text.png", "text"u8);
        Directory.CreateDirectory(_folder.File("faces/more"));
        Directory.CreateDirectory(_folder.File("empty"));
        string[] names = ["faces/a.png", "faces/b.PNG", "faces/more/c.png", "faces/more/d, \"e\".png"];
        for (int i = 0; i < names.Length; i++)
        {
            _folder.Write(names[i], EncodedImages.EncodeGray(_faces.PixelsOf(i), 48, 48, SKEncodedImageFormat.Png));
        }

        _folder.Write("faces/notes.txt", "not a picture"u8);
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Run_AFolder_PrintsALineForEachPictureInOrder()
    {
        (int exitCode, string output, string error) = Run("faces", "--top", "2");

        (exitCode, error).Should().Be((0, ""));
        string[] lines = output.TrimEnd().Split('\n');
        lines.Select(line => line[..21].TrimEnd()).Should().Equal(
            "faces/a.png", "faces/b.PNG", "faces/more/c.png", "faces/more/d, \"e\".png");
        lines.Should().AllSatisfy(line => line[21..].Should().MatchRegex(@"^( +(calm|tense|other) +\d+\.\d %){2}$"));
    }

    [Fact]
    public void Run_Json_HoldsWhatTheLibrarySays()
    {
        (int exitCode, string output, string error) = Run("faces", "--json", "--top", "99", "--coverage", "0.5");

        (exitCode, error).Should().Be((0, ""));
        using OnnxExpressionRecognizer recognizer = OnnxExpressionRecognizer.Load(_folder.File("net.onnx"));
        using JsonDocument json = JsonDocument.Parse(output);
        JsonElement[] faces = [.. json.RootElement.GetProperty("faces").EnumerateArray()];
        faces.Should().HaveCount(4);
        for (int i = 0; i < faces.Length; i++)
        {
            ExpressionPrediction expected = recognizer.Recognize(FaceImage.FromGray(_faces.PixelsOf(i).ToArray(), new ImageSize(48, 48)));
            faces[i].GetProperty("label").GetString().Should().Be(expected.Label);
            float[] probabilities = [.. faces[i].GetProperty("probabilities").EnumerateArray().Select(number => number.GetSingle())];
            probabilities.Zip(expected.Probabilities, (got, wanted) => Math.Abs(got - wanted)).Max().Should().BeLessThan(1e-5f);
            faces[i].GetProperty("top").EnumerateArray().Select(entry => entry.GetProperty("label").GetString())
                .Should().Equal(expected.Top(3).Select(entry => entry.Label), "there are three classes");
            faces[i].GetProperty("uncertain").GetBoolean().Should().BeTrue("no probability is 0.99");
        }

        json.RootElement.GetProperty("leftOut").GetArrayLength().Should().Be(0);
        json.RootElement.GetProperty("labels").EnumerateArray().Select(name => name.GetString()).Should().Equal("calm", "tense", "other");
    }

    [Fact]
    public void Run_Csv_QuotesNamesAndWritesNumbersTheSameEverywhere()
    {
        (int exitCode, string output, string error) = Run("faces/more/*e*.png", "faces/a.png", "--csv");

        (exitCode, error).Should().Be((0, ""));
        string[] lines = output.TrimEnd().Split('\n');
        lines[0].Should().Be("file,face,x,y,width,height,score,label,probability,uncertain,calm,tense,other");
        lines[1].Should().StartWith("\"faces/more/d, \"\"e\"\".png\",");
        string[] fields = lines[2].Split(',');
        fields.Should().HaveCount(13).And.Contain("false");
        fields[..7].Should().Equal("faces/a.png", "1", "0", "0", "48", "48", "");
        fields[10..].Sum(field => float.Parse(field, CultureInfo.InvariantCulture)).Should().BeApproximately(1, 1e-5f);
    }

    [Theory]
    [InlineData("faces/*.png", "faces/a.png")]
    [InlineData("faces/**/*.png", "faces/a.png faces/more/c.png")]
    [InlineData("**/?.png", "faces/a.png faces/more/c.png")]
    [InlineData("*/more/c.*", "faces/more/c.png")]
    public void Run_AGlob_StandsForTheFilesThatFit(string glob, string expected)
    {
        File.Delete(_folder.File("faces/more/d, \"e\".png"));

        (int exitCode, string output, _) = Run(glob, glob);

        exitCode.Should().Be(0);
        output.TrimEnd().Split('\n').Select(line => line.Split(' ')[0]).Should().Equal(expected.Split(' '), "each comes once");
    }

    [Fact]
    public void Run_SomeFilesThatAreNoPictures_NamesThemAndSaysSoByTheExitCode()
    {
        (int exitCode, string output, string error) = Run("text.png", "none.png", "empty", "x*.png", "faces/a.png");

        exitCode.Should().Be(1);
        output.Should().StartWith("faces/a.png ").And.NotContain("text");
        string[] lines = error.TrimEnd().Split('\n');
        lines.Should().HaveCount(4);
        lines[..3].Should().Equal(
            "left out none.png: there is no such file or folder", "left out empty: the folder has no pictures", "left out x*.png: no picture has such a name");
        lines[3].Should().StartWith(TextReason);
    }

    [Fact]
    public void Run_NothingButFilesThatAreNoPictures_EndsWith2AndSoundJson()
    {
        (int exitCode, string output, string error) = Run("text.png", "--json");

        exitCode.Should().Be(2);
        error.Should().StartWith(TextReason);
        using JsonDocument json = JsonDocument.Parse(output);
        json.RootElement.GetProperty("faces").GetArrayLength().Should().Be(0);
        json.RootElement.GetProperty("leftOut")[0].GetProperty("file").GetString().Should().Be("text.png");
    }

    [Fact]
    public void Run_Box_IsTheFaceOfEachPictureAndOneThatIsOutsideIsNamed()
    {
        (int exitCode, string output, string error) = Run("faces/a.png", "--csv", "--box", "-4.5,2,30,40");
        (int outsideCode, _, string outsideError) = Run("faces/a.png", "--box", "48,0,10,10");

        (exitCode, error).Should().Be((0, ""));
        using OnnxExpressionRecognizer recognizer = OnnxExpressionRecognizer.Load(_folder.File("net.onnx"));
        ExpressionPrediction expected = recognizer.Recognize(FaceImage.Load(_folder.File("faces/a.png")), new FaceBox(-4.5f, 2, 30, 40));
        float.Parse(output.TrimEnd().Split('\n')[1].Split(',')[8], CultureInfo.InvariantCulture)
            .Should().BeApproximately(expected.Probability, 1e-5f);
        outsideCode.Should().Be(2);
        outsideError.Should().StartWith("left out faces/a.png: ").And.NotContain("   at ");
    }

    [Theory]
    [InlineData("faces --json --csv", "Got --json and --csv; expected one of them, or none for a table.")]
    [InlineData("faces --box 1,2,3", "--box: got '1,2,3', expected x,y,width,height in pixels, for example 40,30.5,120,120.")]
    [InlineData("faces --box 1,2,0,3", "--box: got '1,2,0,3', expected x,y,width,height in pixels, for example 40,30.5,120,120.")]
    [InlineData("faces --box NaN,2,3,3", "--box: got 'NaN,2,3,3', expected x,y,width,height in pixels, for example 40,30.5,120,120.")]
    [InlineData("faces --coverage 1.5", "--coverage: got '1.5', expected a number above 0 and at most 1.")]
    [InlineData("faces --top 0", "--top: got '0', expected a whole number from 1 to 100.")]
    [InlineData("faces --detect near", "--detect: got 'near', expected auto, off, full or short.")]
    [InlineData("faces --detect full --box 1,2,3,3", "Got --box and --detect; expected one of them: the face, or how to look for it.")]
    [InlineData("faces --tiles 17", "--tiles: got '17', expected a whole number from 1 to 16.")]
    [InlineData("faces --tiles 3 --box 1,2,3,3", "Got --tiles with --box or --detect off; expected it where faces are looked for.")]
    [InlineData("faces --tiles 3 --detect off", "Got --tiles with --box or --detect off; expected it where faces are looked for.")]
    [InlineData("faces --video a.mp4", "Got more than one of pictures, --video and --camera; expected one of them, for example photo.jpg.")]
    [InlineData("--video a.mp4 --top 2", "--top is for pictures, not for a video or camera.")]
    [InlineData("--video a.mp4 --detect off", "--detect: got off with a video or camera; expected auto, full or short.")]
    [InlineData("--video a.mp4 --overlay a.txt", "--overlay: 'a.txt' ends in none of .mp4, .mov, .mkv; expected the name of a video, for example out.mp4.")]
    [InlineData("faces --detect-every 2", "--detect-every is for --video and --camera.")]
    [InlineData("--camera 0 --seconds 0", "--seconds: got '0', expected a number above 0 and at most 1000000.")]
    [InlineData("", "Got none of pictures, --video and --camera; expected one of them, for example photo.jpg.")]
    public void Run_WrongOptions_AreOneMessage(string arguments, string expected)
    {
        (int exitCode, string output, string error) = Run(arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries));

        (exitCode, output, error.TrimEnd()).Should().Be((2, "", $"error: {expected}"));
    }

    [PrivateMountFact]
    public void Run_PicturesWithWordsOnASystemWithoutFonts_SaysWhatToInstallAndWritesNothing()
    {
        string script = $"""
            [ ! -d /usr/share/fonts ] || mount -t tmpfs none /usr/share/fonts || exit 97
            dotnet "{SampleProcess.PathOf(Sample)}" faces/a.png --network net.onnx --overlay drawn
            """;

        ProcessRun run = ProcessRun.Run(_folder.Path, "unshare", PrivateMountFactAttribute.UnshareOption!, "sh", "-c", script);

        (run.ExitCode, run.Output).Should().Be((2, ""));
        run.Error.TrimEnd().Should().Be(
            "error: No font is installed, and pictures without words and numbers say nothing; expected one, for example of Debian's package fonts-dejavu-core.");
        Directory.Exists(_folder.File("drawn")).Should().BeFalse();
    }

    [Fact]
    public void Run_NetworkThatIsNone_IsOneMessage()
    {
        (int exitCode, string output, string error) = SampleProcess.Run(Sample, _folder.Path, "faces", "--network", "text.png");

        (exitCode, output).Should().Be((2, ""));
        error.Should().StartWith("error: 'text.png' is not a sound ONNX model").And.NotContain("   at ");
    }

    [Theory]
    [InlineData]
    [InlineData("--network", "compact-ferplus")]
    public void Run_WithoutANetworkOrByName_AsksThePretrainedOne(params string[] network)
    {
        (int exitCode, string output, string error) = SampleProcess.Run(Sample, _folder.Path, ["faces/a.png", "--csv", .. network]);

        (exitCode, error).Should().Be((0, ""));
        string[] lines = output.TrimEnd().Split('\n');
        lines[0].Should().Be($"file,face,x,y,width,height,score,label,probability,uncertain,{string.Join(',', ExpressionLabels.FerPlus.Names)}");
        using var recognizer = OnnxExpressionRecognizer.LoadPretrained();
        lines[1].Split(',')[7].Should().Be(recognizer.Recognize(FaceImage.Load(_folder.File("faces/a.png"))).Label);
    }

    [Fact]
    public void Dependencies_OfTheTool_AreFreeOfTorch()
    {
        string dependencies = File.ReadAllText(Path.ChangeExtension(SampleProcess.PathOf(Sample), ".deps.json"));

        dependencies.Should().Contain("Microsoft.ML.OnnxRuntime.Managed").And.NotContainEquivalentOf("torch");
    }

    private (int ExitCode, string Output, string Error) Run(params string[] arguments) =>
        SampleProcess.Run(Sample, _folder.Path, [.. arguments, "--network", "net.onnx"]);
}
