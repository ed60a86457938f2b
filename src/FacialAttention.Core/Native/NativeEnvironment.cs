using System.Runtime.InteropServices;

namespace FacialAttention;

/// <summary>
/// The environment as native libraries see it. <see cref="Environment.SetEnvironmentVariable(string, string?)"/> changes a copy of .NET's
/// own on Linux and macOS, which <c>getenv</c> never sees.
/// </summary>
internal static partial class NativeEnvironment
{
    /// <summary>Sets a variable for native libraries that read it from now on. Without effect where the system offers no way.</summary>
    public static void Set(string name, string value)
    {
        try
        {
            if (OperatingSystem.IsWindows())
            {
                // The first for libraries with a C runtime of their own, which copies the system's variables; the second for the shared one.
                Environment.SetEnvironmentVariable(name, value);
                _ = PutOnWindows(name, value);
            }
            else if (OperatingSystem.IsMacOS())
            {
                _ = SetOnMacOS(name, value, overwrite: 1);
            }
            else
            {
                _ = SetOnLinux(name, value, overwrite: 1);
            }
        }
        catch (Exception exception) when (exception is DllNotFoundException or EntryPointNotFoundException)
        {
            // A C library of another name; what is set here is a preference, and no reason to fail.
        }
    }

    [LibraryImport("libc.so.6", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetOnLinux(string name, string value, int overwrite);

    [LibraryImport("libSystem.dylib", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetOnMacOS(string name, string value, int overwrite);

    [LibraryImport("ucrtbase.dll", EntryPoint = "_wputenv_s", StringMarshalling = StringMarshalling.Utf16)]
    private static partial int PutOnWindows(string name, string value);
}
