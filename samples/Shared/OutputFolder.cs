using FacialAttention;

namespace Samples;

/// <summary>The folder of <c>--output</c>, which one process at a time writes into.</summary>
internal static class OutputFolder
{
    /// <summary>Makes the folder if there is none and keeps others out of it, until the claim or the process ends.</summary>
    /// <exception cref="IOException">Another process writes into it, or it cannot be written to.</exception>
    public static FileClaim Claim(string path)
    {
        FileClaim claim = Take(path, $"--output: '{path}'");
        if (!claim.KeepsOthersOut)
        {
            Console.Error.WriteLine($"note: '{path}' is on a file system without locks: nothing keeps another run from writing into it.");
        }

        return claim;
    }

    /// <summary>The same under a name of its own, for a caller who says what a claim is worth.</summary>
    /// <exception cref="IOException">Another process writes into it, or it cannot be written to.</exception>
    public static FileClaim Take(string path, string name)
    {
        Directory.CreateDirectory(path);
        return FileClaim.Take(Path.Combine(path, "run"), name);
    }
}
