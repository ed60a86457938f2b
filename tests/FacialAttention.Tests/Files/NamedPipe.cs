using System.Runtime.InteropServices;

namespace FacialAttention.Tests.Files;

/// <summary>A named pipe of Linux: a file that a reader and a writer open, and in which nothing stays.</summary>
internal static partial class NamedPipe
{
    private const uint OwnersAlone = 0x180; // 0600

    public static void Create(string path) => MakePipe(path, OwnersAlone).Should().Be(0);

    /// <summary>Makes a pipe and writes to it once somebody reads.</summary>
    public static Task Write(string path, byte[] content)
    {
        Create(path);
        return Task.Run(() =>
        {
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
            stream.Write(content);
        });
    }

    [LibraryImport("libc", EntryPoint = "mkfifo", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int MakePipe(string path, uint permissions);
}
