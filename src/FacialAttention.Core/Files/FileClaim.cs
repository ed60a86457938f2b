using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace FacialAttention;

/// <summary>
/// The right to write a file or what is in a folder, held by one at a time, in whatever process: a locked file beside it, whose lock the
/// system takes back when the process ends in whatever way. On a file system without locks nobody is refused, and the claim says so.
/// </summary>
internal sealed partial class FileClaim : IDisposable
{
    private static readonly TimeSpan LongestWaitForName = TimeSpan.FromSeconds(1);

    private readonly string _lockPath;
    private readonly FileStream _lock;

    private FileClaim(string lockPath, FileStream stream)
    {
        _lockPath = lockPath;
        _lock = stream;
        KeepsOthersOut = !CanBeTakenAgain(lockPath);
    }

    /// <summary>
    /// Whether others are refused: not on file systems without locks, and not where the environment variable
    /// <c>DOTNET_SYSTEM_IO_DISABLEFILELOCKING</c> switches .NET's off.
    /// </summary>
    public bool KeepsOthersOut { get; }

    /// <summary>Takes the claim, which ends with <see cref="Dispose"/> or with the process.</summary>
    /// <param name="path">The file that is to be written; its folder exists.</param>
    /// <param name="name">What is claimed, for the message.</param>
    /// <exception cref="HeldException">Another has it, who is named.</exception>
    /// <exception cref="IOException">The folder takes no new file.</exception>
    public static FileClaim Take(string path, string name)
    {
        string fullPath = Path.GetFullPath(path);
        string lockPath = Path.Combine(Path.GetDirectoryName(fullPath) ?? fullPath, $".{Path.GetFileName(fullPath)}.lock");
        while (true)
        {
            FileStream stream = Open(lockPath, name);
            if (!IsDeleted(stream) && IsNamed(stream, lockPath))
            {
                return new FileClaim(lockPath, stream);
            }

            stream.Dispose(); // Its former owner deleted it between the opening and the lock.
        }
    }

    public void Dispose()
    {
        try
        {
            File.Delete(_lockPath); // While it is locked.
        }
        catch (Exception exception) when (exception is UnauthorizedAccessException or IOException)
        {
        }

        _lock.Dispose();
    }

    /// <summary>Whether the file, which is locked, can be locked once more, as any other process would do it.</summary>
    private static bool CanBeTakenAgain(string lockPath)
    {
        try
        {
            using (new FileStream(lockPath, FileMode.Open, FileAccess.ReadWrite, Share, bufferSize: 0))
            {
                return true;
            }
        }
        catch (Exception exception) when (exception is UnauthorizedAccessException or IOException)
        {
            return false;
        }
    }

    /// <summary>
    /// Writes the owner's name into the file and sees that it stands at the path: had another machine deleted the file meanwhile, which its
    /// own system alone would tell, there would be none or another's.
    /// </summary>
    private static bool IsNamed(FileStream stream, string lockPath)
    {
        string owner = string.Create(
            CultureInfo.InvariantCulture,
            $"process {Environment.ProcessId} on {Environment.MachineName} since {DateTime.UtcNow:yyyy-MM-dd HH:mm:ss} UTC");
        try
        {
            stream.SetLength(0);
            stream.Write(Encoding.UTF8.GetBytes(owner));
            stream.Flush();
        }
        catch (IOException)
        {
            return true; // On a full disk the lock holds without a name.
        }

        return ReadOwner(lockPath) == owner;
    }

    // On Unix none is an exclusive lock; on Windows others may read who has it, and the file may be deleted.
    private static FileShare Share => OperatingSystem.IsWindows() ? FileShare.Read | FileShare.Delete : FileShare.None;

    private static FileStream Open(string lockPath, string name)
    {
        bool isThere = File.Exists(lockPath);
        try
        {
            return new FileStream(lockPath, FileMode.OpenOrCreate, FileAccess.ReadWrite, Share, bufferSize: 0);
        }
        catch (IOException exception) when (exception is not (DirectoryNotFoundException or PathTooLongException)
            && (isThere || File.Exists(lockPath)))
        {
            throw new HeldException(
                $"{name} is in use by {WaitForOwner(lockPath)}; expected to wait until that ends, or another place to write to.", exception);
        }
        catch (Exception exception) when (exception is UnauthorizedAccessException or IOException)
        {
            throw new IOException($"{name} cannot be written: {exception.Message}", exception);
        }
    }

    /// <summary>The owner's name, which follows in a moment where the claim was taken just now; on a full disk it never comes.</summary>
    private static string WaitForOwner(string lockPath)
    {
        string owner = "";
        SpinWait.SpinUntil(() => (owner = ReadOwner(lockPath)).Length > 0, LongestWaitForName);
        return owner.Length > 0 ? owner : "another process";
    }

    /// <summary>What the owner wrote, perhaps nothing; reading asks for no lock, which .NET's own streams would.</summary>
    private static string ReadOwner(string lockPath)
    {
        var text = new byte[200];
        int length = 0;
        try
        {
            using SafeFileHandle handle = OperatingSystem.IsWindows()
                ? File.OpenHandle(lockPath, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete)
                : new SafeFileHandle(OpenFile(lockPath, 0), ownsHandle: true);
            length = handle.IsInvalid ? 0 : RandomAccess.Read(handle, text, 0);
        }
        catch (Exception exception) when (exception is UnauthorizedAccessException or IOException)
        {
        }

        return Encoding.UTF8.GetString(text, 0, length);
    }

    // Only Linux tells; elsewhere two may have the claim if one begins in the very moment in which another ends.
    private static bool IsDeleted(FileStream stream) => OperatingSystem.IsLinux() && new FileInfo(
        string.Create(CultureInfo.InvariantCulture, $"/proc/self/fd/{stream.SafeFileHandle.DangerousGetHandle()}"))
        .LinkTarget?.EndsWith(" (deleted)", StringComparison.Ordinal) == true;

    /// <summary>open(2); flags 0 is for reading.</summary>
    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int OpenFile(string path, int flags);

    /// <summary>Another has the claim.</summary>
    internal sealed class HeldException(string message, IOException inner) : IOException(message, inner);
}
