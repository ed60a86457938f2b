using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace FacialAttention;

/// <summary>
/// The Linux loader, called directly: <see cref="NativeLibrary"/> offers neither its flags nor its error text alone.
/// </summary>
internal static partial class LinuxLoader
{
    private const int Lazy = 1;
    private const int NoLoad = 4;
    private const int Global = 0x100;
    private const uint CloseOnExec = 1;

    /// <summary>Whether the process already holds a library with this soname.</summary>
    public static bool IsLoaded(string soname) => Open(soname, Lazy | NoLoad) != 0;

    /// <summary>Loads a library for the life of the process.</summary>
    /// <param name="path">The file.</param>
    /// <param name="isGlobal">Whether later libraries may use its symbols without naming it.</param>
    /// <returns>Null, or the loader's own text if it failed.</returns>
    public static string? Load(string path, bool isGlobal = false)
    {
        _ = Error(); // binds the function and clears an old error, so nothing comes between the two calls below
        return Open(path, isGlobal ? Lazy | Global : Lazy) != 0
            ? null
            : Marshal.PtrToStringUTF8(Error()) ?? "the loader gave no reason";
    }

    /// <summary>Loads a library from memory, or by way of a temporary file where the system refuses that.</summary>
    /// <returns>Null, or the loader's own text if it failed.</returns>
    public static string? LoadFromMemory(string name, ReadOnlySpan<byte> image)
    {
        int descriptor = CreateMemoryFile(name, CloseOnExec);
        string? error = "memfd_create failed";
        if (descriptor >= 0)
        {
            var handle = new SafeFileHandle(descriptor, ownsHandle: true);
            RandomAccess.Write(handle, image, fileOffset: 0);
            error = Load(string.Create(CultureInfo.InvariantCulture, $"/proc/self/fd/{descriptor}"));
            if (error is null)
            {
                // The loader knows a library by its path: were the number free again, the next file there would be taken for this one.
                handle.SetHandleAsInvalid();
            }

            handle.Dispose();
        }

        return error is null || LoadFromTemporaryFile(name, image) is not string secondError ? null : $"{error}; {secondError}";
    }

    /// <summary>Loads a library by way of a temporary file, which is gone afterwards: what is mapped stays mapped.</summary>
    /// <returns>Null, or why it failed.</returns>
    internal static string? LoadFromTemporaryFile(string name, ReadOnlySpan<byte> image)
    {
        string? folder = null;
        try
        {
            folder = Directory.CreateTempSubdirectory("FacialAttention-").FullName;
            string path = Path.Combine(folder, name);
            File.WriteAllBytes(path, image);
            return Load(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return exception.Message;
        }
        finally
        {
            if (folder is not null)
            {
                Directory.Delete(folder, recursive: true);
            }
        }
    }

    // Before glibc 2.34 these two live in libdl.so.2; since then libdl.so.2 is an empty library that brings libc.so.6.
    [LibraryImport("libdl.so.2", EntryPoint = "dlopen", StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint Open(string path, int flags);

    [LibraryImport("libdl.so.2", EntryPoint = "dlerror")]
    private static partial nint Error();

    [LibraryImport("libc.so.6", EntryPoint = "memfd_create", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int CreateMemoryFile(string name, uint flags);
}
