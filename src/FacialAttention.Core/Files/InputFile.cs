namespace FacialAttention;

/// <summary>Opens files for reading, with one clear message where that fails.</summary>
internal static class InputFile
{
    /// <param name="path">The file.</param>
    /// <param name="expected">What the caller reads, for messages, as in "a csv file".</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="IOException">The path is a folder or cannot be read.</exception>
    public static FileStream Open(string path, string expected)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (Directory.Exists(path))
        {
            throw new IOException($"'{path}' is a folder; expected {expected}.");
        }

        try
        {
            return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 64 * 1024, FileOptions.SequentialScan);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new FileNotFoundException($"There is no file '{path}'; expected {expected}.", path, exception);
        }
        catch (UnauthorizedAccessException exception)
        {
            throw new IOException($"'{path}' cannot be read; expected {expected} that may be. {exception.Message}", exception);
        }
    }
}
