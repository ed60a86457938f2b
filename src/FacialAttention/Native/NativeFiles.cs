using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using TorchSharp;

namespace FacialAttention;

/// <summary>How native files are called on this system, and where an application keeps them.</summary>
internal static class NativeFiles
{
    /// <summary>The runtime identifier under which packages hold files for this process, for example linux-x64.</summary>
    public static string RuntimeIdentifier { get; } = string.Concat(
        OperatingSystem.IsWindows() ? "win" : OperatingSystem.IsMacOS() ? "osx" : OperatingSystem.IsLinux() ? "linux" : "unknown",
        IsMusl ? "-musl-" : "-",
        RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant());

    /// <summary>Whether the C library is musl (Alpine), which can load no libtorch.</summary>
    public static bool IsMusl => RuntimeInformation.RuntimeIdentifier.Contains("musl", StringComparison.Ordinal);

    /// <summary>Whether TorchSharp's package has native files for this process.</summary>
    public static bool IsSupported => RuntimeIdentifier is "linux-x64" or "win-x64" or "win-arm64" or "osx-arm64";

    /// <summary>The file name of a library: <c>torch</c> is libtorch.so, libtorch.dylib or torch.dll.</summary>
    public static string Name(string library) =>
        OperatingSystem.IsWindows() ? $"{library}.dll" : OperatingSystem.IsMacOS() ? $"lib{library}.dylib" : $"lib{library}.so";

    /// <summary>The folders of this process, as <see cref="Folders"/> finds them.</summary>
    [UnconditionalSuppressMessage("SingleFile", "IL3000", Justification = "It is empty in a single file, which Folders expects.")]
    public static string[] FoldersOfThisProcess() => Folders(
        AppContext.GetData("NATIVE_DLL_SEARCH_DIRECTORIES") as string, AppContext.BaseDirectory, typeof(torch).Assembly.Location);

    /// <summary>
    /// The folders that may hold native files: those the host was given (this covers single-file applications and builds that run from
    /// the package cache), the application's own, and that of TorchSharp.
    /// </summary>
    /// <param name="hostFolders">The host's NATIVE_DLL_SEARCH_DIRECTORIES.</param>
    /// <param name="applicationFolder">The application's folder.</param>
    /// <param name="torchSharpFile">TorchSharp.dll; null or empty in a single-file application, where it is no file.</param>
    public static string[] Folders(string? hostFolders, string applicationFolder, string? torchSharpFile)
    {
        var folders = new List<string>();
        folders.AddRange((hostFolders ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries));
        AddBoth(applicationFolder);
        if (Path.GetDirectoryName(torchSharpFile) is { Length: > 0 } torchSharpFolder)
        {
            AddBoth(torchSharpFolder);
        }

        return [.. folders.Select(Path.TrimEndingDirectorySeparator).Distinct(StringComparer.Ordinal)];

        void AddBoth(string folder)
        {
            folders.Add(folder);
            folders.Add(Path.Combine(folder, "runtimes", RuntimeIdentifier, "native"));
        }
    }

    /// <summary>The first of the folders' files with the name of this library, or null.</summary>
    public static string? Find(IEnumerable<string> folders, string library) =>
        folders.Select(folder => Path.Combine(folder, Name(library))).FirstOrDefault(File.Exists);
}
