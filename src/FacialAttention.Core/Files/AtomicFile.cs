using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace FacialAttention;

/// <summary>
/// The one way this library writes a file: whole or not at all. Whatever happens meanwhile, an exception, a full disk, a power cut, the
/// path holds either its former content or the new one.
/// </summary>
internal static partial class AtomicFile
{
    /// <summary>
    /// Writes a file through a temporary one beside it, which replaces it once it is on the disk. What a killed write of the same file left
    /// is removed.
    /// </summary>
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

        string ownFolder = TemporaryFolderOf(fullPath);
        try
        {
            (string temporary, FileStream stream) = Create(path, ownFolder);
            try
            {
                WriteAndReplace(path, temporary, fullPath, stream, write);
            }
            catch
            {
                DeleteIfPossible(temporary);
                throw;
            }
        }
        finally
        {
            DeleteFolderIfEmpty(ownFolder);
        }

        FlushFolder(folder);
    }

    /// <summary>Deletes a file and what writes of it that were killed have left.</summary>
    /// <exception cref="IOException">The file cannot be deleted.</exception>
    public static void Delete(string path)
    {
        File.Delete(path);
        string ownFolder = TemporaryFolderOf(Path.GetFullPath(path));
        if (Directory.Exists(ownFolder))
        {
            DeleteLeftovers(ownFolder);
            DeleteFolderIfEmpty(ownFolder);
        }
    }

    // A folder for each target, so that what a killed write left is found without a look at all the files beside the target.
    private static string TemporaryFolderOf(string fullPath)
    {
        const int LongestName = 80; // Of characters of up to three bytes; file systems allow 255 bytes.
        string name = Path.GetFileName(fullPath);
        string key = name.Length <= LongestName
            ? name
            : name[..(LongestName / 2)] + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name)))[..16];
        return Path.Combine(Path.GetDirectoryName(fullPath) ?? fullPath, $".{key}.tmp");
    }

    private static (string Temporary, FileStream Stream) Create(string path, string ownFolder)
    {
        const int Attempts = 100;
        for (int attempt = 1; ; attempt++)
        {
            string temporary = Path.Combine(ownFolder, Path.GetRandomFileName());
            try
            {
                Directory.CreateDirectory(ownFolder);
                DeleteLeftovers(ownFolder);
                var stream = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, Share);
                if (File.Exists(temporary))
                {
                    return (temporary, stream); // Locked, and so nobody's leftover.
                }

                stream.Dispose();
            }
            catch (IOException) when (attempt < Attempts)
            {
                // Another writer of the same file may have taken the folder away, or the new file before it was locked.
            }
            catch (Exception exception) when (exception is UnauthorizedAccessException or IOException)
            {
                throw new IOException(
                    $"Cannot write '{path}': its folder takes no new file. {ReasonOf(exception, temporary, ownFolder)}", exception);
            }
        }
    }

    private static void WriteAndReplace(string path, string temporary, string fullPath, FileStream stream, Action<Stream> write)
    {
        try
        {
            using (stream)
            {
                write(stream);
                stream.Flush(flushToDisk: true);
                Replace(path, temporary, fullPath); // While it is open, and so locked: nobody takes it for a leftover.
            }
        }
        catch (IOException exception) when (exception.Message.Contains(temporary, StringComparison.Ordinal))
        {
            throw new IOException(
                $"Cannot write '{path}': {ReasonOf(exception, temporary, temporary)}"
                + (File.Exists(fullPath) ? " The former file stays." : ""),
                exception);
        }
    }

    // The system's messages end in the name of a temporary file, which nobody asked for.
    private static string ReasonOf(Exception exception, string temporary, string ownFolder)
    {
        string reason = exception.Message;
        foreach (string name in new[] { temporary, ownFolder })
        {
            reason = reason.Replace($" : '{name}'", "", StringComparison.Ordinal).Replace($"'{name}'", "a temporary file", StringComparison.Ordinal);
        }

        return reason.TrimEnd('.') + ".";
    }

    // On Unix none is an exclusive lock, which ends with the process and does not hinder renaming; Windows must be told to allow that.
    private static FileShare Share => OperatingSystem.IsWindows() ? FileShare.Delete : FileShare.None;

    /// <summary>Deletes the files that no process writes any more.</summary>
    private static void DeleteLeftovers(string ownFolder)
    {
        foreach (string leftover in Directory.GetFiles(ownFolder))
        {
            try
            {
                using (new FileStream(leftover, FileMode.Open, FileAccess.ReadWrite, Share))
                {
                    File.Delete(leftover); // While it is locked.
                }
            }
            catch (Exception exception) when (exception is UnauthorizedAccessException or IOException)
            {
            }
        }
    }

    private static void DeleteFolderIfEmpty(string ownFolder)
    {
        try
        {
            Directory.Delete(ownFolder);
        }
        catch (Exception exception) when (exception is UnauthorizedAccessException or IOException)
        {
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
