using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FacialAttention;

/// <summary>
/// A network that says which expression is on a face, as files, recognisers and the exporter know it: one of the library's families, which
/// are <see cref="ExpressionNetwork"/>, <see cref="PatchGatedCnn"/> and <see cref="FerAttNetwork"/>. Called, it takes gray faces
/// [N, 1, H, W] in [0, 1] and gives logits [N, K].
/// </summary>
public abstract class FaceNetwork : Module<Tensor, Tensor>, IDescribed, ISharedModule
{
    private readonly RunningCalls _calls;

    private protected FaceNetwork(string name)
        : base(NativeTorch.Loaded(name))
    {
        _calls = new RunningCalls(this, () => base.Dispose(true));
    }

    /// <summary>
    /// How logits become probabilities, in recognisers and exported networks; saved with the weights. The forward pass gives the logits as they
    /// are. Default: a temperature of 1, the plain softmax.
    /// </summary>
    /// <exception cref="ArgumentNullException">The value is null.</exception>
    /// <exception cref="ArgumentException">It scales another number of classes than there are.</exception>
    public Calibration Calibration { get; set => field = Calibration.RequireFitting(value, Classes); } = new();

    /// <summary>The number of trainable parameters.</summary>
    /// <exception cref="ObjectDisposedException">The network was disposed.</exception>
    public long ParameterCount => NetworkSize.ParametersOf(this);

    /// <summary>
    /// Multiply-adds for one image of the options' size, or crop if they have one: convolutions, LSTM and linear layers. They are counted
    /// while the network runs on one face, so no other thread may use it meanwhile.
    /// </summary>
    /// <exception cref="ObjectDisposedException">The network was disposed.</exception>
    public long MultiplyAdds => NetworkSize.MultiplyAddsOf(this, InputSize);

    /// <summary>A weight, whose dtype and device are those of the network.</summary>
    internal abstract Tensor FirstWeight { get; }

    /// <summary>The size of the faces that the first layer sees, of which <see cref="MultiplyAdds"/> are counted.</summary>
    private protected abstract ImageSize InputSize { get; }

    /// <summary>K.</summary>
    private protected abstract int Classes { get; }

    /// <inheritdoc/>
    public abstract NetworkDescription Describe();

    /// <summary>The forward pass with where the network looked on its way.</summary>
    /// <param name="images">As for the forward pass.</param>
    /// <returns>
    /// Logits [N, K], equal to those of the forward pass, and the distributions of the layers that show one, in the order of the pass. The
    /// caller owns all tensors.
    /// </returns>
    /// <exception cref="ArgumentException">The shape, dtype or device is another.</exception>
    /// <exception cref="ObjectDisposedException">The network or the images were disposed.</exception>
    public abstract (Tensor Logits, IReadOnlyList<LayerAttention> Attention) Explain(Tensor images);

    /// <summary>
    /// What the network learns as its authors train it, for a <see cref="Trainer"/> and an <see cref="Evaluator"/>: by default the
    /// cross-entropy of a <see cref="Classification"/>. It holds the network, and does not own it.
    /// </summary>
    public virtual Objective CreateObjective() => new Classification(this);

    /// <inheritdoc/>
    RunningCalls.Call ISharedModule.Hold() => _calls.Begin();

    /// <summary>Frees the weights: now, or when the last call that is under way, in whatever thread, ends.</summary>
    /// <param name="disposing">Whether this is no finalizer, which has nothing to free: handles of weights have finalizers of their own.</param>
    protected override void Dispose(bool disposing) => _calls?.Close(disposing); // null where the constructor threw
}
