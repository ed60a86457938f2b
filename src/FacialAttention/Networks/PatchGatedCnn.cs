using TorchSharp;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FacialAttention;

/// <summary>
/// pACNN of Li, Zeng, Shan and Chen, "Occlusion Aware Facial Expression Recognition Using CNN With Attention Mechanism", IEEE Transactions on
/// Image Processing 2019, and gACNN with <see cref="PatchGatedCnnOptions.GlobalBranch"/>: 24 patches around landmarks of the face, each seen by
/// weights of its own and believed as far as its gate is open, so that a covered part may be left out.
/// </summary>
/// <remarks>
/// <para>
/// Landmarks are an input: <see cref="LandmarkScheme.Points68"/> in pixels of the image. The forward pass of images alone, recognisers and exported
/// networks take those of <see cref="FaceLandmarks.Aligned"/>, a face that fills its picture. <see cref="Logits"/> takes those of a
/// batch, and so does the <see cref="Objective"/> of <see cref="CreateObjective"/>.
/// </para>
/// <para>
/// docs/related.md says which facts it is built from and what is our reading. The names of parameters and buffers are a public format:
/// <c>trunk.</c>, <c>units.</c>, <c>patches.</c>, of gACNN <c>global_trunk.</c> and <c>face.</c>, then <c>hidden.</c> and <c>linear.</c>. The
/// weights of the patches are groups of one convolution, in the order of docs/related.md.
/// </para>
/// </remarks>
public sealed class PatchGatedCnn : FaceNetwork
{
    private readonly PatchGatedCnnOptions _options;
    [ComponentName(Name = "trunk")] private readonly ConvBackbone _trunk;
    [ComponentName(Name = "units")] private readonly PatchUnits _units;
    [ComponentName(Name = "patches")] private readonly GatedFeatures _patches;
    [ComponentName(Name = "global_trunk")] private readonly ConvBackbone? _globalTrunk;
    [ComponentName(Name = "face")] private readonly GatedFeatures? _face;
    [ComponentName(Name = "hidden")] private readonly Linear _hidden;
    [ComponentName(Name = "linear")] private readonly Linear _linear;

    /// <summary>A network with fresh weights on the CPU, in training mode. The caller owns it.</summary>
    /// <param name="options">What it is built from; null for the defaults, a small pACNN. Validated and copied.</param>
    /// <exception cref="Microsoft.Extensions.Options.OptionsValidationException">
    /// One or more options are outside their ranges; all are named.
    /// </exception>
    /// <exception cref="NativeTorchException">libtorch cannot be loaded.</exception>
    public PatchGatedCnn(PatchGatedCnnOptions? options = null)
        : base(nameof(PatchGatedCnn))
    {
        _options = (options ?? new PatchGatedCnnOptions()).ValidatedCopy();
        using var seeded = new SeededTorch(_options.Seed);
        (int patch, int channels) = (_options.PatchSize, _options.PatchChannels);
        _trunk = new ConvBackbone(_options.TrunkStages);
        _units = new PatchUnits(PatchCentres.Count, _trunk.OutChannels, channels);
        _patches = Gated(PatchCentres.Count, channels, new ImageSize(patch, patch), _options.PatchFeatureSize);
        int joined = PatchCentres.Count * _options.PatchFeatureSize;
        if (_options.GlobalBranch)
        {
            FeatureGrid grid = ConvBackbone.GridOf([.. _options.TrunkStages!, .. _options.GlobalStages!], _options.ImageSize);
            _globalTrunk = new ConvBackbone(_options.GlobalStages, _trunk.OutChannels);
            _face = Gated(1, _globalTrunk.OutChannels, new ImageSize(grid.Height, grid.Width), _options.GlobalFeatureSize);
            joined += _options.GlobalFeatureSize;
        }

        _hidden = Linear(joined, _options.HiddenSize, device: ShapesOnly.Device);
        _linear = Linear(_options.HiddenSize, _options.Labels.Count, device: ShapesOnly.Device);
        RegisterComponents();

        GatedFeatures Gated(int groups, int inChannels, ImageSize maps, int featureSize) =>
            new(groups, inChannels, maps, featureSize, _options.GateChannels, _options.GateHiddenSize);
    }

    /// <summary>What the network was built from: a copy, so editing it changes nothing here.</summary>
    public PatchGatedCnnOptions Options => _options.Copy();

    internal override Tensor FirstWeight => _trunk.FirstWeight;

    private protected override ImageSize InputSize => _options.ImageSize;

    private protected override int Classes => _options.Labels.Count;

