using System.Globalization;
using System.Text.Json;
using FacialAttention.Tests.Files;
using Samples;
using SkiaSharp;

namespace FacialAttention.Tests.Samples;

/// <summary><c>facial-attention</c> on photos and videos with several faces, which are drawn.</summary>
public sealed class PhotoTests : IDisposable
{
    private const string Sample = "Recognize";

    private static readonly ImageSize Size = new(360, 640);
    private static readonly int[] Portraits = [180, 180];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [FaceNetworksFact]
    public void Run_AFolderOfPhotosAndCrops_HasARowForEachFaceWithItsBoxAndDrawsThem()
    {
        Directory.CreateDirectory(_folder.File("photos"));
        FaceImage scene = PortraitWall.Draw(Size, Portraits);
        scene.Save(_folder.File("photos/scene.png"));
        FaceImage.FromRgb(new byte[400 * 300 * 3], new ImageSize(300, 400)).Save(_folder.File("photos/black.png"));
        SyntheticFaces.Draw(FacialExpression.Happy, identity: 1, variation: 1).Save(_folder.File("photos/crop.png"));

        (int exitCode, string output, string error) =
            SampleProcess.Run(Sample, _folder.Path, "photos", "--json", "--overlay", "drawn");

        exitCode.Should().Be(1);
        error.TrimEnd().Should().Be(
            "left out photos/black.png: no face was found; expected one that looks at the camera and is not too small, or --detect off for a picture that is a face.");
        using JsonDocument json = JsonDocument.Parse(output);
        JsonElement[] faces = [.. json.RootElement.GetProperty("faces").EnumerateArray()];
        faces.Select(face => $"{face.GetProperty("file").GetString()} {face.GetProperty("face").GetInt32()}")
            .Should().Equal("photos/crop.png 1", "photos/scene.png 1", "photos/scene.png 2");
        BoxOf(faces[0]).Should().Be(new FaceBox(0, 0, 48, 48));
        faces[0].TryGetProperty("score", out _).Should().BeFalse("nobody looked for it");
        FaceBox[] places = [.. PortraitWall.Places(Size, Portraits)];
        FaceBox[] found = [.. faces.Skip(1).Select(BoxOf).OrderBy(box => box.X)];
        for (int i = 0; i < places.Length; i++)
        {
            (found[i].X + (found[i].Width / 2)).Should().BeApproximately(places[i].X + (places[i].Width / 2), 0.15f * places[i].Width);
            (found[i].Width / places[i].Width).Should().BeInRange(0.5f, 1.1f);
        }

        Directory.GetFiles(_folder.File("drawn")).Select(Path.GetFileName).Should().BeEquivalentTo("crop.png", "scene.png");
        FaceBox first = BoxOf(faces[1]);
        using SKBitmap drawn = SKBitmap.Decode(_folder.File("drawn/scene.png"));
        Enumerable.Range((int)first.X - 2, 5).Select(x => drawn.GetPixel(x, (int)(first.Y + (first.Height / 2))))
            .Should().Contain(pixel => pixel.Blue - pixel.Red > 100, "the first box is blue");
    }

    [FaceNetworksFact]
    public void Run_DetectOffOrShort_IsHowFacesAreFound()
    {
        PortraitWall.Draw(Size, Portraits).Save(_folder.File("scene.png"));

        (int exitCode, string output, string error) = SampleProcess.Run(Sample, _folder.Path, "scene.png", "--csv", "--detect", "off");
        (int shortCode, string shortOutput, _) = SampleProcess.Run(Sample, _folder.Path, "scene.png", "--csv", "--detect", "short");

        (exitCode, error, shortCode).Should().Be((0, "", 0));
        string[] lines = output.TrimEnd().Split('\n');
        lines[0].Should().StartWith("file,face,x,y,width,height,score,label,probability,uncertain,Neutral,");
        lines.Skip(1).Should().ContainSingle().Which.Should().StartWith("scene.png,1,0,0,640,360,,");
        shortOutput.TrimEnd().Split('\n').Skip(1).Should().HaveCountGreaterThan(0).And.NotContain(line => line.Contains("640,360", StringComparison.Ordinal));
    }

