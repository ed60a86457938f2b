using static TorchSharp.torch;

namespace FacialAttention;

/// <summary>All that a <see cref="FerAttNetwork"/> says of a batch of faces. Whoever called <see cref="FerAttNetwork.Look"/> owns the tensors.</summary>
/// <param name="Logits">[N, K].</param>
/// <param name="Embedding">The vectors before the last layer, [N, E].</param>
/// <param name="Attended">The faces as the network paints them for its classifier, [N, 1, H, W], at least 0; clean faces are in [0, 1].</param>
/// <param name="Mask">Between 0 and 1, [N, K, H, W]: what lets the features of each class and place through.</param>
public sealed record FerAttAnswer(Tensor Logits, Tensor Embedding, Tensor Attended, Tensor Mask);