    private string Name => PatchGatedCnnFormat.NameOf(_options);

    /// <summary>Gray faces that fill their pictures, [N, 1, H, W] in [0, 1], to logits [N, K], which the caller owns.</summary>
    /// <param name="images">
    /// Faces of the network's dtype and on its device, of any size whose maps hold a patch; with <see cref="PatchGatedCnnOptions.GlobalBranch"/>
    /// of the options' size alone. In training mode at least two.
    /// </param>
    /// <exception cref="ArgumentException">The shape, dtype or device is another.</exception>
    /// <exception cref="ObjectDisposedException">The network or the images were disposed.</exception>
    public override Tensor forward(Tensor images) => Pass(images, landmarks: null);

    /// <summary>A batch of faces with their landmarks, or with those of aligned faces where it has none, to logits [N, K].</summary>
    /// <param name="batch">The faces; its landmarks are of <see cref="LandmarkScheme.Points68"/>.</param>
    /// <returns>Logits, which the caller owns.</returns>
    /// <exception cref="ArgumentException">The landmarks are of another scheme, or as for <see cref="Explain(Tensor, Tensor?)"/>.</exception>
    public Tensor Logits(FaceBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        if (batch.Landmarks is not null && !LandmarkScheme.Points68.Equals(batch.LandmarkScheme))
        {
            throw new ArgumentException(
                $"{Name} expects landmarks of the scheme {LandmarkScheme.Points68}; got "
                + $"{(batch.LandmarkScheme is { } scheme ? $"the scheme '{scheme}' of {scheme.Count} points" : "landmarks without a scheme")}. "
                + "Without landmarks those of an aligned face are taken.",
                nameof(batch));
        }

        return Pass(batch.Images, batch.Landmarks);
    }

    /// <inheritdoc/>
    public override (Tensor Logits, IReadOnlyList<LayerAttention> Attention) Explain(Tensor images) => Explain(images, landmarks: null);

    /// <summary>The forward pass with what the gates let through: how much of each place of the trunk's maps the patches hold, each by its gate.</summary>
    /// <param name="images">As for the forward pass.</param>
    /// <param name="landmarks">
    /// [N, 68, 2] of <see cref="LandmarkScheme.Points68"/>: x, then y, in pixels of the images, of the network's dtype and on its device; null for
    /// those of <see cref="FaceLandmarks.Aligned"/>. A point may lie outside its image by as much as that is wide or high; its patch is at the
    /// border then.
    /// </param>
    /// <returns>Logits [N, K] and the one distribution <c>patch_gates</c>. The caller owns all tensors.</returns>
    /// <exception cref="ArgumentException">The shape, dtype or device is another, or a landmark is no number or far outside.</exception>
    /// <exception cref="ObjectDisposedException">The network or a tensor was disposed.</exception>
    public (Tensor Logits, IReadOnlyList<LayerAttention> Attention) Explain(Tensor images, Tensor? landmarks)
    {
        using RunningCalls.Call held = RequireModule.Hold(this, "network");
        using var scope = NewDisposeScope();
        (Tensor logits, Tensor gates, PatchSampler sampler) = Run(images, landmarks);
        Tensor spread = sampler.Spread(gates.narrow(1, 0, PatchCentres.Count));
        var attention = new LayerAttention(
            OnnxNames.PatchGates, spread.MoveToOuterDisposeScope(), (int)sampler.Rows.shape[3], (int)sampler.Columns.shape[3]);
        return (logits.MoveToOuterDisposeScope(), [attention]);
    }

