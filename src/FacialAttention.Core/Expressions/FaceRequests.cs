namespace FacialAttention;

/// <summary>The faces of one call to a recogniser: images of a face each, or boxes in one image.</summary>
internal readonly struct FaceRequests
{
    private readonly IReadOnlyList<FaceImage>? _images;
    private readonly FaceImage? _image;
    private readonly IReadOnlyList<FaceBox>? _boxes;

    public FaceRequests(IReadOnlyList<FaceImage> images)
    {
        ArgumentNullException.ThrowIfNull(images, "faces");
        _images = images;
        Count = images.Count;
    }

    public FaceRequests(FaceImage image, IReadOnlyList<FaceBox> boxes)
    {
        ArgumentNullException.ThrowIfNull(image);
        ArgumentNullException.ThrowIfNull(boxes, "faces");
        (_image, _boxes) = (image, boxes);
        Count = boxes.Count;
    }

    public int Count { get; }

    public (FaceImage Image, FaceBox? Box) this[int index] => _boxes is null ? (_images![index], null) : (_image!, _boxes[index]);
}
