using FacialAttention;
using SkiaSharp;

namespace Recognize;

/// <summary>Where the faces of a picture are: found, told by <c>--box</c>, or all of it.</summary>
internal sealed class FaceFinder : IDisposable
{
    /// <summary>The longest side of a picture that <c>--detect auto</c> takes for a cropped face.</summary>
    public const int LongestCrop = 256;

    /// <summary>By how much of the longer side the sides of such a picture may differ.</summary>
    public const double MostSkew = 0.25;

    private readonly FaceSearch _search;
    private readonly FaceBox? _box;
    private readonly Lazy<BlazeFaceDetector> _detector;
    private Task _preparing = Task.CompletedTask;

    /// <param name="search">How to look for faces.</param>
    /// <param name="tiles">In how many tiles of a picture's longer side.</param>
    /// <param name="box">The one face of each picture; null to look for them.</param>
    public FaceFinder(FaceSearch search, int tiles, FaceBox? box)
    {
        (_search, _box) = (search, box);
        _detector = new(() => BlazeFaceDetector.Load(
            search == FaceSearch.Short ? BlazeFaceRange.Short : BlazeFaceRange.Full, new BlazeFaceOptions { Tiles = tiles }));
    }

    /// <summary>Begins to load the detector on another thread, if the first picture will need it. What goes wrong is told where it is used.</summary>
    /// <param name="picture">The first picture, or null for a frame of a video.</param>
    public void Prepare(string? picture) => _preparing = Task.Factory.StartNew(
        () => NeedsDetector(picture) ? _detector.Value : null, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    /// <summary>The framing that fits the boxes of the detector.</summary>
    public FaceFraming Framing => _detector.Value.Framing;

    /// <summary>Whether a picture is taken as it is, or with the box that was told.</summary>
    public bool IsWhole(ImageSize picture) => _box is not null || _search == FaceSearch.Off
        || (_search == FaceSearch.Auto && IsCrop(picture));

    /// <summary>Small and nearly square, as cropped faces are and photos are not.</summary>
    public static bool IsCrop(ImageSize picture)
    {
        int longer = Math.Max(picture.Width, picture.Height);
        return longer <= LongestCrop && Math.Abs(picture.Width - picture.Height) <= MostSkew * longer;
    }

    /// <summary>The faces that the detector finds, the most certain one first.</summary>
    public IReadOnlyList<DetectedFace> Detect(FaceImage image) => _detector.Value.Detect(image);

    /// <summary>The faces of a picture.</summary>
    /// <exception cref="InvalidDataException">There is none.</exception>
    public IReadOnlyList<FoundFace> Find(FaceImage image)
    {
        if (IsWhole(image.Size))
        {
            return [new FoundFace(_box ?? new FaceBox(0, 0, image.Width, image.Height), null, _box)];
        }

        FoundFace[] faces = [.. Detect(image).Select(face => new FoundFace(face.Box, face.Score, face.Frame(Framing)))];
        return faces.Length > 0 ? faces : throw new InvalidDataException(
            "no face was found; expected one that looks at the camera and is not too small, or --detect off for a picture that is a face.");
    }

    private bool NeedsDetector(string? picture)
    {
        if (picture is null)
        {
            return true;
        }

        // A pipe, which has no length, is read once only.
        using SKCodec? codec = new FileInfo(picture).Length > 0 ? SKCodec.Create(picture) : null;
        return codec is not null && !IsWhole(new ImageSize(codec.Info.Height, codec.Info.Width));
    }

    public void Dispose()
    {
        Task.WaitAny(_preparing);
        if (_detector.IsValueCreated)
        {
            _detector.Value.Dispose();
        }
    }
}
