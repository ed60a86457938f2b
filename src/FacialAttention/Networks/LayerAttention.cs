using static TorchSharp.torch;

namespace FacialAttention;

/// <summary>
/// What one attention layer of a network saw of a batch of faces: a distribution over the places of its grid of local features.
/// </summary>
/// <param name="Layer">
/// The name of the layer: <c>local_attention</c> and <c>global_attention</c> of an <see cref="ExpressionNetwork"/>, <c>patch_gates</c> of a
/// <see cref="PatchGatedCnn"/>, <c>attention_mask</c> of a <see cref="FerAttNetwork"/>.
/// </param>
/// <param name="Weights">
/// [N, T], where T is <paramref name="GridHeight"/> times <paramref name="GridWidth"/>: row by row from the top left, positive, each face's
/// summing to 1. Whoever called <see cref="FaceNetwork.Explain"/> owns it.
/// </param>
/// <param name="GridHeight">The rows of the grid, which lies over the face, or over the network's crop of it.</param>
/// <param name="GridWidth">The columns of the grid.</param>
public sealed record LayerAttention(string Layer, Tensor Weights, int GridHeight, int GridWidth)
{
    /// <summary>Of a layer that weighs the places of feature maps [N, C, H', W'].</summary>
    internal LayerAttention(string layer, Tensor weights, Tensor maps)
        : this(layer, weights, (int)maps.shape[2], (int)maps.shape[3])
    {
    }
}
