using System.Reflection;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using TorchSharp;

namespace FacialAttention;

/// <summary>One attempt to load libtorch and TorchSharp's own native library, with a record of what was tried.</summary>
/// <param name="folders">The folders that may hold native files.</param>
/// <param name="libtorchFolder">The value of FACIALATTENTION_LIBTORCH; null or empty to use the application's libtorch.</param>
internal sealed partial class NativeTorchLoader(string[] folders, string? libtorchFolder)
{
    /// <summary>
    /// The one version that TorchSharp 0.107.0 asks of libstdc++ and can do without. It stands for a marker that the header
    /// <c>iostream</c> of gcc 13 names and nothing calls; gcc 12, of Debian 12 and Ubuntu 22.04, ends at GLIBCXX_3.4.30.
    /// </summary>
    private const string MarkerVersion = "GLIBCXX_3.4.32";

    internal const string TorchSharpLibrary = "LibTorchSharp";

    private static readonly Assembly TorchSharpAssembly = typeof(torch).Assembly;

    private readonly List<string> _tried = [];

    /// <exception cref="NativeTorchException">It cannot be loaded.</exception>
    public void Load()
    {
        if (NativeFiles.IsMusl)
        {
            throw NativeTorchException.Create(
                NativeTorchCause.WrongArchitecture,
                $"libtorch could not be loaded: it needs glibc, and this system ({NativeFiles.RuntimeIdentifier}) has musl.",
                loaderText: null,
                ["nothing"]);
        }

        if (OperatingSystem.IsLinux() && LinuxLoader.IsLoaded(NativeFiles.Name(TorchSharpLibrary)))
        {
            return;
        }

        OpenMPWaiting.Shorten();
        _ = FreedMemory.Keep();
        LoadLibtorch();
        LoadTorchSharp();
    }

    private void LoadLibtorch()
    {
        if (!string.IsNullOrEmpty(libtorchFolder))
        {
            string[] files = LibtorchFolder.FilesToLoad(libtorchFolder, NativeFiles.Find(folders, "torch_cpu"));
            if (OperatingSystem.IsLinux())
            {
                // A libtorch that finds MKL at run time needs its symbols global; without the file it needs none.
                _ = LinuxLoader.Load(Path.Combine(Path.GetFullPath(libtorchFolder), "libtorch_global_deps.so"), isGlobal: true);
            }

            foreach (string path in files)
            {
                LoadFile(path);
            }
        }
        else if (OperatingSystem.IsLinux())
        {
            // Before TorchSharp's library, whose copy in memory has no folder to look for libtorch in.
            if (NativeFiles.Find(folders, "torch") is string path)
            {
                LoadFile(path);
            }
        }
        else
        {
            _ = NativeLibrary.TryLoad("torch_cpu", TorchSharpAssembly, null, out _);
        }
    }

    private void LoadTorchSharp()
    {
        string? path = NativeFiles.Find(folders, TorchSharpLibrary);
        if (path is null || !OperatingSystem.IsLinux())
        {
            if (NativeLibrary.TryLoad(TorchSharpLibrary, TorchSharpAssembly, null, out _))
            {
                return;
            }

            if (path is null)
            {
                throw NotFound(TorchSharpLibrary);
            }
        }

        string? error = TryLoadFile(path);
        if (error is null)
        {
            return;
        }

        if (error.Contains(MarkerVersion, StringComparison.Ordinal))
        {
            byte[] image = File.ReadAllBytes(path);
            if (ElfVersionPatch.TryMakeWeak(image, MarkerVersion))
            {
                string? secondError = LinuxLoader.LoadFromMemory(Path.GetFileName(path), image);
                _tried.Add($"a copy of it in memory that can do without {MarkerVersion}: {secondError ?? "loaded"}");
                if (secondError is null)
                {
                    return;
                }

                error = secondError;
            }
        }

        throw Failed(path, error);
    }

    private void LoadFile(string path)
    {
        if (TryLoadFile(path) is string error)
        {
            throw Failed(path, error);
        }
    }

    /// <summary>Null, or the loader's text.</summary>
    private string? TryLoadFile(string path)
    {
        string? error = null;
        if (OperatingSystem.IsLinux())
        {
            error = LinuxLoader.Load(path);
        }
        else
        {
            try
            {
                _ = NativeLibrary.Load(path);
            }
            catch (Exception exception) when (exception is DllNotFoundException or BadImageFormatException)
            {
                error = exception.Message;
            }
        }

        _tried.Add($"{path}: {error ?? "loaded"}");
        return error;
    }

    private NativeTorchException NotFound(string library)
    {
        foreach (string folder in folders)
        {
            _tried.Add($"{Path.Combine(folder, NativeFiles.Name(library))}: not there");
        }

        // TorchSharp's package brings its library for every system that it supports, so only an output made for another one lacks it.
        return NativeTorchException.Create(
            NativeTorchCause.WrongArchitecture,
            $"libtorch could not be loaded: the application has no {NativeFiles.Name(library)} for {NativeFiles.RuntimeIdentifier}.",
            loaderText: null,
            _tried);
    }

    private NativeTorchException Failed(string path, string error)
    {
        bool hasLibtorch = !string.IsNullOrEmpty(libtorchFolder) || NativeFiles.Find(folders, "torch") is not null;
        if (!hasLibtorch)
        {
            foreach (string folder in folders)
            {
                _tried.Add($"{Path.Combine(folder, NativeFiles.Name("torch"))}: not there");
            }
        }

        NativeTorchCause cause = Diagnose(error, NativeFiles.IsSupported && IsForThisMachine(path), hasLibtorch);
        string found = cause switch
        {
            NativeTorchCause.NoBackendPackage => $"{NativeFiles.Name("torch")} is in none of the application's folders.",
            NativeTorchCause.WrongArchitecture => $"{Path.GetFileName(path)} is not for {NativeFiles.RuntimeIdentifier}.",
            _ => $"The system refused {Path.GetFileName(path)}.",
        };
        return NativeTorchException.Create(cause, $"libtorch could not be loaded: {found}", error, _tried);
    }

    /// <summary>The cause of a failed load.</summary>
    /// <param name="loaderText">What the system's loader said.</param>
    /// <param name="isForThisMachine">Whether the file that failed is for this kind of system.</param>
    /// <param name="hasLibtorch">Whether there is a libtorch beside TorchSharp's own library.</param>
    internal static NativeTorchCause Diagnose(string loaderText, bool isForThisMachine, bool hasLibtorch)
    {
        if (!isForThisMachine)
        {
            return NativeTorchCause.WrongArchitecture;
        }

        if (MissingVersion().IsMatch(loaderText))
        {
            return NativeTorchCause.OldStandardLibrary;
        }

        return hasLibtorch ? NativeTorchCause.Unknown : NativeTorchCause.NoBackendPackage;
    }

    /// <summary>False if the file is surely for another processor.</summary>
    private static bool IsForThisMachine(string path)
    {
        const ushort x64 = 62, arm64 = 183;
        try
        {
            using FileStream file = File.OpenRead(path);
            Span<byte> start = stackalloc byte[20];
            int length = file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false);
            return (ElfVersionPatch.ReadMachine(start[..length]), RuntimeInformation.ProcessArchitecture) switch
            {
                (ushort machine, Architecture.X64) => machine == x64,
                (ushort machine, Architecture.Arm64) => machine == arm64,
                _ => true,
            };
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return true; // the loader's text says why it cannot be read
        }
    }

    [GeneratedRegex("version .(GLIBCXX|CXXABI|GLIBC)_[0-9.]+. not found")]
    private static partial Regex MissingVersion();
}
