namespace FacialAttention;

/// <summary>Opens files for reading, with one clear message where that fails.</summary>
internal static class InputFile
{
    /// <summary>How long to wait for somebody to write to a pipe where nothing else ends the waiting.</summary>
    public static readonly TimeSpan PipeTimeout = TimeSpan.FromSeconds(5);

    /// <param name="path">The file.</param>
    /// <param name="expected">What the caller reads, for messages, as in "a csv file".</param>
    /// <param name="options">How it is opened.</param>
    /// <param name="timeout">How long to wait for the other end of a pipe; null for as long as it takes.</param>
    /// <param name="cancellationToken">Ends the waiting for the other end of a pipe.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="IOException">The path is a folder or cannot be read.</exception>
    public static FileStream Open(
        string path,
        string expected,
        FileOptions options = FileOptions.SequentialScan,
        TimeSpan? timeout = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (Directory.Exists(path))
        {
            throw new IOException($"{Excerpt.Name(path)} is a folder; expected {expected}.");
        }

        try
        {
            // Of pipes and devices no length is known. To open a pipe waits until somebody writes to it, and nothing can stop it.
            return new FileInfo(path) is { Exists: true, Length: 0 }
                ? OpenInBackground(() => Open(path, options), path, expected, timeout, cancellationToken)
                : Open(path, options);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new FileNotFoundException($"There is no file {Excerpt.Name(path)}; expected {expected}.", path, exception);
        }
        catch (UnauthorizedAccessException exception)
        {
            throw new IOException($"{Excerpt.Name(path)} cannot be read; expected {expected} that may be. {Excerpt.Names([exception.Message])}", exception);
        }
    }

    private static FileStream Open(string path, FileOptions options) =>
        new(path, FileMode.Open, FileAccess.Read, FileShare.Read, 64 * 1024, options);

    /// <summary>Opens on another thread, which is left to wait alone where this one has to go on.</summary>
    private static FileStream OpenInBackground(
        Func<FileStream> open, string path, string expected, TimeSpan? timeout, CancellationToken cancellationToken)
    {
        Task<FileStream> opening = Task.Factory.StartNew(open, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        try
        {
            if (Task.WaitAny([opening], (int)(timeout?.TotalMilliseconds ?? Timeout.Infinite), cancellationToken) == 0)
            {
                return opening.GetAwaiter().GetResult();
            }
        }
        catch (OperationCanceledException)
        {
            CloseLater(opening);
            throw;
        }

        CloseLater(opening);
        throw new IOException($"{Excerpt.Name(path)} is a pipe that nobody writes to; expected {expected}.");
    }

    private static void CloseLater(Task<FileStream> opening) => opening.ContinueWith(
        opened => opened.Exception is null ? opened.Result.DisposeAsync() : default, TaskScheduler.Default);
}
