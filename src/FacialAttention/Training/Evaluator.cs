using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FacialAttention;

/// <summary>Measures a network on a dataset: in evaluation mode, without gradients, over all rows.</summary>
[SuppressMessage("ApiDesign", "RS0026", Justification = "The second parameter tells the methods apart.")]
public static class Evaluator
{
    internal const int DefaultBatchSize = 64;

    /// <summary>Evaluates a classifier where its parameters are, and leaves its mode as it was.</summary>
    /// <param name="network">Takes images [N, 1, H, W] in [0, 1] and returns logits [N, K].</param>
    /// <param name="faces">
    /// What to classify; its labels have K names. What is right is the label with the most votes if it has votes, else a face's one label. Faces
    /// of weight 0 are classified, but left out of loss and counts.
    /// </param>
    /// <param name="batchSize">The number of faces at a time, 1 to 65,536. Changes speed and memory, not results.</param>
    /// <param name="averageMirrored">
    /// Whether the probabilities of each face and its mirror image are averaged, which takes twice as long; the loss is that of the
    /// logarithms of the averages.
    /// </param>
    /// <param name="cancellationToken">Stops the evaluation between batches.</param>
    /// <returns>Its loss is the cross-entropy to the targets (paper, equation 8), the mean by the weights of the faces.</returns>
    /// <exception cref="ArgumentException">
    /// The network does not return logits [N, K], or does not take such images; or no face counts.
    /// </exception>
    /// <exception cref="ObjectDisposedException">The network was disposed.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static EvaluationResult Evaluate(
        Module<Tensor, Tensor> network,
        FaceDataset faces,
        int batchSize = DefaultBatchSize,
        bool averageMirrored = false,
        CancellationToken cancellationToken = default) =>
        Evaluate(network, new Classification(network), faces, batchSize, averageMirrored, cancellationToken);

    /// <summary>Evaluates any network by the logits of an objective, and leaves its mode as it was.</summary>
    /// <param name="network">Holds the parameters, which say where to evaluate.</param>
    /// <param name="objective">Asks the network; its own loss plays no part.</param>
    /// <param name="faces">
    /// What to classify; its labels have K names. What is right is the label with the most votes if it has votes, else a face's one label. Faces
    /// of weight 0 are classified, but left out of loss and counts.
    /// </param>
    /// <param name="batchSize">The number of faces at a time, 1 to 65,536. Changes speed and memory, not results.</param>
    /// <param name="averageMirrored">
    /// Whether the probabilities of each face and its mirror image are averaged, which takes twice as long; the loss is that of the
    /// logarithms of the averages.
    /// </param>
    /// <param name="cancellationToken">Stops the evaluation between batches.</param>
    /// <returns>Its loss is the cross-entropy to the targets (paper, equation 8), the mean by the weights of the faces.</returns>
    /// <exception cref="ArgumentException">
    /// The objective does not return logits [N, K], or does not take such faces; or no face counts.
    /// </exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static EvaluationResult Evaluate(
        Module network,
        Objective objective,
        FaceDataset faces,
        int batchSize = DefaultBatchSize,
        bool averageMirrored = false,
        CancellationToken cancellationToken = default)
    {
        using RunningCalls.Call held = RequireModule.Hold(network, nameof(network));
        ArgumentNullException.ThrowIfNull(objective);
        ArgumentNullException.ThrowIfNull(faces);
        Require.InRange(batchSize, 1, 65_536, nameof(batchSize));
        NativeTorch.EnsureLoaded();
        Device device = network.parameters().FirstOrDefault()?.device ?? CPU;
        using var tensors = new FaceTensors(faces, device);
        return Evaluate(network, objective, tensors, batchSize, averageMirrored, cancellationToken);
    }

    internal static EvaluationResult Evaluate(
        Module network,
        Objective objective,
        FaceTensors faces,
        int batchSize,
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
            List<float> scores = [], targets = [], allWeights = [];
            (double lossSum, double weightSum) = (0, 0);
            for (int start = 0; start < faces.Count; start += batchSize)
            {
                cancellationToken.ThrowIfCancellationRequested();
                int count = Math.Min(batchSize, faces.Count - start);
                using var scope = NewDisposeScope();
                FaceBatch batch = faces.Slice(start, count);
                Tensor logits = objective.Logits(batch);
                batch.CheckLogits(logits);
                if (averageMirrored)
                {
                    Tensor mirrored = objective.Logits(batch.Mirror());
                    using Scalar two = Math.Log(2);
                    logits = logits.log_softmax(1).logaddexp(mirrored.log_softmax(1)).sub_(two); // log of the mean probability
                }

                float[]? weights = batch.Weights is { } column ? [.. column.cpu().data<float>()] : null;
                double weight = weights?.Sum(value => (double)value) ?? count;
                lossSum += Classification.CrossEntropy(logits, batch).ToDouble() * weight;
                weightSum += weight;
                long[] actual = [.. batch.Targets.argmax(1).cpu().data<long>()];
                long[] predicted = [.. logits.argmax(1).cpu().data<long>()];
                scores.AddRange(logits.to(ScalarType.Float32).cpu().data<float>());
                targets.AddRange(batch.Targets.to(ScalarType.Float32).cpu().data<float>());
                allWeights.AddRange(weights ?? []);
                for (int i = 0; i < count; i++)
                {
                    predictions.Add((int)predicted[i]);
                    if (weights is null || weights[i] > 0)
                    {
                        confusion.Add((int)actual[i], (int)predicted[i]);
                    }
                }
            }

            int classes = faces.Labels.Count;
            return new EvaluationResult(
                faces.Labels,
                lossSum / weightSum,
                confusion,
                predictions,
                () => new ScoredFaces(
                    classes, CollectionsMarshal.AsSpan(scores), CollectionsMarshal.AsSpan(targets), CollectionsMarshal.AsSpan(allWeights)));
        }
        finally
        {
            network.train(wasTraining);
        }
    }
}
