using System.Text;

namespace FacialAttention;

/// <summary>
/// libtorch, the native library under TorchSharp, cannot be used on this machine as it was asked to be. The first line of the message
/// says what was found and what to do; the lines after it hold the system loader's own text, the four known causes under the numbers of
/// docs/troubleshooting.md with the one that applies marked, and the files that were tried.
/// </summary>
public sealed class NativeTorchException : InvalidOperationException
{
    private const string CpuPackages = "libtorch-cpu-linux-x64, libtorch-cpu-win-x64 or libtorch-cpu-osx-arm64";

    private static readonly string[] Causes =
    [
        $"No backend package: the application references TorchSharp, but no libtorch for this system. Add {CpuPackages} (2.10.0) to the application's "
            + $"project, or set {LibtorchFolder.VariableName} to the folder of an existing libtorch.",
        "libstdc++ (or glibc) too old: a native file asks for a version that this system's lacks. Run on a newer system (Debian 12 and "
            + "Ubuntu 22.04 are new enough), or put a newer libstdc++.so.6 on LD_LIBRARY_PATH.",
        "CUDA asked for with the CPU package: reference TorchSharp-cuda-linux or TorchSharp-cuda-windows instead of libtorch-cpu-* (projects of "
            + "FacialAttention's repository: -p:TorchBackend=cuda-linux or cuda-windows), "
            + $"or set {LibtorchFolder.VariableName} to the folder of a libtorch with CUDA.",
        "Wrong architecture: TorchSharp has native files for linux-x64 (glibc), win-x64, win-arm64 and osx-arm64 only, and the application "
            + "must be built for the one that it runs on.",
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
            _ = message.Append(" None of the four known causes was recognised.");
        }
        else
        {
            _ = message.Append(" Cause ").Append((char)('0' + (int)cause)).Append(". ").Append(Causes[(int)cause - 1]);
        }

        if (loaderText is not null)
        {
            _ = message.Append("\nThe loader said: ").Append(loaderText);
        }

        _ = message.Append("\nThe known causes:");
        for (int i = 0; i < Causes.Length; i++)
        {
            _ = message.Append(i + 1 == (int)cause ? "\n=> " : "\n   ").Append((char)('1' + i)).Append(". ").Append(Causes[i]);
        }

        _ = message.Append("\nTried:");
        foreach (string line in tried)
        {
            _ = message.Append("\n   ").Append(line);
        }

        return new NativeTorchException(message.ToString());
    }
}
