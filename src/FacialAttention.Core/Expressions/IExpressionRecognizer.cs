namespace FacialAttention;

/// <summary>
/// Says which expression is on a face: preprocessing, network and softmax in one. Safe for many threads at once. Whoever creates it
/// disposes it.
/// </summary>
/// <remarks>
/// It may be disposed while other threads recognise, for example when a service swaps its model. <see cref="IDisposable.Dispose"/> returns at
/// once; calls that are under way end as if nothing had happened, and the last of them frees the memory. A call that begins later throws
/// <see cref="ObjectDisposedException"/>, so a thread that read the reference just before the swap reads it once more and repeats its call.
/// </remarks>
public interface IExpressionRecognizer : IDisposable
{
    /// <summary>The classes that it tells apart.</summary>
    public ExpressionLabels Labels { get; }

    /// <summary>Recognises one face.</summary>
    /// <param name="image">An image of any size.</param>
    /// <param name="crop">The face in the image, which may reach beyond it; null if all of the image is the face.</param>
    /// <exception cref="ArgumentNullException"><paramref name="image"/> is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The crop is empty, wholly outside the image, or not of finite numbers.</exception>
    /// <exception cref="InvalidDataException">The network computes no probabilities: its weights are damaged or too large.</exception>
    /// <exception cref="ObjectDisposedException">The recogniser was disposed.</exception>
    public ExpressionPrediction Recognize(FaceImage image, FaceBox? crop = null);

    /// <summary>Recognises faces together, which takes less time than one by one.</summary>
    /// <param name="faces">Faces of any number and sizes; all of each image is the face.</param>
    /// <returns>One prediction for each face, in their order.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="faces"/> or one of them is null.</exception>
    /// <exception cref="InvalidDataException">The network computes no probabilities: its weights are damaged or too large.</exception>
    /// <exception cref="ObjectDisposedException">The recogniser was disposed.</exception>
    public IReadOnlyList<ExpressionPrediction> Recognize(IReadOnlyList<FaceImage> faces);

    /// <summary>Recognises several faces of one image together.</summary>
    /// <param name="image">An image of any size.</param>
    /// <param name="faces">The faces in it, of any number; each may reach beyond it.</param>
    /// <returns>One prediction for each face, in their order.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="image"/> or <paramref name="faces"/> is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A box is empty, wholly outside the image, or not of finite numbers.</exception>
    /// <exception cref="InvalidDataException">The network computes no probabilities: its weights are damaged or too large.</exception>
    /// <exception cref="ObjectDisposedException">The recogniser was disposed.</exception>
    public IReadOnlyList<ExpressionPrediction> RecognizeAll(FaceImage image, IReadOnlyList<FaceBox> faces)
    {
        ArgumentNullException.ThrowIfNull(image);
        ArgumentNullException.ThrowIfNull(faces);
        return [.. faces.Select(face => Recognize(image, face))];
    }
}
