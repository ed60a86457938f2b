using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace FacialAttention;

/// <summary>
/// The one way this library writes a file: whole or not at all. Whatever happens meanwhile, an exception, a full disk, a power cut, the
/// path holds either its former content or the new one.
/// </summary>
internal static partial class AtomicFile
{
    /// <summary>Writes a file through a temporary one in the same folder, which replaces it once it is on the disk.</summary>
    /// <param name="path">The file, which may exist.</param>
    /// <param name="write">Writes the content. Its exceptions pass through, and the former file stays.</param>
    /// <exception cref="IOException">The folder does not exist or cannot be written, or the path is a folder.</exception>
    public static void Write(string path, Action<Stream> write)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        string fullPath = Path.GetFullPath(path);
        string folder = Path.GetDirectoryName(fullPath) ?? fullPath;
        if (Directory.Exists(fullPath))
        {
            throw new IOException($"Cannot write '{path}': it is a folder; expected the name of a file.");
        }

        if (!Directory.Exists(folder))
        {
            throw new DirectoryNotFoundException($"Cannot write '{path}': there is no folder '{folder}'; expected one that exists.");
        }

        string temporary = Path.Combine(folder, $".{Path.GetRandomFileName()}.tmp");
        FileStream stream = Create(path, temporary);
        try
        {
            using (stream)
            {
                write(stream);
                stream.Flush(flushToDisk: true);
            }

            Replace(path, temporary, fullPath);
        }
        catch
        {
            DeleteIfPossible(temporary);
            throw;
        }

        FlushFolder(folder);
    }

    private static FileStream Create(string path, string temporary)
    {
        try
        {
            return new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None);
        }
        catch (Exception exception) when (exception is UnauthorizedAccessException or IOException)
        {
            throw new IOException($"Cannot write '{path}': its folder takes no new file. {exception.Message}", exception);
        }
    }

    private static void Replace(string path, string temporary, string fullPath)
    {
        try
        {
            File.Move(temporary, fullPath, overwrite: true);
        }
        catch (UnauthorizedAccessException exception)
        {
            throw new IOException($"Cannot write '{path}': the file there cannot be replaced. {exception.Message}", exception);
        }
    }

    // A failure to clean up must not hide the failure that made it necessary.
    private static void DeleteIfPossible(string temporary)
    {
        try
        {
            File.Delete(temporary);
        }
        catch (Exception exception) when (exception is UnauthorizedAccessException or IOException)
        {
        }
    }

    /// <summary>Makes the new name last through a power cut; Windows has no such call.</summary>
    private static void FlushFolder(string folder)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        using var handle = new SafeFileHandle(Open(folder, 0), ownsHandle: true);
        if (!handle.IsInvalid)
        {
            RandomAccess.FlushToDisk(handle);
        }
    }

    /// <summary>open(2), as .NET opens no folders; flags 0 is for reading.</summary>
    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);
}
