using TorchSharp;
using static TorchSharp.torch;

namespace FacialAttention;

/// <summary>
/// Batch norms of a frozen network as part of the convolutions before them: with the statistics fixed, a norm is a factor and a summand
/// for each channel.
/// </summary>
internal static class BatchNormFolding
{
    private const double Epsilon = 1e-5; // that of BatchNorm2d
    private const string Convolution = "conv";
    private const string Norm = "norm";

    /// <summary>A network in evaluation mode that computes as this one does in it, without batch norms; the caller owns it.</summary>
    public static ExpressionNetwork Of(ExpressionNetwork network)
    {
        using RunningCalls.Call held = RequireModule.Hold(network, nameof(network));
        ExpressionNetworkOptions options = network.Options;
        options.BatchNorm = false;
        var folded = new ExpressionNetwork(network.Variant, options) { Calibration = network.Calibration };
        folded.to(network.FirstWeight.device, network.FirstWeight.dtype);
        folded.eval();
        Copy(network, folded);
        return folded;
    }

    /// <summary>Copies the weights of a network into one without batch norms that is the same else.</summary>
    private static void Copy(ExpressionNetwork network, ExpressionNetwork folded)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        Dictionary<string, Tensor> weights = network.state_dict();
        foreach ((string key, Tensor target) in folded.state_dict())
        {
            string norm = NormOf(key);
            if (!weights.TryGetValue(norm + "running_var", out Tensor? variance))
            {
                target.copy_(weights[key]);
                continue;
            }

            Tensor factor = Of("weight") / (variance.to(ScalarType.Float64) + Epsilon).sqrt(); // [C']
            target.copy_(target.ndim == 4
                ? weights[key].to(ScalarType.Float64) * factor.view(-1, 1, 1, 1) // [C', C, k, k]
                : Of("bias") - (Of("running_mean") * factor));

            Tensor Of(string name) => weights[norm + name].to(ScalarType.Float64);
        }
    }
    /// <summary>What the keys of the norm behind a convolution start with: norm for conv, norm2 for conv2; empty for other weights.</summary>
    private static string NormOf(string key) =>
        key.Split('.') is [.. var outer, var layer, _] && layer.StartsWith(Convolution, StringComparison.Ordinal)
            ? string.Join('.', [.. outer, Norm + layer[Convolution.Length..], ""])
            : "";
}
