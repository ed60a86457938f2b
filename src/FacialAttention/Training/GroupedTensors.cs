using TorchSharp;
using static TorchSharp.torch;

namespace FacialAttention;

/// <summary>
/// Operations over many tensors at once, for GPUs: each is a launch or two where TorchSharp makes as many as there are tensors, and none waits
/// for the GPU. They are libtorch's own and none of TorchSharp's, hence the script.
/// </summary>
internal static class GroupedTensors
{
    private static readonly Lazy<jit.CompilationUnit> Script = new(() => jit.compile("""
        def clip(gradients: List[Tensor], largest: float):
            norm = torch.linalg_vector_norm(torch.stack(torch._foreach_norm(gradients, 2)), 2)
            torch._foreach_mul_(gradients, torch.clamp(torch.reciprocal(norm + 1e-6) * largest, max=1.0))
            return 0

        def average(averages: List[Tensor], weights: List[Tensor], kept: float, added: float):
            torch._foreach_mul_(averages, kept)
            torch._foreach_add_(averages, weights, alpha=added)
            return 0

        """));

    /// <summary>Scales gradients down to a norm over all of them, if theirs is larger, as <c>clip_grad_norm_</c> does.</summary>
    public static void ClipNorm(IEnumerable<Tensor> gradients, double largest) => Invoke("clip", [[.. gradients]], largest);

    /// <summary>Moves averages towards weights: <paramref name="kept"/> of the average and the rest of the weight.</summary>
    public static void Average(IEnumerable<Tensor> averages, IEnumerable<Tensor> weights, double kept) =>
        Invoke("average", [[.. averages], [.. weights]], kept, 1 - kept);

    private static void Invoke(string function, Tensor[][] lists, params double[] numbers)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        TorchScript.Invoke(Script.Value, function, lists, numbers);
    }
}
