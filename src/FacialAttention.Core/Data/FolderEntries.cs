namespace FacialAttention;

/// <summary>What is in a folder of faces, with one clear message where it cannot be listed.</summary>
internal static class FolderEntries
{
    /// <summary>What is directly in a folder and not hidden: tools leave .DS_Store, .ipynb_checkpoints and ._face.png behind.</summary>
    public static List<FileSystemInfo> List(string folder, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            return [.. new DirectoryInfo(folder).EnumerateFileSystemInfos().Where(entry => !entry.Name.StartsWith('.'))];
        }
        catch (UnauthorizedAccessException exception)
        {
            throw new IOException($"{Excerpt.Name(folder)} cannot be listed; expected a folder that may be read. {Excerpt.Names([exception.Message])}", exception);
        }
    }

    /// <summary>The names of the folders in a folder, in ordinal order.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="layout">What is expected where a link leads nowhere.</param>
    /// <param name="cancellationToken">Stops the listing.</param>
    public static string[] FolderNames(string folder, string layout, CancellationToken cancellationToken)
    {
        var names = new List<string>();
        foreach (FileSystemInfo entry in List(folder, cancellationToken))
        {
            if (entry is DirectoryInfo)
            {
                names.Add(entry.Name);
            }
            else if (LeadsNowhere(entry))
            {
                throw new IOException($"{Excerpt.Name(entry.FullName)} is a link that leads nowhere; expected a folder of {layout}.");
            }
        }

        return [.. names.Order(StringComparer.Ordinal)];
    }

    /// <summary>Throws unless there is such a folder.</summary>
    public static void CheckExists(string folder, string layout)
    {
        if (!Directory.Exists(folder))
        {
            throw File.Exists(folder)
                ? new IOException($"{Excerpt.Name(folder)} is no folder; expected a folder of {layout}.")
                : new DirectoryNotFoundException($"There is no folder {Excerpt.Name(folder)}; expected a folder of {layout}.");
        }
    }

    /// <summary>A path below a folder, with '/' between the names.</summary>
    public static string Join(string parent, string name) => parent.Length == 0 ? name : $"{parent}/{name}";

    private static bool LeadsNowhere(FileSystemInfo entry)
    {
        try
        {
            return entry.ResolveLinkTarget(returnFinalTarget: true) is { Exists: false };
        }
        catch (IOException)
        {
            return true; // a link to itself, directly or through others
        }
    }
}
