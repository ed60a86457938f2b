using SkiaSharp;

namespace Recognize;

/// <summary>The video of <c>--overlay</c>, with the faces drawn in, in the size of the first frame; or none.</summary>
/// <param name="path">The file; null for none.</param>
internal sealed class VideoOverlay(string? path) : IDisposable
{
    private readonly FacesPicture? _picture = path is null ? null : new FacesPicture();
    private SKBitmap? _bitmap;
    private SKCanvas? _canvas;
    private VideoWriter? _writer;

    public void Add(VideoFrame frame, IReadOnlyList<RecognizedFace> faces)
    {
        if (_picture is null)
        {
            return;
        }

        if (_writer is null)
        {
            _bitmap = new SKBitmap(new SKImageInfo(frame.Image.Width, frame.Image.Height, SKColorType.Rgba8888, SKAlphaType.Opaque));
            _canvas = new SKCanvas(_bitmap);
            _writer = new VideoWriter(path!, _bitmap.Width, _bitmap.Height);
        }

        _picture.Draw(_canvas!, frame.Image, faces, _bitmap!.Width, _bitmap.Height);
        _writer.Write(frame.Time, _bitmap);
    }

    /// <summary>Completes the file.</summary>
    public void Finish() => _writer?.Finish();

    public void Dispose()
    {
        _writer?.Dispose();
        _canvas?.Dispose();
        _bitmap?.Dispose();
        _picture?.Dispose();
    }
}
