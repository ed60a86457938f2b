namespace FacialAttention;

/// <summary>Which of the two networks of MediaPipe's face detection.</summary>
public enum BlazeFaceRange
{
    /// <summary>For photographs and groups: sees 192 x 192 pixels, and faces from about a tenth of the picture's longer side on.</summary>
    Full = 0,

    /// <summary>For a camera before one or two faces: sees 128 x 128 pixels, takes half the time, and misses small faces.</summary>
    Short = 1,
}
