using System.Runtime.ExceptionServices;

namespace FacialAttention;

/// <summary>Decodes the images of a folder, on all cores.</summary>
internal static class FaceFolderImages
{
    private const string Hint = " " + ImageCodec.ConverterHint; // said once for all images

    /// <summary>Decodes every file of the listing; those that cannot be used stand apart.</summary>
    /// <exception cref="InvalidDataException">
    /// There are too many images for one array, or bad ones and they are not to be skipped, or a class is left without an image.
    /// </exception>
    public static (FaceRows Rows, BadImage[] Bad) Decode(
        FaceFolderListing listing,
        FacePreprocessor preprocessor,
        bool skipBad,
        IProgress<double>? progress,
        CancellationToken cancellationToken)
    {
        IReadOnlyList<FaceFile> files = listing.Files;
        var rows = new FaceRows(preprocessor.Size, listing.Labels);
        if (files.Count > rows.MaxCount)
        {
            throw listing.Fault(FormattableString.Invariant(
                $"there are {files.Count} images; expected at most {rows.MaxCount} of {preprocessor.Size} pixels (height x width)."));
        }

        rows.Reserve(files.Count);
        foreach (FaceFile file in files)
        {
            rows.Add(file.Folder.Label, file.Folder.Part);
        }

        var reasons = new string?[files.Count];
        var report = new SharedProgress(progress, files.Count);
        var options = new ParallelOptions { CancellationToken = cancellationToken, MaxDegreeOfParallelism = Environment.ProcessorCount };
        try
        {
            Parallel.For(0, files.Count, options, i =>
            {
                string path = Path.Combine(listing.Root, files[i].Path);
                reasons[i] = TryDecode(path, preprocessor, rows.PixelsOf(i));
                report.CountOne();
            });
        }
        catch (AggregateException exception)
        {
            ExceptionDispatchInfo.Throw(exception.InnerExceptions[0]); // a broken installation or the caller's progress: no fault of an image
        }

        BadImage[] bad =
        [
            .. files.Zip(reasons).Where(f => f.Second is not null)
                .Select(f => new BadImage(f.First.Path, HasHint(f.Second) ? f.Second![..^Hint.Length] : f.Second!)),
        ];
        if (bad.Length > 0 && !skipBad)
        {
            string[] faults = Array.ConvertAll(bad, image => $"{image.Path}: {image.Reason}");
            string hint = Array.Exists(reasons, HasHint) ? Hint : "";
            throw listing.Fault(
                FormattableString.Invariant($"{bad.Length} of {files.Count} image(s) cannot be used: {Excerpt.Names(faults, "; ")}{hint}"),
                FaceDataRemedy.SkipBad);
        }

        bad = [.. bad, .. listing.Others.Select(path => new BadImage(path, "is no image by its ending; expected an image file."))];
        bool[] isGood = Array.ConvertAll(reasons, reason => reason is null);
        rows.Keep(isGood);
        listing.CheckNoClassIsEmpty([.. files.Where((_, i) => isGood[i])], "image that can be used");
        return (rows, bad);
    }

    /// <returns>Why the image cannot be used, or null.</returns>
    private static string? TryDecode(string path, FacePreprocessor preprocessor, Span<byte> pixels)
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
            if (image is not null)
            {
                preprocessor.ToGray(image).CopyTo(pixels);
            }

            return fault;
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