    /// <summary>How far each gate is open.</summary>
    /// <param name="images">As for the forward pass.</param>
    /// <param name="landmarks">As for <see cref="Explain(Tensor, Tensor?)"/>.</param>
    /// <returns>
    /// Numbers between 0 and 1, [N, 24] in the order of docs/related.md, or [N, 25] where the last is that of the whole face. The caller owns them.
    /// </returns>
    /// <exception cref="ArgumentException">As for <see cref="Explain(Tensor, Tensor?)"/>.</exception>
    /// <exception cref="ObjectDisposedException">The network or a tensor was disposed.</exception>
    public Tensor ComputeGates(Tensor images, Tensor? landmarks = null)
    {
        using RunningCalls.Call held = RequireModule.Hold(this, "network");
        using var scope = NewDisposeScope();
        return Run(images, landmarks).Gates.MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public override NetworkDescription Describe() => PatchGatedCnnFormat.Describe(_options, Calibration);

    /// <summary>Cross-entropy by the logits of <see cref="Logits"/>, so that the landmarks of a dataset are used.</summary>
    public override Objective CreateObjective() => new Classification(Logits);

    private Tensor Pass(Tensor images, Tensor? landmarks)
    {
        using RunningCalls.Call held = RequireModule.Hold(this, "network");
        using var scope = NewDisposeScope();
        return Run(images, landmarks).Logits.MoveToOuterDisposeScope();
    }

    /// <summary>The pass from faces to logits, in the caller's scope.</summary>
    private (Tensor Logits, Tensor Gates, PatchSampler Sampler) Run(Tensor images, Tensor? landmarks)
    {
        Check(images);
        var size = new ImageSize((int)images.shape[2], (int)images.shape[3]);
        Tensor points = landmarks is null
            ? tensor(AlignedFace.PointsOf(size), [1, LandmarkScheme.Points68.Count, 2], images.dtype, images.device)
            : Checked(landmarks, images);
        using Scalar mean = _options.PixelMean, deviation = _options.PixelStandardDeviation;
        Tensor maps = _trunk.call((images - mean) / deviation); // [N, C, H', W']
        var grid = new ImageSize((int)maps.shape[2], (int)maps.shape[3]);
        var sampler = PatchSampler.At(PatchCentres.Of(points, size), grid, _options.PatchSize, _options.Cell);
        (Tensor features, Tensor gates) = _patches.call(_units.call(sampler.Cut(maps))); // [N, 24, F], [N, 24]
        Tensor joined = features.flatten(1);
        if (_globalTrunk is not null)
        {
            (Tensor ofFace, Tensor gate) = _face!.call(_globalTrunk.call(maps)); // [N, 1, F'], [N, 1]
            (joined, gates) = (cat([joined, ofFace.flatten(1)], 1), cat([gates, gate], 1));
        }

        Tensor hidden = functional.dropout(_hidden.call(joined), _options.Dropout, training).relu();
        return (_linear.call(hidden), gates, sampler);
    }

    private void Check(Tensor images)
    {
        RequireTensor.Images(images, channels: 1, NetworkPreprocessing.SmallestSide, FirstWeight, Name);
        var size = new ImageSize((int)images.shape[2], (int)images.shape[3]);
        FeatureGrid grid = ConvBackbone.GridOf(_options.TrunkStages!, size);
        if (grid.Height < _options.PatchSize || grid.Width < _options.PatchSize)
        {
            throw new ArgumentException(
                $"{Name} cuts patches of {_options.PatchSize}x{_options.PatchSize} cells out of maps of {grid}, which is what images of shape "
                + $"{RequireTensor.Shape(images)} become; expected faces of at least "
                + $"{((_options.PatchSize - 1) * _options.Cell) + 1} pixels a side.",
                nameof(images));
        }

        if (_options.GlobalBranch && size != _options.ImageSize)
        {
            throw new ArgumentException(
                $"{Name} was built for images of shape [N, 1, {_options.ImageHeight}, {_options.ImageWidth}]; got "
                + $"{RequireTensor.Shape(images)}. Set {nameof(PatchGatedCnnOptions.ImageHeight)} and "
                + $"{nameof(PatchGatedCnnOptions.ImageWidth)}, or leave {nameof(PatchGatedCnnOptions.GlobalBranch)} false, for any size.",
                nameof(images));
        }

        if (training && images.shape[0] < 2)
        {
            throw new ArgumentException(
                $"{Name} in training mode got one face; expected at least two, of which its batch norms take means.", nameof(images));
        }
    }

    private Tensor Checked(Tensor landmarks, Tensor images)
    {
        RequireTensor.Landmarks(landmarks, LandmarkScheme.Points68.Count, images, Name);
        Tensor size = tensor([(double)images.shape[3], (double)images.shape[2]], landmarks.dtype, landmarks.device);
        Tensor shares = landmarks / size;
        using Scalar low = -1, high = 2;
        Tensor isWrong = (shares.gt(low) & shares.lt(high)).logical_not().any(2).flatten(); // so that what is no number is wrong too
        if (isWrong.any().ToBoolean())
        {
            int count = LandmarkScheme.Points68.Count;
            long first = isWrong.to(ScalarType.Int64).argmax().ToInt64();
            Tensor point = landmarks[first / count, first % count];
            throw new ArgumentException(
                FormattableString.Invariant(
                    $"Landmark {first % count} of face {first / count} is at ({point[0].ToDouble()}, {point[1].ToDouble()}); {Name} expects pixels ")
                + $"of an image {images.shape[3]} wide and {images.shape[2]} high, at most so far outside it.",
                nameof(landmarks));
        }

        return landmarks;
    }
}
