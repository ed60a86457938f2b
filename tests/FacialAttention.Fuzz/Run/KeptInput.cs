namespace FacialAttention.Fuzz.Run;

/// <summary>Keeps the inputs of faults.</summary>
internal static class KeptInput
{
    /// <summary>Copies the file or folder to <c>target-seed-case</c>.</summary>
    public static void Copy(string input, string keepFolder, string target, int seed, int number)
    {
        Directory.CreateDirectory(keepFolder);
        CopyTo(input, Path.Combine(keepFolder, FormattableString.Invariant($"{target}-{seed}-{number}{Path.GetExtension(input)}")));
    }

    private static void CopyTo(string input, string copy)
    {
        if (!Directory.Exists(input))
        {
            File.Copy(input, copy, overwrite: true);
            return;
        }

        Directory.CreateDirectory(copy);
        foreach (FileSystemInfo entry in new DirectoryInfo(input).EnumerateFileSystemInfos())
        {
            string path = Path.Combine(copy, entry.Name);
            if (entry.LinkTarget is string leadsTo)
            {
                _ = File.CreateSymbolicLink(path, leadsTo);
            }
            else if (entry is DirectoryInfo || entry is FileInfo { Length: > 0 })
            {
                CopyTo(entry.FullName, path);
            }
            else
            {
                File.WriteAllBytes(path, []); // An empty file; a pipe, which cannot be copied, becomes one.
            }
        }
    }
}
