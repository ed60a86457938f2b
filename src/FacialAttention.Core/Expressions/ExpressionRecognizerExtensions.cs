using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace FacialAttention;

/// <summary>What every recogniser does, whatever runs its network.</summary>
public static class ExpressionRecognizerExtensions
{
    private const int MaxBatch = 1024;

    /// <summary>Recognises the faces of a stream, such as a camera's, while it delivers them.</summary>
    /// <remarks>
    /// Faces that have come are recognised together, up to the size of a batch; none waits for others that have not. The source is read while
    /// faces are recognised, and waits itself once as many faces as a batch holds are waiting: memory stays bounded however fast it is. Faces are
    /// recognised on threads of the pool. An exception of the source comes after the predictions of all faces before it. Whoever stops early, by
    /// the token or by leaving the loop, ends the source too: its own token is cancelled, and its end is waited for.
    /// </remarks>
    /// <param name="recognizer">The recogniser; it is not disposed.</param>
    /// <param name="faces">Faces of any sizes; all of each image is the face.</param>
    /// <param name="batchSize">The most faces that are recognised together, 1 to 1,024. Changes speed and memory, not results.</param>
    /// <param name="cancellationToken">Stops source and recognition.</param>
    /// <returns>One prediction for each face, in their order.</returns>
    /// <exception cref="ArgumentNullException">The recogniser or the source is null; or, where the predictions are read, a face is.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The batch size is out of range.</exception>
    /// <exception cref="InvalidDataException">Where the predictions are read: the network computes no probabilities.</exception>
    /// <exception cref="ObjectDisposedException">Where the predictions are read: the recogniser was disposed.</exception>
    /// <exception cref="OperationCanceledException">Where the predictions are read: they were cancelled.</exception>
    public static IAsyncEnumerable<ExpressionPrediction> RecognizeAsync(
        this IExpressionRecognizer recognizer,
        IAsyncEnumerable<FaceImage> faces,
        int batchSize = 16,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(recognizer);
        ArgumentNullException.ThrowIfNull(faces);
        Require.InRange(batchSize, 1, MaxBatch, nameof(batchSize));
        return RecognizeInBatchesAsync(recognizer, faces, batchSize, cancellationToken);
    }

    private static async IAsyncEnumerable<ExpressionPrediction> RecognizeInBatchesAsync(
        IExpressionRecognizer recognizer,
        IAsyncEnumerable<FaceImage> faces,
        int batchSize,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var waiting = Channel.CreateBounded<FaceImage>(new BoundedChannelOptions(batchSize) { SingleReader = true, SingleWriter = true });
        CancellationToken stopped = stop.Token;
        Task reading = Task.Run(() => ReadAsync(faces, waiting.Writer, stopped), CancellationToken.None);
        try
        {
            var batch = new List<FaceImage>(batchSize);
            while (await waiting.Reader.WaitToReadAsync(cancellationToken).ConfigureAwait(false))
            {
                batch.Clear();
                while (batch.Count < batchSize && waiting.Reader.TryRead(out FaceImage? face))
                {
                    batch.Add(face);
                }

                IReadOnlyList<ExpressionPrediction> predictions =
                    await Task.Run(() => recognizer.Recognize(batch), cancellationToken).ConfigureAwait(false);
                foreach (ExpressionPrediction prediction in predictions)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    yield return prediction;
                }
            }
        }
        finally
        {
            await stop.CancelAsync().ConfigureAwait(false);
            await reading.ConfigureAwait(false);
        }
    }

    /// <summary>Never fails: what the source throws is told through the channel.</summary>
    private static async Task ReadAsync(IAsyncEnumerable<FaceImage> faces, ChannelWriter<FaceImage> waiting, CancellationToken stopped)
    {
        try
        {
            await foreach (FaceImage face in faces.WithCancellation(stopped).ConfigureAwait(false))
            {
                await waiting.WriteAsync(face, stopped).ConfigureAwait(false);
            }

            waiting.Complete();
        }
        catch (Exception exception)
        {
            waiting.Complete(exception);
        }
    }
}
