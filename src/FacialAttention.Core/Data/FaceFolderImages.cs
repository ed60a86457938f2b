using System.Runtime.ExceptionServices;

namespace FacialAttention;

/// <summary>The decoded images of a folder in one store, from which the datasets of a split are cut without a copy.</summary>
internal sealed class FaceFolderImages
{
    private readonly FaceFile[] _files;
    private readonly byte[] _pixels;
    private readonly byte[] _labels;
    private readonly FacePreprocessor _preprocessor;
    private readonly ExpressionLabels _labelSet;

    private FaceFolderImages(
        FaceFile[] files, byte[] pixels, FacePreprocessor preprocessor, ExpressionLabels labelSet, BadImage[] badImages)
    {
        _files = files;
        _pixels = pixels;
        _labels = Array.ConvertAll(files, file => file.Folder.Label);
        _preprocessor = preprocessor;
        _labelSet = labelSet;
        BadImages = badImages;
    }

    public IReadOnlyList<BadImage> BadImages { get; }

    /// <summary>Decodes every file of the listing.</summary>
    /// <exception cref="InvalidDataException">
    /// There are too many images for one array, or bad ones and they are not to be skipped, or a class is left without an image.
    /// </exception>
    public static FaceFolderImages Decode(
        FaceFolderListing listing,
        FacePreprocessor preprocessor,
        bool skipBad,
        IProgress<double>? progress,
        CancellationToken cancellationToken)
    {
        IReadOnlyList<FaceFile> files = listing.Files;
        int size = preprocessor.Height * preprocessor.Width;
        int maxCount = Array.MaxLength / size;
        if (files.Count > maxCount)
        {
            throw listing.Fault(FormattableString.Invariant(
                $"there are {files.Count} images; expected at most {maxCount} of {preprocessor.Width} x {preprocessor.Height} pixels."));
        }

        byte[] pixels = GC.AllocateUninitializedArray<byte>(files.Count * size);
        var reasons = new string?[files.Count];
        var report = new SharedProgress(progress, files.Count);
        var options = new ParallelOptions { CancellationToken = cancellationToken, MaxDegreeOfParallelism = Environment.ProcessorCount };
        try
        {
            Parallel.For(0, files.Count, options, i =>
            {
                string path = Path.Combine(listing.Root, files[i].Path);
                reasons[i] = TryDecode(path, preprocessor, pixels.AsSpan(i * size, size));
                report.CountOne();
            });
        }
        catch (AggregateException exception)
        {
            ExceptionDispatchInfo.Throw(exception.InnerExceptions[0]); // a broken installation or the caller's progress: no fault of an image
        }

        BadImage[] bad = [.. files.Zip(reasons).Where(f => f.Second is not null).Select(f => new BadImage(f.First.Path, f.Second!))];
        if (bad.Length > 0 && !skipBad)
        {
            string[] told = Array.ConvertAll(bad, image => $"{image.Path}: {image.Reason}");
            throw listing.Fault(
                FormattableString.Invariant($"{bad.Length} of {files.Count} image(s) cannot be used: {Excerpt.Names(told, "; ")}"),
                FaceDataRemedy.SkipBad);
        }

        bad = [.. bad, .. listing.Others.Select(path => new BadImage(path, "is no image by its ending; expected an image file."))];
        FaceFile[] kept = KeepGood(files, reasons, pixels, size);
        listing.CheckNoClassIsEmpty(kept, "image that can be used");
        return new FaceFolderImages(kept, pixels, preprocessor, listing.Labels, bad);
    }

    /// <summary>All faces, part after part.</summary>
    public FaceDataset All() => Slice(0, _files.Length);

    /// <summary>The faces that are not for test, which stand before those that are.</summary>
    public FaceDataset AllButTest()
    {
        int count = Array.FindIndex(_files, file => file.Folder.Part == SplitPart.Test);
        return Slice(0, count < 0 ? _files.Length : count);
    }

    /// <summary>The faces of one part; null when it has none.</summary>
    public FaceDataset? Slice(SplitPart part)
    {
        int start = Array.FindIndex(_files, file => file.Folder.Part == part);
        if (start < 0)
        {
            return null;
        }

        int count = Array.FindLastIndex(_files, file => file.Folder.Part == part) + 1 - start;
        return Slice(start, count);
    }

    private FaceDataset Slice(int start, int count)
    {
        int size = _preprocessor.Height * _preprocessor.Width;
        return new FaceDataset(
            _pixels.AsMemory(start * size, count * size),
            _labels.AsMemory(start, count),
            _preprocessor.Height,
            _preprocessor.Width,
            _labelSet);
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

    /// <summary>Moves the pixels of the good images to the front.</summary>
    private static FaceFile[] KeepGood(IReadOnlyList<FaceFile> files, string?[] reasons, byte[] pixels, int size)
    {
        var kept = new List<FaceFile>(files.Count);
        for (int i = 0; i < files.Count; i++)
        {
            if (reasons[i] is null)
            {
                pixels.AsSpan(i * size, size).CopyTo(pixels.AsSpan(kept.Count * size));
                kept.Add(files[i]);
            }
        }

        return [.. kept];
    }

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
