using System.ComponentModel;
using System.Diagnostics;

namespace Recognize;

/// <summary>Starts the program ffmpeg, which reads and writes videos.</summary>
internal static class Ffmpeg
{
    /// <exception cref="InvalidOperationException">It is not installed.</exception>
    public static Process Start(IEnumerable<string> arguments, bool readsInput)
    {
        var start = new ProcessStartInfo("ffmpeg", ["-hide_banner", "-nostats", .. arguments])
        {
            RedirectStandardInput = readsInput,
            RedirectStandardOutput = !readsInput,
            RedirectStandardError = true,
        };
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception exception)
        {
            throw new InvalidOperationException(
                "The program ffmpeg, which reads and writes videos, cannot be started: it is not in a folder of PATH; expected ffmpeg 5.1 or later, "
                + "by apt-get install ffmpeg, brew install ffmpeg or winget install ffmpeg.",
                exception);
        }
    }

    /// <summary>Ends the process if it still runs.</summary>
    public static void End(Process process)
    {
        try
        {
            process.Kill();
            process.WaitForExit();
        }
        catch (InvalidOperationException)
        {
            // It has ended.
        }
    }
}
