namespace FacialAttention.Tests;

/// <summary>A test of networks that take gigabytes and seconds: run where the environment variable FACIALATTENTION_FULL_SIZE is 1.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class FullSizeFactAttribute : FactAttribute
{
    public FullSizeFactAttribute()
    {
        if (Environment.GetEnvironmentVariable("FACIALATTENTION_FULL_SIZE") != "1")
        {
            Skip = "FACIALATTENTION_FULL_SIZE is not 1.";
        }
    }
}
