namespace FacialAttention.Tests;

/// <summary>Where the repository is that these tests were built from.</summary>
internal static class Repository
{
    public static string Root { get; } = Find();

    private static string Find()
    {
        string? folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "FacialAttention.sln")))
        {
            folder = Path.GetDirectoryName(folder)
                ?? throw new InvalidOperationException($"No FacialAttention.sln above {AppContext.BaseDirectory}.");
        }

        return folder;
    }
}
