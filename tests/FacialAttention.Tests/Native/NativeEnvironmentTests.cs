using System.Runtime.InteropServices;

namespace FacialAttention.Tests.Native;

public sealed partial class NativeEnvironmentTests
{
    [LinuxFact]
    public void Set_Variable_IsSeenByNativeCode()
    {
        const string Name = "FACIALATTENTION_TEST_OF_NATIVE_ENVIRONMENT";

        NativeEnvironment.Set(Name, "1");
        Get(Name).Should().Be("1");

        NativeEnvironment.Set(Name, "zwei");
        Get(Name).Should().Be("zwei");
    }

    [LinuxFact]
    public void Load_OfLibtorch_BoundsTheSpinningUnlessTheUserDid()
    {
        string? ofUser = Environment.GetEnvironmentVariable(OpenMPWaiting.SpinCount);
        string? policy = Environment.GetEnvironmentVariable(OpenMPWaiting.Policy);

        NativeTorch.EnsureLoaded();

        Get(OpenMPWaiting.SpinCount).Should().Be(ofUser ?? (policy is null ? OpenMPWaiting.Spins : null));
    }

    private static string? Get(string name) => Marshal.PtrToStringUTF8(GetVariable(name));

    [LibraryImport("libc", EntryPoint = "getenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint GetVariable(string name);
}
