using TorchSharp;
using static TorchSharp.torch;

namespace FacialAttention;

/// <summary>
/// What a network is shown and the answer that is wanted: N faces with all that is known of them. All tensors are on one device and belong to
/// whoever made the batch.
/// </summary>
/// <param name="Images">Gray faces, [N, 1, H, W] in [0, 1].</param>
/// <param name="Targets">
/// How much of each of the K labels is right, [N, K]; each row is at least 0 and sums to 1. Where a face has one label, that is 1 and the
/// others are 0.
/// </param>
public sealed record FaceBatch(Tensor Images, Tensor Targets)
{
    /// <summary>How much each face counts, [N], at least 0; 0 leaves a face out of loss and counts. Null: each counts 1.</summary>
    public Tensor? Weights { get; init; }

    /// <summary>Another network's probabilities, [N, K]; null where the dataset has none.</summary>
    public Tensor? Teacher { get; init; }

    /// <summary>
    /// The L landmarks of each face, [N, L, 2]: x, then y, in pixels of <see cref="Images"/>; (0, 0) is the top left corner of the image, so
    /// the centre of its first pixel is (0.5, 0.5). Null where the dataset has none.
    /// </summary>
    public Tensor? Landmarks { get; init; }

    /// <summary>Which points <see cref="Landmarks"/> are; null without them.</summary>
    public LandmarkScheme? LandmarkScheme { get; init; }

    /// <summary>
    /// The faces of <see cref="Images"/> before light, erasing and corruption changed them, moved and cut as they are, [N, 1, H, W] in [0, 1].
    /// Null outside training.
    /// </summary>
    public Tensor? Clean { get; init; }

    /// <summary>
    /// Targets of which is known, without a look at the device, whether each face has one label; it says nothing of other targets.
    /// </summary>
    internal (Tensor Targets, bool ArePlain)? Known { get; init; }

    /// <summary>Whether each face has one label, and counts 1.</summary>
    internal bool IsPlain()
    {
        if (Weights is not null || (Known is { } known && ReferenceEquals(known.Targets, Targets)))
        {
            return Weights is null && Known!.Value.ArePlain;
        }

        using var scope = NewDisposeScope();
        return Targets.amax(1).eq(1).all().ToBoolean();
    }

    /// <summary>A batch with every tensor changed in one way.</summary>
    internal FaceBatch Map(Func<Tensor, Tensor> change) => this with
    {
        Images = change(Images),
        Targets = change(Targets),
        Weights = Weights is null ? null : change(Weights),
        Teacher = Teacher is null ? null : change(Teacher),
        Landmarks = Landmarks is null ? null : change(Landmarks),
        Clean = Clean is null ? null : change(Clean),
    };

    /// <summary>The faces as a mirror shows them, left and right landmarks in each other's place.</summary>
    internal FaceBatch Mirror() => this with
    {
        Images = Images.flip(3),
        Landmarks = Landmarks is null ? null : MirrorLandmarks(Landmarks),
        Clean = Clean?.flip(3),
    };

    /// <summary>The batch with those of its tensors that belong to a scope moved to the scope around it.</summary>
    internal FaceBatch MoveToOuter(DisposeScope scope)
    {
        scope.MoveToOuter(new[] { Images, Targets, Weights, Teacher, Landmarks, Clean }.OfType<Tensor>());
        return this;
    }

    /// <summary>How many faces count, and how many of those get their largest logit at another label than their largest target.</summary>
    internal (long Faces, long Errors) Count(Tensor logits)
    {
        using var scope = NewDisposeScope();
        Tensor isWrong = logits.detach().argmax(1).ne(Targets.argmax(1)); // [N]
        if (Weights is null)
        {
            return (Targets.shape[0], isWrong.sum().ToInt64());
        }

        Tensor counts = Weights.gt(0);
        return (counts.sum().ToInt64(), (isWrong & counts).sum().ToInt64());
    }

    /// <summary>Checks what a network answered to this batch.</summary>
    /// <exception cref="ArgumentException">The answer is not [N, K].</exception>
    internal void CheckLogits(Tensor logits)
    {
        if (!logits.shape.SequenceEqual(Targets.shape))
        {
            (long faces, long labels) = (Targets.shape[0], Targets.shape[1]);
            throw new ArgumentException(
                $"The network returned a tensor of shape [{string.Join(", ", logits.shape)}] for {faces} faces with {labels} labels; "
                + $"expected logits of shape [{faces}, {labels}].");
        }
    }

    private Tensor MirrorLandmarks(Tensor landmarks)
    {
        LandmarkScheme scheme = LandmarkScheme
            ?? throw new InvalidOperationException($"The batch has {nameof(Landmarks)} without a {nameof(LandmarkScheme)}; expected both.");
        using var scope = NewDisposeScope();
        Tensor twins = tensor(scheme.Mirror.Select(twin => (long)twin).ToArray()).to(landmarks.device);
        Tensor mirrored = landmarks.index_select(1, twins); // [N, L, 2]
        Tensor x = Images.shape[3] - mirrored.narrow(2, 0, 1), y = mirrored.narrow(2, 1, 1);
        return cat([x, y], 2).MoveToOuterDisposeScope();
    }
}
