using TorchSharp;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FacialAttention;

/// <summary>
/// FERAtt of Marrero Fernandez, Guerrero Peña, Ren and Cunha, "FERAtt: Facial Expression Recognition with Attention Net", CVPR Workshops 2019,
/// arXiv 1902.03284: an attention module and a feature module see the face; a reconstruction of both paints an attended face, clean of what hides the
/// expression; a residual network classifies that.
/// </summary>
/// <remarks>
/// docs/related.md says which facts it is built from and what is our reading. The names of parameters and buffers are a public format:
/// <c>attention.</c>, <c>features.</c>, <c>reconstruction.</c> and <c>classifier.</c>.
/// </remarks>
public sealed class FerAttNetwork : FaceNetwork
{
    private readonly FerAttNetworkOptions _options;
    [ComponentName(Name = "attention")] private readonly AttentionUNet _attention;
    [ComponentName(Name = "features")] private readonly FeatureModule _features;
    [ComponentName(Name = "reconstruction")] private readonly Reconstruction _reconstruction;
    [ComponentName(Name = "classifier")] private readonly PreActivationClassifier _classifier;

    /// <summary>A network with fresh weights on the CPU, in training mode. The caller owns it.</summary>
    /// <param name="options">What it is built from; null for the defaults, a small one. Validated and copied.</param>
    /// <exception cref="Microsoft.Extensions.Options.OptionsValidationException">
    /// One or more options are outside their ranges; all are named.
    /// </exception>
    /// <exception cref="NativeTorchException">libtorch cannot be loaded.</exception>
    public FerAttNetwork(FerAttNetworkOptions? options = null)
        : base(nameof(FerAttNetwork))
    {
        _options = (options ?? new FerAttNetworkOptions()).ValidatedCopy();
        using var seeded = new SeededTorch(_options.Seed);
        _attention = new AttentionUNet(_options.EncoderStages!, _options.DecoderChannels!, Classes);
        _features = new FeatureModule(_options.ResidualBlocks, Classes);
        _reconstruction = new Reconstruction(Classes, _options.ReconstructionChannels);
        _classifier = new PreActivationClassifier(
            _options.ClassifierChannels!, _options.ClassifierBlocks, _options.EmbeddingSize, Classes);
        RegisterComponents();
    }

    /// <summary>What the network was built from: a copy, so editing it changes nothing here.</summary>
    public FerAttNetworkOptions Options => _options.Copy();

    internal override Tensor FirstWeight => _attention.FirstWeight;

    private protected override ImageSize InputSize => _options.ImageSize;

    private protected override int Classes => _options.Labels.Count;

    /// <summary>Gray faces [N, 1, H, W] in [0, 1] to logits [N, K], which the caller owns.</summary>
    /// <param name="images">
    /// Faces of the network's dtype and on its device; H and W are multiples of 2 to the power of the encoder's levels, as those of the options are.
    /// </param>
    /// <exception cref="ArgumentException">The shape, dtype or device is another.</exception>
    /// <exception cref="ObjectDisposedException">The network or the images were disposed.</exception>
    public override Tensor forward(Tensor images)
    {
        using var scope = NewDisposeScope();
        return Look(images).Logits.MoveToOuterDisposeScope();
    }

    /// <summary>The forward pass with all that comes of it on its way.</summary>
    /// <param name="images">As for the forward pass.</param>
    /// <returns>Logits, embedding, attended faces and masks. The caller owns all tensors.</returns>
    /// <exception cref="ArgumentException">The shape, dtype or device is another.</exception>
    /// <exception cref="ObjectDisposedException">The network or the images were disposed.</exception>
    public FerAttAnswer Look(Tensor images)
    {
        using RunningCalls.Call held = RequireModule.Hold(this, "network");
        Check(images);
        using var scope = NewDisposeScope();
        Tensor faces = Normalise(images);
        Tensor attention = _attention.call(faces), mask = attention.sigmoid(); // [N, K, H, W]
        Tensor attended = _reconstruction.call(cat([mask * _features.call(faces), faces, attention], 1)); // [N, 1, H, W]
        Tensor halved = functional.avg_pool2d(Normalise(attended), kernel_size: 2, stride: 2);
        (Tensor logits, Tensor embedding) = _classifier.call(halved);
        return new FerAttAnswer(
            logits.MoveToOuterDisposeScope(),
            embedding.MoveToOuterDisposeScope(),
            attended.MoveToOuterDisposeScope(),
            mask.MoveToOuterDisposeScope());
    }

    /// <summary>The forward pass with its mask: the mean over the classes, as a distribution over the pixels.</summary>
    /// <param name="images">As for the forward pass.</param>
    /// <returns>Logits [N, K] and the one distribution <c>attention_mask</c>, [N, H W]. The caller owns all tensors.</returns>
    /// <exception cref="ArgumentException">The shape, dtype or device is another.</exception>
    /// <exception cref="ObjectDisposedException">The network or the images were disposed.</exception>
    public override (Tensor Logits, IReadOnlyList<LayerAttention> Attention) Explain(Tensor images)
    {
        using var scope = NewDisposeScope();
        FerAttAnswer answer = Look(images);
        Tensor places = answer.Mask.mean([1]).flatten(1); // [N, H W]
        Tensor weights = places / places.sum(1, keepdim: true);
        var attention = new LayerAttention(OnnxNames.AttentionMask, weights.MoveToOuterDisposeScope(), answer.Mask);
        return (answer.Logits.MoveToOuterDisposeScope(), [attention]);
    }

    /// <inheritdoc/>
    public override NetworkDescription Describe() => FerAttNetworkFormat.Describe(_options, Calibration);

    /// <summary>
    /// A <see cref="FerAttObjective"/>: cross-entropy and attention loss, and where there is an embedding the Gaussian-structured loss.
    /// </summary>
    public override Objective CreateObjective() => new FerAttObjective(this);

    private Tensor Normalise(Tensor images)
    {
        using Scalar mean = _options.PixelMean, deviation = _options.PixelStandardDeviation;
        return (images - mean) / deviation;
    }

    private void Check(Tensor images)
    {
        RequireTensor.Images(images, channels: 1, NetworkPreprocessing.SmallestSide, FirstWeight, FerAttNetworkFormat.Name);
        if (images.shape[2] % _options.Multiple != 0 || images.shape[3] % _options.Multiple != 0)
        {
            throw new ArgumentException(
                $"{FerAttNetworkFormat.Name} expects faces whose height and width are multiples of {_options.Multiple}, since its encoder halves them "
                + $"{int.Log2(_options.Multiple)} times; got images of shape {RequireTensor.Shape(images)}.",
                nameof(images));
        }
    }
}
