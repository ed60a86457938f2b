namespace FacialAttention;

/// <summary>Reads .onnx files and streams whole, within a stated limit and no further than they may be a model.</summary>
internal static class OnnxContent
{
    /// <summary>A protocol buffer ends here, and so does an array.</summary>
    private const long MaxFileBytes = 2_147_483_591;

    /// <summary>Of what does not tell its length, such as a pipe. Models of this library take a hundredth of it.</summary>
    private const long MaxStreamBytes = 1L << 29;

    /// <summary>Opens a file; a pipe only if somebody writes to it soon.</summary>
    /// <param name="path">The file.</param>
    /// <param name="limit">How long to wait for a writer; null for 10 seconds.</param>
    public static FileStream Open(string path, TimeSpan? limit = null)
    {
        const string Expected = "an .onnx file";
        TimeSpan patience = limit ?? TimeSpan.FromSeconds(10);
        if (!File.Exists(path) || new FileInfo(path).Length > 0)
        {
            return InputFile.Open(path, Expected);
        }

        // Opening a pipe lasts until there is a writer, and nothing can stop it but the end of the process.
        Task<FileStream> opening = Task.Factory.StartNew(
            () => InputFile.Open(path, Expected), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        if (((IAsyncResult)opening).AsyncWaitHandle.WaitOne(patience))
        {
            return opening.GetAwaiter().GetResult();
        }

        _ = opening.ContinueWith(
            late => late.Result.Dispose(), CancellationToken.None, TaskContinuationOptions.OnlyOnRanToCompletion, TaskScheduler.Default);
        throw new IOException(FormattableString.Invariant(
            $"'{path}' could not be opened within {patience.TotalSeconds} seconds; expected {Expected}, or a pipe that somebody writes to."));
    }

    /// <summary>Reads a stream to its end.</summary>
    /// <param name="content">The content; it stays open.</param>
    /// <param name="source">The model in messages, as the subject of a sentence.</param>
    /// <param name="maxStreamBytes">The limit where the length is not known.</param>
    /// <exception cref="InvalidDataException">There is more than the limit, or it begins as no .onnx file does.</exception>
    public static byte[] Read(Stream content, string source, long maxStreamBytes = MaxStreamBytes)
    {
        long? known = content.CanSeek && content.Length > 0 ? content.Length - content.Position : null; // 0 is also that of a device
        if (known > MaxFileBytes)
        {
            throw TooLong(source, MaxFileBytes);
        }

        byte[] start = new byte[(int)Math.Clamp(known ?? 4096, 1, 4096)];
        int length = content.ReadAtLeast(start, start.Length, throwOnEndOfStream: false);
        if (length == 4096 && !OnnxOutline.MayBegin(start))
        {
            throw new InvalidDataException(NameOf(start) is string kind
                ? $"{source} is {kind}; expected an ONNX model that FacialAttention exported."
                : $"{source} does not begin as an ONNX model does, and the rest was not read; expected one that FacialAttention exported.");
        }

        long limit = known is null ? maxStreamBytes : MaxFileBytes;
        using var all = new MemoryStream((int)Math.Max(known ?? 0, length));
        all.Write(start, 0, length);
        byte[] buffer = new byte[1 << 16];
        while (length > 0 && (length = content.Read(buffer)) > 0)
        {
            if (all.Length + length > limit)
            {
                throw TooLong(source, limit);
            }

            all.Write(buffer, 0, length);
        }

        return all.Length == all.Capacity ? all.GetBuffer() : all.ToArray();
    }

    /// <summary>What the bytes are that are no ONNX model, as in "a zip archive"; null where that is not known.</summary>
    public static string? NameOf(ReadOnlySpan<byte> content) => content.IsEmpty ? "empty" : ForeignContent.NameOf(content) switch
    {
        ForeignContent.OnnxModel => null, // a damaged one
        var kind => kind,
    };

    private static InvalidDataException TooLong(string source, long limit) => new(FormattableString.Invariant(
        $"{source} is longer than {limit} bytes, the most that is read; expected an ONNX model that FacialAttention exported."));
}
