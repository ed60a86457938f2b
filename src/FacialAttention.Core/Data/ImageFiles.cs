using System.Runtime.ExceptionServices;

namespace FacialAttention;

/// <summary>Decodes image files, on all cores.</summary>
internal static class ImageFiles
{
    private const string Hint = " " + ImageCodec.ConverterHint; // said once for all images

    /// <summary>Decodes every file; those that cannot be used stand in the result.</summary>
    /// <param name="root">The folder that the paths begin from.</param>
    /// <param name="paths">The files, with '/' between the names.</param>
    /// <param name="use">Takes the image of a file, by its place in the list; says what is wrong with it, as <see cref="BadImage.Reason"/>, or null.</param>
    /// <param name="progress">Receives the share of the files that was decoded, rising to 1.</param>
    /// <param name="cancellationToken">Stops the decoding.</param>
    /// <returns>For each file why it cannot be used, or null.</returns>
    public static string?[] Decode(
        string root,
        IReadOnlyList<string> paths,
        Func<int, FaceImage, string?> use,
        IProgress<double>? progress,
        CancellationToken cancellationToken)
    {
        var reasons = new string?[paths.Count];
        var report = new SharedProgress(progress, paths.Count);
        var options = new ParallelOptions { CancellationToken = cancellationToken, MaxDegreeOfParallelism = Environment.ProcessorCount };
        try
        {
            Parallel.For(0, paths.Count, options, i =>
            {
                reasons[i] = TryDecode(Path.Combine(root, paths[i]), image => use(i, image));
                report.CountOne();
            });
        }
        catch (AggregateException exception)
        {
            ExceptionDispatchInfo.Throw(exception.InnerExceptions[0]); // a broken installation or the caller's progress: no fault of an image
        }

        return reasons;
    }

    /// <summary>The files that cannot be used, in their order.</summary>
    public static BadImage[] BadOf(IReadOnlyList<string> paths, string?[] reasons) =>
    [
        .. paths.Zip(reasons).Where(f => f.Second is not null)
            .Select(f => new BadImage(f.First, HasHint(f.Second) ? f.Second![..^Hint.Length] : f.Second!)),
    ];

    /// <summary>What is wrong with the bad ones among the files, for a message.</summary>
    public static string Describe(BadImage[] bad, string?[] reasons) => FormattableString.Invariant(
        $"{bad.Length} of {reasons.Length} image(s) cannot be used: {Excerpt.Names(Array.ConvertAll(bad, image => $"{image.Path}: {image.Reason}"), "; ")}")
        + (Array.Exists(reasons, HasHint) ? Hint : "");

    /// <returns>Why the image cannot be used, or null.</returns>
    private static string? TryDecode(string path, Func<FaceImage, string?> use)
    {
        try
        {
            // A pipe or a device also has no length, and to open it might wait for ever.
            var file = new FileInfo(File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path);
            if (file is { Exists: true, Length: 0 })
            {
                return "is empty; expected an image file.";
            }

            if (Directory.Exists(path))
            {
                return "is a folder; expected an image file.";
            }

            (FaceImage? image, string? fault) = FaceImage.TryLoad(path);
            return image is null ? fault : use(image);
        }
        catch (FileNotFoundException)
        {
            return "does not exist, or is a link that leads nowhere; expected an image file.";
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return $"cannot be read; expected an image file. {Excerpt.Names([exception.Message])}";
        }
    }

    private static bool HasHint(string? reason) => reason?.EndsWith(Hint, StringComparison.Ordinal) ?? false;

    /// <summary>Counts what several threads have done and reports it in steps of a hundredth, one report at a time and rising.</summary>
    private sealed class SharedProgress(IProgress<double>? progress, int total)
    {
        private readonly Lock _lock = new();
        private int _done;
        private double _lastReport;

        public void CountOne()
        {
            lock (_lock)
            {
                _done++;
                double fraction = (double)_done / total;
                if (progress is not null && (fraction >= _lastReport + 0.01 || _done == total))
                {
                    _lastReport = fraction;
                    progress.Report(fraction);
                }
            }
        }
    }
}
