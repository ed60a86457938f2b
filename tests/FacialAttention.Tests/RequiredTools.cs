namespace FacialAttention.Tests;

/// <summary>
/// Whether tests that need a program of others (npm, for example) fail without it in place of being skipped: .ci/run installs them all and asks for that.
/// </summary>
internal static class RequiredTools
{
    public static bool Are => Environment.GetEnvironmentVariable("FACIALATTENTION_TESTS_REQUIRE_TOOLS") == "1";
}
