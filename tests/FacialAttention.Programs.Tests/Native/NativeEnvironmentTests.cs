using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using FacialAttention.Tests.Packaging;
using FacialAttention.Tests.Samples;

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
    public void Load_OfLibtorchInAChild_BoundsTheSpinningUnlessTheUserDid()
    {
        SpinsOf().Should().Be(OpenMPWaiting.Spins);
        SpinsOf($"{OpenMPWaiting.SpinCount}=777").Should().Be("777");
        SpinsOf($"{OpenMPWaiting.Policy}=passive").Should().Be("0");
        SpinsOf($"{OpenMPWaiting.Policy}=active").Should().Be("30000000000");
    }

    /// <summary>What OpenMP itself says that it goes by, when the library has loaded it into a process with this environment.</summary>
    private static string SpinsOf(params string[] variables)
    {
        string[] command =
        [
            "env", "-u", OpenMPWaiting.SpinCount, "-u", OpenMPWaiting.Policy, "OMP_DISPLAY_ENV=VERBOSE", .. variables,
            "dotnet", SampleProcess.PathOf("Train"), "evaluate", "--checkpoint", "none", "--data", "none", "--split", "all", // refused, but loads it
        ];
        ProcessRun run = ProcessRun.Run(Path.GetTempPath(), command);
        return SpinCount().Match(run.Error).Groups[1].Value;
    }

    private static string? Get(string name) => Marshal.PtrToStringUTF8(GetVariable(name));

    [GeneratedRegex("GOMP_SPINCOUNT = '([0-9]+)'")]
    private static partial Regex SpinCount();

    [LibraryImport("libc", EntryPoint = "getenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint GetVariable(string name);
}
