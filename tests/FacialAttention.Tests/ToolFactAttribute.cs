namespace FacialAttention.Tests;

/// <summary>A test that needs a program which not every machine has, and is skipped without it; .ci/run forbids that.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class ToolFactAttribute : FactAttribute
{
    public ToolFactAttribute(string program, bool needsFaceNetworks = false)
    {
        if (!IsInstalled(program) && !RequiredTools.Are)
        {
            Skip = $"needs {program}, which is not installed";
        }
        else if (needsFaceNetworks)
        {
            Skip = new FaceNetworksFactAttribute().Skip;
        }
    }

    private static bool IsInstalled(string program) => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
        .Any(folder => new[] { "", ".exe" }.Any(ending => File.Exists(Path.Combine(folder, program + ending))));
}
