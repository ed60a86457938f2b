namespace FacialAttention.Tests.Packaging;

/// <summary>
/// A test that mounts in a namespace of its own, which keeps the mounts from everyone else: modes do not bind root, mounts do.
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class PrivateMountFactAttribute : FactAttribute
{
    public PrivateMountFactAttribute()
    {
        if (UnshareOption is null)
        {
            Skip = "this Linux system lets no process mount anything in a namespace of its own";
        }
    }

    /// <summary>The option of unshare(1) with which mounting works here, or null.</summary>
    public static string? UnshareOption { get; } = OperatingSystem.IsLinux()
        ? new[] { "-m", "-rm" }.FirstOrDefault(option =>
            ProcessRun.Run("/", "sh", "-c", $"unshare {option} mount -t tmpfs -o noexec none /mnt").ExitCode == 0)
        : null;
}
