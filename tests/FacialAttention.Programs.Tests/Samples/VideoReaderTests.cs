using FacialAttention.Tests.Files;
using Recognize;
using SkiaSharp;

namespace FacialAttention.Tests.Samples;

/// <summary>How <c>facial-attention</c> reads and writes videos.</summary>
public sealed class VideoReaderTests : IDisposable
{
    private const int Width = 64, Height = 48;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [ToolFact("ffmpeg")]
    public void Read_AVariableFrameRate_HasTheTimesOfTheFileAndItsFrames()
    {
        double[] times = [0, 0.1, 0.15, 0.4, 1.2, 1.24, 3];
        Clip.Write(_folder.File("clip.mp4"), [.. times.Select((_, n) => Frame(Gray(n)))], times);

        List<(double Seconds, FaceImage Image)> frames = ReadAll("clip.mp4", out string? fault);

        fault.Should().BeNull();
        frames.Select(frame => Math.Round(frame.Seconds, 3)).Should().Equal(times);
        frames.Select((frame, n) => Math.Abs(MeanOf(frame.Image, Width / 2, Height / 2) - Gray(n))).Should().OnlyContain(difference => difference < 6);
    }

    [ToolFact("ffmpeg")]
    public void Read_ATurnedVideo_StandsUprightInItsOwnSize()
    {
        Clip.Write(_folder.File("clip.mp4"), [Frame(60), Frame(60)]);
        Clip.Turn(_folder.File("clip.mp4"));

        List<(double Seconds, FaceImage Image)> frames = ReadAll("clip.mp4", out _);

        frames.Should().HaveCount(2);
        frames[0].Image.Size.Should().Be(new ImageSize(Width, Height), "height and width change places");
        MeanOf(frames[0].Image, Height - 4, 4).Should().BeGreaterThan(200, "the white corner goes from the left to the right");
        MeanOf(frames[0].Image, 4, 4).Should().BeLessThan(100);
    }

    [ToolFact("ffmpeg")]
    public void Read_AVideoThatWasCutOff_GivesTheFramesBeforeAndSaysSo()
    {
        Clip.Write(_folder.File("clip.mp4"), [.. Enumerable.Range(0, 40).Select(n => Frame((byte)(n * 6), new Random(n)))]);
        Clip.Cut(_folder.File("clip.mp4"), 0.6);

        List<(double Seconds, FaceImage Image)> frames = ReadAll("clip.mp4", out string? fault);

        frames.Count.Should().BeInRange(10, 39);
        fault.Should().NotBeNullOrEmpty();
    }

    [ToolFact("ffmpeg")]
    public void Read_WhatHasNoFrames_SaysWhy()
    {
        _folder.Write("text.mp4", "no video at all"u8);
        _folder.Write("empty.mp4", ""u8);
        Clip.Write(_folder.File("header.mp4"), [Frame(60)]);
        Clip.Cut(_folder.File("header.mp4"), 0.1);
        Clip.Ffmpeg("-f", "lavfi", "-i", "sine=duration=0.2", _folder.File("sound.mp4"));
        foreach ((string name, string reason) in new[]
        {
            ("text.mp4", "Invalid data found"), ("empty.mp4", "Invalid data found"), ("header.mp4", ""),
            ("sound.mp4", "matches no streams"),
        })
        {
            Action read = () => ReadAll(name, out _);

            read.Should().Throw<InvalidDataException>().WithMessage($"'{_folder.File(name)}' has no frame that ffmpeg can read: *{reason}*.");
        }
    }

    [ToolFact("ffmpeg")]
    public void Read_Stopped_EndsFfmpeg()
    {
        Clip.Write(_folder.File("clip.mp4"), [Frame(60), Frame(60)]);
        using var stop = new CancellationTokenSource();
        using var reader = VideoReader.OpenFile(_folder.File("clip.mp4"));
        reader.Read(stop.Token).Should().NotBeNull();
        stop.Cancel();

        Action read = () => reader.Read(stop.Token);

        read.Should().Throw<OperationCanceledException>();
    }

    [Fact]
    public void OpenFile_ThatDoesNotExist_SaysSo()
    {
        Action open = () => VideoReader.OpenFile("none.mp4");

        open.Should().Throw<FileNotFoundException>().WithMessage("'none.mp4' does not exist; expected a video file.");
    }

