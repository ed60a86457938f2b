using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FacialAttention;

/// <summary>Measures a network on a dataset: in evaluation mode, without gradients, over all rows.</summary>
public static class Evaluator
{
    internal const int DefaultBatchSize = 64;

    /// <summary>Evaluates a network where its parameters are, and leaves its mode as it was.</summary>
    /// <param name="network">Takes images [N, 1, H, W] in [0, 1] and returns logits [N, K].</param>
    /// <param name="faces">What to classify; its labels have K names.</param>
    /// <param name="batchSize">The number of faces at a time, 1 to 65,536. Changes speed and memory, not results.</param>
    /// <param name="loss">
    /// Takes logits [N, K] and labels [N] and returns the mean over N; null for cross-entropy (paper, equation 8).
    /// </param>
    /// <param name="averageMirrored">
    /// Whether the probabilities of each face and its mirror image are averaged, which takes twice as long; the loss is that of the
    /// logarithms of the averages.
    /// </param>
    /// <param name="cancellationToken">Stops the evaluation between batches.</param>
    /// <exception cref="ArgumentException">The network does not return logits [N, K], or does not take such images.</exception>
    /// <exception cref="ObjectDisposedException">The network was disposed.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static EvaluationResult Evaluate(
        Module<Tensor, Tensor> network,
        FaceDataset faces,
        int batchSize = DefaultBatchSize,
        Func<Tensor, Tensor, Tensor>? loss = null,
        bool averageMirrored = false,
        CancellationToken cancellationToken = default)
    {
        RequireModule.NotDisposed(network, nameof(network));
        ArgumentNullException.ThrowIfNull(faces);
        Require.InRange(batchSize, 1, 65_536, nameof(batchSize));
        NativeTorch.EnsureLoaded();
        Device device = network.parameters().FirstOrDefault()?.device ?? CPU;
        using var tensors = new FaceTensors(faces, device);
        return Evaluate(network, tensors, batchSize, loss ?? CrossEntropy, averageMirrored, cancellationToken);
    }

    internal static Tensor CrossEntropy(Tensor logits, Tensor labels) => functional.cross_entropy(logits, labels);

    internal static EvaluationResult Evaluate(
        Module<Tensor, Tensor> network,
        FaceTensors faces,
        int batchSize,
        Func<Tensor, Tensor, Tensor> loss,
        bool averageMirrored,
        CancellationToken cancellationToken)
    {
        bool wasTraining = network.training;
        network.eval();
        try
        {
            using var noGrad = no_grad();
            var confusion = new ConfusionMatrix(faces.Labels.Count);
            var predictions = new List<int>(faces.Count);
            double lossSum = 0;
            for (int start = 0; start < faces.Count; start += batchSize)
            {
                cancellationToken.ThrowIfCancellationRequested();
                int count = Math.Min(batchSize, faces.Count - start);
                using var scope = NewDisposeScope();
                (Tensor images, Tensor labels) = faces.Slice(start, count);
                Tensor logits = network.call(images);
                CheckLogits(logits, count, faces.Labels);
                if (averageMirrored)
                {
                    Tensor mirrored = network.call(images.flip(3));
                    logits = logits.log_softmax(1).logaddexp(mirrored.log_softmax(1)).sub_(Math.Log(2)); // log of the mean probability
                }

                lossSum += loss(logits, labels).ToDouble() * count;
                long[] actual = [.. labels.cpu().data<long>()];
                long[] predicted = [.. logits.argmax(1).cpu().data<long>()];
                for (int i = 0; i < count; i++)
                {
                    confusion.Add((int)actual[i], (int)predicted[i]);
                    predictions.Add((int)predicted[i]);
                }
            }

            return new EvaluationResult(faces.Labels, lossSum / faces.Count, confusion, predictions);
        }
        finally
        {
            network.train(wasTraining);
        }
    }

    internal static void CheckLogits(Tensor logits, int count, ExpressionLabels labels)
    {
        if (logits.ndim != 2 || logits.shape[0] != count || logits.shape[1] != labels.Count)
        {
            throw new ArgumentException(
                $"The network returned a tensor of shape {RequireTensor.Shape(logits)} for {count} faces with {labels.Count} labels; "
                + $"expected logits of shape [{count}, {labels.Count}].");
        }
    }
}
