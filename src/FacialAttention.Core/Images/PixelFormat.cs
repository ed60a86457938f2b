namespace FacialAttention;

/// <summary>The order of the bytes of a pixel in memory, a byte for each channel: what cameras and other libraries deliver.</summary>
public enum PixelFormat
{
    /// <summary>One byte: gray.</summary>
    Gray,

    /// <summary>Three bytes: red, green, blue.</summary>
    Rgb,

    /// <summary>Three bytes: blue, green, red, as OpenCV has them, and Windows where it says RGB24.</summary>
    Bgr,

    /// <summary>Four bytes: red, green, blue, alpha. Alpha 255 is opaque; the colours are not multiplied by it.</summary>
    Rgba,

    /// <summary>Four bytes: blue, green, red, alpha. Alpha 255 is opaque; the colours are not multiplied by it.</summary>
    Bgra,

    /// <summary>Four bytes: red, green, blue, and one that says nothing.</summary>
    Rgbx,

    /// <summary>Four bytes: blue, green, red, and one that says nothing, as many cameras have it.</summary>
    Bgrx,
}