    [Theory]
    [InlineData("linux", "/dev/video0", "-f v4l2 -i /dev/video0")]
    [InlineData("macos", "0", "-f avfoundation -framerate 30 -i 0")]
    [InlineData("windows", "Integrated Camera", "-f dshow -i video=Integrated Camera")]
    public void CameraInput_OfASystem_IsWhatFfmpegCallsIt(string system, string device, string expected) =>
        string.Join(' ', VideoReader.CameraInput(device, system)).Should().Be(expected);

    [ToolFact("ffmpeg")]
    public void Write_FramesAtAnyTimes_KeepsTheirTimesAndPictures()
    {
        double[] times = [0, 0.033, 0.5, 0.51, 2];
        using var bitmap = new SKBitmap(new SKImageInfo(Width + 1, Height - 1, SKColorType.Rgba8888, SKAlphaType.Opaque));
        using (var writer = new VideoWriter(_folder.File("out.mp4"), bitmap.Width, bitmap.Height))
        {
            for (int n = 0; n < times.Length; n++)
            {
                bitmap.Erase(new SKColor(Gray(n), Gray(n), Gray(n)));
                writer.Write(TimeSpan.FromSeconds(times[n]), bitmap);
            }

            File.Exists(_folder.File("out.mp4")).Should().BeFalse("it is not complete");
            writer.Write(TimeSpan.FromSeconds(times[^1]), bitmap); // twice at one time
            writer.Finish();
        }

        Directory.GetFiles(_folder.Path).Select(Path.GetFileName).Should().Equal("out.mp4");
        List<(double Seconds, FaceImage Image)> frames = ReadAll("out.mp4", out _);
        frames.Select(frame => Math.Round(frame.Seconds, 3)).Should().Equal([.. times, times[^1]]);
        frames[0].Image.Size.Should().Be(new ImageSize(Height, Width + 2), "most codecs take even sides only");
        frames.SkipLast(1).Select((frame, n) => Math.Abs(MeanOf(frame.Image, 20, 20) - Gray(n))).Should().OnlyContain(difference => difference < 6);
    }

    [ToolFact("ffmpeg")]
    public void Write_NotFinished_LeavesTheFormerFileAndNothingElse()
    {
        File.WriteAllText(_folder.File("out.mp4"), "former");
        using var bitmap = new SKBitmap(new SKImageInfo(Width, Height, SKColorType.Rgba8888, SKAlphaType.Opaque));
        using (var writer = new VideoWriter(_folder.File("out.mp4"), Width, Height))
        {
            writer.Write(TimeSpan.Zero, bitmap);
        }

        Directory.GetFiles(_folder.Path).Select(Path.GetFileName).Should().Equal("out.mp4");
        File.ReadAllText(_folder.File("out.mp4")).Should().Be("former");
    }

    private static byte Gray(int n) => (byte)(40 + (25 * n));

    /// <summary>A gray picture with a white corner at the top left, with or without noise, which makes the file large.</summary>
    private static FaceImage Frame(byte gray, Random? noise = null)
    {
        var pixels = new byte[Width * Height * 3];
        for (int i = 0; i < pixels.Length; i++)
        {
            bool isCorner = i / 3 % Width < 8 && i / 3 / Width < 8;
            pixels[i] = isCorner ? byte.MaxValue : noise is null ? gray : (byte)noise.Next(256);
        }

        return FaceImage.FromRgb(pixels, new ImageSize(Height, Width));
    }

    private static double MeanOf(FaceImage image, int x, int y) =>
        Enumerable.Range(0, 3).Average(channel => image.Pixels.Span[(((y * image.Width) + x) * 3) + channel]);

    private List<(double Seconds, FaceImage Image)> ReadAll(string name, out string? fault)
    {
        var frames = new List<(double, FaceImage)>();
        using var reader = VideoReader.OpenFile(_folder.File(name));
        while (reader.Read(CancellationToken.None) is { } frame)
        {
            frames.Add((frame.Time.TotalSeconds, FaceImage.FromRgb(frame.Image.Pixels.ToArray(), frame.Image.Size)));
        }

        fault = reader.Fault;
        return frames;
    }
}
