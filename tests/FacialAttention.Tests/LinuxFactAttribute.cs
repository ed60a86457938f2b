namespace FacialAttention.Tests;

/// <summary>A test of what is done on Linux only.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class LinuxFactAttribute : FactAttribute
{
    public LinuxFactAttribute()
    {
        if (!OperatingSystem.IsLinux())
        {
            Skip = "only Linux needs and does this";
        }
    }
}
