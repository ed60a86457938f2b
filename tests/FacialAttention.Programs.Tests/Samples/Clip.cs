using System.Diagnostics;
using System.Globalization;

namespace FacialAttention.Tests.Samples;

/// <summary>Videos that ffmpeg makes for tests.</summary>
internal static class Clip
{
    // A picture that is not turned, as the header of a track has it, and one that is to be shown turned by a quarter, clockwise.
    private static readonly byte[] Upright = Convert.FromHexString("000100000000000000000000000000000001000000000000000000000000000040000000");
    private static readonly byte[] Turned = Convert.FromHexString("000000000001000000000000FFFF00000000000000000000000000000000000040000000");

    /// <summary>Writes frames, each of which is shown from its time on, and is stored whole.</summary>
    public static void Write(string path, IReadOnlyList<FaceImage> frames, IReadOnlyList<double>? times = null)
    {
        string raw = path + ".rgb";
        using (FileStream file = File.Create(raw))
        {
            foreach (FaceImage frame in frames)
            {
                file.Write(frame.Pixels.Span);
            }
        }

        // Each frame a tenth of a second after the one before, or at its time: nested conditions on its number.
        string shown = times is null ? "N/10" : times.Select((time, n) => (time, n)).Reverse().Aggregate(
            "0", (rest, frame) => string.Create(CultureInfo.InvariantCulture, $"if(eq(N,{frame.n}),{frame.time},{rest})"));
        Ffmpeg(
            "-f", "rawvideo", "-pix_fmt", "rgb24", "-video_size", $"{frames[0].Width}x{frames[0].Height}", "-framerate", "1000", "-i", raw,
            "-vf", $"setpts='round(({shown})/TB)'", "-fps_mode", "passthrough", "-g", "1", "-pix_fmt", "yuv420p", "-movflags", "faststart", path);
        File.Delete(raw);
    }

    /// <summary>Marks a video as one that is to be shown turned by a quarter, clockwise, as phones do.</summary>
    public static void Turn(string path)
    {
        byte[] bytes = File.ReadAllBytes(path);
        int ofTrack = bytes.AsSpan().LastIndexOf(Upright);
        Turned.CopyTo(bytes, ofTrack);
        File.WriteAllBytes(path, bytes);
    }

    /// <summary>Leaves the first part of a file.</summary>
    public static void Cut(string path, double part)
    {
        using FileStream file = File.OpenWrite(path);
        file.SetLength((long)(part * file.Length));
    }

    public static void Ffmpeg(params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo("ffmpeg", ["-v", "error", "-nostdin", "-y", .. arguments]) { RedirectStandardError = true })!;
        string error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        (process.ExitCode, error).Should().Be((0, ""));
    }
}
