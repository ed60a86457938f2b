using System.Buffers.Binary;
using System.Diagnostics;
using SkiaSharp;

namespace Recognize;

/// <summary>
/// Writes a video by ffmpeg: the frames go to it as plain pixels in Matroska, each with the time when it is shown, so any frame rate stays as it is. The
/// file has another name until it is complete.
/// </summary>
internal sealed class VideoWriter : IDisposable
{
    private const int ExitOfSignal = 255; // ffmpeg's, after it was told to end
    private const int TickOfVideo = 12; // microseconds, a little more than one of 90,000 a second

    private static readonly string[] Endings = [".mp4", ".mov", ".mkv"];

    private readonly string _path;
    private readonly string _temporary;
    private readonly Process _process;
    private readonly Task<string> _error;
    private readonly Stream _pipe;
    private long _last = -TickOfVideo;

    /// <param name="path">The video, which is replaced if it exists.</param>
    /// <param name="width">The width of each frame.</param>
    /// <param name="height">Its height.</param>
    /// <exception cref="InvalidOperationException">ffmpeg is not installed.</exception>
    public VideoWriter(string path, int width, int height)
    {
        _path = path;
        string ending = Path.GetExtension(path).ToLowerInvariant();
        _temporary = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(path))!, $".{Path.GetRandomFileName()}{ending}");
        _process = Ffmpeg.Start(
            [
                "-v", "error", "-f", "matroska", "-i", "pipe:0", "-vf", "pad=ceil(iw/2)*2:ceil(ih/2)*2", "-pix_fmt", "yuv420p",
                "-fps_mode", "passthrough", "-enc_time_base", "1:90000", $"file:{_temporary}",
            ],
            readsInput: true);
        _error = _process.StandardError.ReadToEndAsync();
        _pipe = _process.StandardInput.BaseStream;
        Send(Header(width, height));
    }

    /// <summary>Why a video cannot have this name; null if it can.</summary>
    public static string? FaultOf(string path)
    {
        string? folder = Path.GetDirectoryName(Path.GetFullPath(path));
        return !Endings.Contains(Path.GetExtension(path), StringComparer.OrdinalIgnoreCase)
                ? $"'{path}' ends in none of {string.Join(", ", Endings)}; expected the name of a video, for example out.mp4."
            : Directory.Exists(path) ? $"'{path}' is a folder; expected the name of a video."
            : !Directory.Exists(folder) ? $"there is no folder '{folder}'; expected one that exists."
            : null;
    }

    /// <summary>Adds a frame.</summary>
    /// <param name="time">When it is shown; not before the frame before. Of two at one time the later one is shown a moment later.</param>
    /// <param name="picture">Its pixels.</param>
    /// <exception cref="IOException">ffmpeg has given up; the message says why.</exception>
    /// <exception cref="OperationCanceledException">ffmpeg was stopped.</exception>
    public void Write(TimeSpan time, SKBitmap picture)
    {
        ReadOnlySpan<byte> pixels = picture.GetPixelSpan();
        _last = Math.Max(time.Ticks / TimeSpan.TicksPerMicrosecond, _last + TickOfVideo);
        var block = new List<byte>();
        Append(block, 0xE7, Number((ulong)_last)); // Timestamp of the cluster
        block.AddRange([0xA3, .. Size(pixels.Length + 4), 0x81, 0, 0, 0x80]); // SimpleBlock: track 1, no further time, key frame
        Send([0x1F, 0x43, 0xB6, 0x75, .. Size(block.Count + pixels.Length), .. block]); // Cluster
        Send(pixels);
    }

    /// <summary>Waits until ffmpeg has written all, and gives the file its name.</summary>
    /// <exception cref="IOException">ffmpeg or the file system could not.</exception>
    /// <exception cref="OperationCanceledException">ffmpeg was stopped.</exception>
    public void Finish()
    {
        _pipe.Dispose();
        _process.WaitForExit();
        if (_process.ExitCode != 0)
        {
            throw Failed(null);
        }

        File.Move(_temporary, _path, overwrite: true);
    }

    public void Dispose()
    {
        Ffmpeg.End(_process);
        _process.Dispose();
        File.Delete(_temporary);
    }

    private void Send(ReadOnlySpan<byte> bytes)
    {
        try
        {
            _pipe.Write(bytes);
            _pipe.Flush();
        }
        catch (IOException exception)
        {
            _process.WaitForExit();
            throw Failed(exception);
        }
    }

    private Exception Failed(Exception? exception)
    {
        string reason = _error.Result.Trim().Split('\n')[0].Replace(_temporary, _path, StringComparison.Ordinal);
        return reason.Length == 0 && _process.ExitCode == ExitOfSignal
            ? new OperationCanceledException() // by Ctrl-C of a terminal, which goes to ffmpeg too
            : new IOException($"ffmpeg could not write '{_path}': {(reason.Length > 0 ? reason : "it was ended")}.", exception);
    }

    // RFC 9559: elements of an id, a length and a content.
    private static byte[] Header(int width, int height)
    {
        var video = new List<byte>();
        Append(video, 0xB0, Number((ulong)width));
        Append(video, 0xBA, Number((ulong)height));
        Append(video, [0x2E, 0xB5, 0x24], "RGBA"u8); // UncompressedFourCC
        var track = new List<byte>();
        Append(track, 0xD7, 1); // TrackNumber
        Append(track, [0x73, 0xC5], 1); // TrackUID
        Append(track, 0x83, 1); // TrackType: video
        Append(track, 0x86, "V_UNCOMPRESSED"u8);
        Append(track, 0xE0, [.. video]);
        var tracks = new List<byte>();
        Append(tracks, 0xAE, [.. track]);
        var format = new List<byte>();
        Append(format, [0x42, 0x82], "matroska"u8); // DocType
        Append(format, [0x42, 0x87], 4); // DocTypeVersion
        Append(format, [0x42, 0x85], 2); // DocTypeReadVersion
        var info = new List<byte>();
        Append(info, [0x2A, 0xD7, 0xB1], Number(1000)); // TimestampScale: microseconds
        var all = new List<byte>();
        Append(all, [0x1A, 0x45, 0xDF, 0xA3], [.. format]);
        all.AddRange([0x18, 0x53, 0x80, 0x67, 0x01, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF]); // Segment of unknown length
        Append(all, [0x15, 0x49, 0xA9, 0x66], [.. info]);
        Append(all, [0x16, 0x54, 0xAE, 0x6B], [.. tracks]);
        return [.. all];
    }

    private static void Append(List<byte> target, byte id, params ReadOnlySpan<byte> content) => Append(target, [id], content);

    private static void Append(List<byte> target, ReadOnlySpan<byte> id, params ReadOnlySpan<byte> content)
    {
        target.AddRange(id);
        target.AddRange(Size(content.Length));
        target.AddRange(content);
    }

    /// <summary>A length in eight bytes.</summary>
    private static byte[] Size(long length)
    {
        byte[] size = Number((ulong)length);
        size[0] = 0x01;
        return size;
    }

    private static byte[] Number(ulong value)
    {
        byte[] bytes = new byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, value);
        return bytes;
    }
}