    [FaceNetworksFact]
    public void Run_Tiles_FindsSmallFacesToo()
    {
        PortraitWall.Draw(new ImageSize(720, 1280), [240, 80, 80, 80]).Save(_folder.File("scene.png"));

        (int exitCode, _, string error) = SampleProcess.Run(Sample, _folder.Path, "scene.png");
        (int tiledCode, string tiled, _) = SampleProcess.Run(Sample, _folder.Path, "scene.png", "--csv", "--tiles", "5");

        (exitCode, tiledCode).Should().Be((2, 0));
        error.Should().StartWith("left out scene.png: no face was found");
        tiled.TrimEnd().Split('\n').Length.Should().BeGreaterThan(1);
    }

    [FaceNetworksFact]
    public void Detect_AThousandFaces_FindsNearlyAllOnceEach()
    {
        const int Columns = 40, Rows = 25, Square = 80;
        FaceImage picture = PortraitWall.DrawRows(Columns, Rows, Square);
        using BlazeFaceDetector detector = BlazeFaceDetector.Load(options: new BlazeFaceOptions { Tiles = 14 });

        IReadOnlyList<DetectedFace> faces = detector.Detect(picture);

        var places = faces.Select(face => (
            (int)((face.Box.X + (face.Box.Width / 2)) / Square), (int)((face.Box.Y + (face.Box.Height / 2)) / Square))).Distinct().ToList();
        places.Count.Should().BeInRange(800, Columns * Rows);
        faces.Count.Should().BeInRange(places.Count, places.Count + 20);
    }

    [ToolFact("ffmpeg", needsFaceNetworks: true)]
    public void Run_AVideoThatIsCutOff_HasARowForEachFaceOfEachFrameAndDrawsWhatCouldBeRead()
    {
        FaceImage[] frames = [.. Enumerable.Range(0, 12).Select(n => PortraitWall.Draw(new ImageSize(240, 320), [150], step: 2 * n))];
        double[] times = [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.9, 1.1, 1.3, 1.5];
        Clip.Write(_folder.File("clip.mp4"), frames, times);

        (int exitCode, string output, string error) =
            SampleProcess.Run(Sample, _folder.Path, "--video", "clip.mp4", "--csv", "--overlay", "out.mp4", "--detect-every", "2");

        (exitCode, error).Should().Be((0, ""));
        string[][] rows = [.. output.TrimEnd().Split('\n').Select(line => line.Split(','))];
        rows[0][..5].Should().Equal("time", "face", "x", "y", "width");
        rows[1..].Select(row => double.Parse(row[0], CultureInfo.InvariantCulture)).Should().Equal(times);
        rows[1..].Select(row => row[1]).Should().OnlyContain(number => number == "1");
        rows[1..].Select(row => row[2]).Distinct().Should().HaveCount(6, "faces are looked for in every second frame");
        TimesOf("out.mp4").Should().Equal(times);

        Clip.Cut(_folder.File("clip.mp4"), 0.7);
        (exitCode, output, error) = SampleProcess.Run(Sample, _folder.Path, "--video", "clip.mp4", "--overlay", "part.mp4");

        exitCode.Should().Be(1);
        output.Should().MatchRegex(@"^ +0\.00 s  face 1 +\w+ \d+\.\d %");
        error.Should().MatchRegex(@"^clip\.mp4: \d+ frames could be read, not all: .+\.$");
        TimesOf("part.mp4").Count.Should().BeInRange(1, 11);
        Directory.GetFileSystemEntries(_folder.Path).Select(Path.GetFileName).Should().BeEquivalentTo("clip.mp4", "out.mp4", "part.mp4");
    }

    [ToolFact("ffmpeg", needsFaceNetworks: true)]
    public void Run_CtrlCInAVideo_LeavesTheFormerFileAndNothingElse() => IsStoppedBy(process => process.PressCtrlC());

    [ToolFact("ffmpeg", needsFaceNetworks: true)]
    public void Run_CtrlCThatReachesFfmpegFirst_LeavesTheFormerFileAndNothingElse() => IsStoppedBy(process => process.PressCtrlCOfItsPrograms());

