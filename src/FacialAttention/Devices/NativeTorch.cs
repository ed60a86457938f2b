using System.Reflection;
using System.Runtime.InteropServices;
using System.Text;
using TorchSharp;

namespace FacialAttention;

/// <summary>Loads libtorch, the native library under TorchSharp, in a way that works on the systems where TorchSharp alone fails.</summary>
public static class NativeTorch
{
    /// <summary>The one version that TorchSharp 0.107.0 asks of libstdc++ (gcc 13) and can do without.</summary>
    private const string MissingVersion = "GLIBCXX_3.4.32";

    private static readonly Lock Gate = new();
    private static volatile bool _isLoaded;

    /// <summary>
    /// Loads libtorch if it is not loaded yet. Cheap after the first call, and safe from several threads.
    /// </summary>
    /// <exception cref="NativeTorchException">libtorch cannot be loaded; the message says why and what to do.</exception>
    public static void EnsureLoaded()
    {
        if (_isLoaded)
        {
            return;
        }

        lock (Gate)
        {
            if (_isLoaded)
            {
                return;
            }

            if (OperatingSystem.IsLinux())
            {
                LoadOnLinux();
            }

            _isLoaded = true;
        }
    }

    private static void LoadOnLinux()
    {
        if (LinuxLoader.IsLoaded("libLibTorchSharp.so"))
        {
            return;
        }

        string[] folders = [.. Folders().Distinct(StringComparer.Ordinal)];
        string? torchFile = Find(folders, "libtorch.so");
        string? torchSharpFile = Find(folders, "libLibTorchSharp.so");
        string? error = null;
        if (torchFile is not null)
        {
            error = LinuxLoader.Load(torchFile);
        }

        if (error is null && torchSharpFile is not null)
        {
            error = LinuxLoader.Load(torchSharpFile);
            if (error is not null && error.Contains(MissingVersion, StringComparison.Ordinal))
            {
                byte[] image = File.ReadAllBytes(torchSharpFile);
                if (ElfVersionPatch.TryMakeWeak(image, MissingVersion))
                {
                    error = LinuxLoader.LoadFromMemory("libLibTorchSharp.so", image);
                }
            }
        }

        if (error is not null)
        {
            throw new NativeTorchException(error);
        }
    }

    private static string? Find(IEnumerable<string> folders, string name) =>
        folders.Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists);

    private static IEnumerable<string> Folders()
    {
        if (AppContext.GetData("NATIVE_DLL_SEARCH_DIRECTORIES") is string hostFolders)
        {
            foreach (string folder in hostFolders.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries))
            {
                yield return folder;
            }
        }

        yield return AppContext.BaseDirectory;
        yield return Path.Combine(AppContext.BaseDirectory, "runtimes", "linux-x64", "native");
    }
}
