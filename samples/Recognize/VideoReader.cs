using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using FacialAttention;

namespace Recognize;

/// <summary>
/// The frames of a video or camera, which ffmpeg decodes, turns upright and writes to a pipe as plain pixels. Its filter showinfo says on standard
/// error, before the pixels of each frame, when it is shown and how large it is: so times are those of the file, whatever its frame rate does,
/// and sizes those after turning.
/// </summary>
internal sealed partial class VideoReader : IDisposable
{
    private const int MostFaults = 2;

    private readonly string _name;
    private readonly Process _process;
    private readonly Thread _listener;
    private readonly BlockingCollection<(TimeSpan Time, ImageSize Size)> _frames = [];
    private readonly List<string> _faults = [];
    private byte[] _pixels = [];
    private bool _wasStopped;

    private VideoReader(string name, string[] input, double? seconds)
    {
        _name = name;
        string[] length = seconds is { } most ? ["-t", most.ToString(CultureInfo.InvariantCulture)] : [];
        _process = Ffmpeg.Start(
            [
                "-nostdin", "-v", "repeat+level+info", .. input, "-map", "0:v:0", .. length, "-vf", "showinfo=checksum=0",
                "-fps_mode", "passthrough", "-f", "rawvideo", "-pix_fmt", "rgb24", "-",
            ],
            readsInput: false);
        _listener = new Thread(Listen) { IsBackground = true };
        _listener.Start();
    }

    /// <summary>How long the video is; null where nobody knows, as for a camera, or before the first frame.</summary>
    public TimeSpan? Duration { get; private set; }

    /// <summary>What ffmpeg could not read, after the last frame; null for nothing.</summary>
    public string? Fault => _faults.Count == 0 ? null : string.Join("; ", _faults);

    /// <summary>Begins to read a video file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="seconds">Where to end; null for the end of the video.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidOperationException">ffmpeg is not installed.</exception>
    public static VideoReader OpenFile(string path, double? seconds = null) => File.Exists(path)
        ? new VideoReader(path, ["-i", $"file:{path}"], seconds)
        : throw new FileNotFoundException($"'{path}' does not exist; expected a video file.", path);

    /// <summary>Begins to read a camera.</summary>
    /// <param name="device">What this system calls it.</param>
    /// <param name="seconds">When to end; null to go on.</param>
    /// <exception cref="InvalidOperationException">ffmpeg is not installed.</exception>
    public static VideoReader OpenCamera(string device, double? seconds = null) => new(
        device,
        CameraInput(device, OperatingSystem.IsWindows() ? "windows" : OperatingSystem.IsMacOS() ? "macos" : "linux"),
        seconds);

    /// <summary>ffmpeg's arguments for a camera.</summary>
    internal static string[] CameraInput(string device, string system) => system switch
    {
        "windows" => ["-f", "dshow", "-i", $"video={device}"],
        "macos" => ["-f", "avfoundation", "-framerate", "30", "-i", device],
        _ => ["-f", "v4l2", "-i", device],
    };

    /// <summary>Reads the next frame.</summary>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <returns>The frame; null after the last one.</returns>
    /// <exception cref="InvalidDataException">There is no frame at all, and why, or the frames are larger than pictures may be.</exception>
    /// <exception cref="OperationCanceledException">The reading was stopped, or ffmpeg was: Ctrl-C of a terminal goes to both, and may reach it first.</exception>
    public VideoFrame? Read(CancellationToken cancellationToken)
    {
        bool isFirst = _pixels.Length == 0;
        using CancellationTokenRegistration stop = cancellationToken.Register(() => Ffmpeg.End(_process));
        if (_frames.TryTake(out (TimeSpan Time, ImageSize Size) frame, Timeout.Infinite, cancellationToken))
        {
            int bytes = checked(frame.Size.Height * frame.Size.Width * 3);
            if (_pixels.Length != bytes)
            {
                _pixels = new byte[bytes];
            }

            var image = FaceImage.FromRgb(_pixels, frame.Size);
            if (_process.StandardOutput.BaseStream.ReadAtLeast(_pixels, bytes, throwOnEndOfStream: false) == bytes)
            {
                return new VideoFrame(frame.Time, image);
            }
        }

        cancellationToken.ThrowIfCancellationRequested();
        _listener.Join();
        if (_wasStopped)
        {
            throw new OperationCanceledException();
        }

        return isFirst ? throw new InvalidDataException($"'{_name}' has no frame that ffmpeg can read: {Fault ?? "it is empty"}.") : null;
    }

    public void Dispose()
    {
        Ffmpeg.End(_process);
        _listener.Join();
        _process.Dispose();
        _frames.Dispose();
    }

    private void Listen()
    {
        TimeSpan time = TimeSpan.Zero;
        while (_process.StandardError.ReadLine() is { } line)
        {
            if (Frame().Match(line) is { Success: true } frame)
            {
                if (double.TryParse(frame.Groups["time"].ValueSpan, NumberStyles.Float, CultureInfo.InvariantCulture, out double seconds))
                {
                    var shown = TimeSpan.FromSeconds(seconds);
                    time = shown > time ? shown : time; // a frame without a time is shown with the one before
                }

                _frames.Add((time, new ImageSize(NumberOf(frame.Groups["height"]), NumberOf(frame.Groups["width"]))));
            }
            else if (line.Contains("received signal", StringComparison.Ordinal))
            {
                _wasStopped = true;
            }
            else if (Fatal().Match(line) is { Success: true } fault)
            {
                string reason = fault.Groups["reason"].Value.Replace($"file:{_name}: ", "", StringComparison.Ordinal).TrimEnd('.');
                if (_faults.Count < MostFaults && !_faults.Contains(reason))
                {
                    _faults.Add(reason);
                }
            }
            else if (Duration is null && Length().Match(line) is { Success: true } length)
            {
                Duration = new TimeSpan(NumberOf(length.Groups["hours"]), NumberOf(length.Groups["minutes"]), NumberOf(length.Groups["seconds"]));
            }
        }

        _frames.CompleteAdding();
    }

    private static int NumberOf(Group group) => int.Parse(group.ValueSpan, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"\] n: *\d+ pts: *\S+ pts_time:(?<time>\S+) .* s:(?<width>\d+)x(?<height>\d+) ")]
    private static partial Regex Frame();

    [GeneratedRegex(@"^(\[[^\]]*\] )?\[(error|fatal|panic)\] (?<reason>.+)")]
    private static partial Regex Fatal();

    [GeneratedRegex(@"^\[info\]   Duration: (?<hours>\d+):(?<minutes>\d\d):(?<seconds>\d\d)\.")]
    private static partial Regex Length();
}