    [ToolFact("ffmpeg", needsFaceNetworks: true)]
    public void Run_ACameraThatFfmpegStandsInFor_HasARowForEachFaceUntilTheSecondsAreOver()
    {
        if (!OperatingSystem.IsLinux())
        {
            return; // The stand-in knows the arguments of Linux.
        }

        PortraitWall.Draw(new ImageSize(240, 320), [150]).Save(_folder.File("scene.png"));
        string real = Environment.GetEnvironmentVariable("PATH")!.Split(':').Select(folder => Path.Combine(folder, "ffmpeg")).First(File.Exists);
        string standIn = _folder.File("bin/ffmpeg");
        Directory.CreateDirectory(_folder.File("bin"));
        File.WriteAllText(standIn, $"""
            #!/bin/sh
            for argument; do
              case "$argument" in
                v4l2) argument=lavfi ;;
                /dev/video0) argument='movie=scene.png:loop=0,settb=1/1000,setpts=N*100' ;;
              esac
              shift
              set -- "$@" "$argument"
            done
            exec {real} "$@"
            """);
        File.SetUnixFileMode(standIn, UnixFileMode.UserRead | UnixFileMode.UserExecute);

        (int exitCode, string output, string error) = SampleProcess.RunWithPath(
            $"{_folder.File("bin")}:{Environment.GetEnvironmentVariable("PATH")}", Sample, _folder.Path,
            "--camera", "/dev/video0", "--seconds", "0.55", "--csv", "--overlay", "out.mp4");

        (exitCode, error).Should().Be((0, ""));
        output.TrimEnd().Split('\n').Skip(1).Select(row => row[..row.IndexOf(',', StringComparison.Ordinal)])
            .Should().Equal("0", "0.1", "0.2", "0.3", "0.4", "0.5");
        TimesOf("out.mp4").Should().Equal(0, 0.1, 0.2, 0.3, 0.4, 0.5);
    }

    [ToolFact("ffmpeg", needsFaceNetworks: true)]
    public void Run_ACameraThatIsNotThere_SaysSoAndWritesNothing()
    {
        (int exitCode, string output, string error) =
            SampleProcess.Run(Sample, _folder.Path, "--camera", "/dev/video99", "--overlay", "out.mp4");

        (exitCode, output).Should().Be((2, ""));
        error.Should().StartWith("error: '/dev/video99' has no frame that ffmpeg can read: ").And.Contain("/dev/video99: No such file or directory");
        Directory.GetFileSystemEntries(_folder.Path).Should().BeEmpty();
    }

    [LinuxFact]
    public void Run_VideoWithoutFfmpeg_SaysWhatToInstall()
    {
        _folder.Write("clip.mp4", "any"u8);

        (int exitCode, string output, string error) =
            SampleProcess.RunWithPath("", Sample, _folder.Path, "--video", "clip.mp4", "--overlay", "out.mp4");

        (exitCode, output).Should().Be((2, ""));
        error.TrimEnd().Should().Be(
            "error: The program ffmpeg, which reads and writes videos, cannot be started: it is not in a folder of PATH; expected ffmpeg 5.1 or later, "
            + "by apt-get install ffmpeg, brew install ffmpeg or winget install ffmpeg.");
        Directory.GetFileSystemEntries(_folder.Path).Select(Path.GetFileName).Should().Equal("clip.mp4");
    }

    private void IsStoppedBy(Action<SampleProcess> stop)
    {
        Clip.Ffmpeg("-f", "lavfi", "-i", "testsrc=size=320x240:rate=30:duration=120", "-preset", "ultrafast", _folder.File("clip.mp4"));
        File.WriteAllText(_folder.File("out.mp4"), "former");
        using var process = SampleProcess.Start(Sample, _folder.Path, "--video", "clip.mp4", "--overlay", "out.mp4");
        SpinWait.SpinUntil(() => process.HasExited || Directory.GetFiles(_folder.Path).Length > 2, TimeSpan.FromMinutes(1)).Should().BeTrue();

        stop(process);

        (int exitCode, string output, string error) = process.WaitForExit();
        (exitCode, output, error.TrimEnd()).Should().Be((130, "", "Stopped."));
        Directory.GetFileSystemEntries(_folder.Path).Select(Path.GetFileName).Should().BeEquivalentTo("clip.mp4", "out.mp4");
        File.ReadAllText(_folder.File("out.mp4")).Should().Be("former");
    }

    private static FaceBox BoxOf(JsonElement face)
    {
        JsonElement box = face.GetProperty("box");
        float Of(string name) => box.GetProperty(name).GetSingle();
        return new FaceBox(Of("x"), Of("y"), Of("width"), Of("height"));
    }

    private List<double> TimesOf(string name)
    {
        var times = new List<double>();
        using var reader = Recognize.VideoReader.OpenFile(_folder.File(name));
        while (reader.Read(CancellationToken.None) is { } frame)
        {
            times.Add(Math.Round(frame.Time.TotalSeconds, 3));
        }

        return times;
    }
}
