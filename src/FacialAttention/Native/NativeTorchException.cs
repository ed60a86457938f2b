using System.Globalization;
using System.Text;

namespace FacialAttention;

/// <summary>
/// libtorch, the native library under TorchSharp, cannot be used on this machine as it was asked to be. The first line of the message
/// says what was found and what to do; the lines after it hold the system loader's own text, the four known causes under the numbers of
/// docs/troubleshooting.md with the one that applies marked, and the files that were tried.
/// </summary>
public sealed class NativeTorchException : InvalidOperationException
{
    // Title and remedy; the position is the cause's number.
    private static readonly (string Title, string Remedy)[] Causes =
    [
        ("no backend package",
            "Reference the libtorch for this system in the application's project: libtorch-cpu-linux-x64, libtorch-cpu-win-x64 or "
            + $"libtorch-cpu-osx-arm64 (2.10.0); or set {LibtorchFolder.VariableName} to the folder of an existing libtorch."),
        ("libstdc++ or glibc too old",
            "A native file asks for a version of it that this system lacks. Use a newer system (seen to work: Debian 12), or put a newer "
            + "libstdc++.so.6 on LD_LIBRARY_PATH."),
        ("CUDA asked for with the CPU package",
            "Reference TorchSharp-cuda-linux or TorchSharp-cuda-windows in place of libtorch-cpu-* (in FacialAttention's repository: "
            + "-p:TorchBackend=cuda-linux or -p:TorchBackend=cuda-windows), "
            + $"or set {LibtorchFolder.VariableName} to the folder of a libtorch with CUDA; or choose auto or cpu."),
        ("wrong architecture",
            "TorchSharp has native files for linux-x64 (glibc), win-x64, win-arm64 and osx-arm64; build or publish the application for the "
            + "one that it runs on."),
    ];

    internal NativeTorchException(string message)
        : base(message)
    {
    }

    /// <summary>Puts the message together.</summary>
    /// <param name="cause">The cause found.</param>
    /// <param name="found">One sentence: what was found, and what to do where the cause's own text does not say it.</param>
    /// <param name="loaderText">What the system's loader said, if it was asked.</param>
    /// <param name="tried">What was tried, one line each.</param>
    internal static NativeTorchException Create(NativeTorchCause cause, string found, string? loaderText, IReadOnlyCollection<string> tried)
    {
        var message = new StringBuilder(found);
        if (cause == NativeTorchCause.Unknown)
        {
            _ = message.Append(" None of the known causes was recognised.");
        }
        else
        {
            (string title, string remedy) = Causes[(int)cause - 1];
            _ = message.Append(CultureInfo.InvariantCulture, $" Cause {(int)cause}, {title}. {remedy}");
        }

        if (loaderText is not null)
        {
            _ = message.Append("\nThe loader said: ").Append(loaderText);
        }

        _ = message.Append("\nThe known causes:");
        for (int i = 0; i < Causes.Length; i++)
        {
            (string mark, string text) = i + 1 == (int)cause ? ("=>", "found here.") : ("  ", Causes[i].Remedy);
            _ = message.Append(CultureInfo.InvariantCulture, $"\n{mark} {i + 1}. {Causes[i].Title}: {text}");
        }

        _ = message.Append("\nTried:");
        foreach (string line in tried)
        {
            _ = message.Append("\n   ").Append(line);
        }

        return new NativeTorchException(message.ToString());
    }
}
