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
            target.copy_(NormAfter(weights, key[..key.LastIndexOf('.')]) is not var (factors, biases) ? weights[key]
                : target.ndim == 4 ? weights[key].to(ScalarType.Float64) * factors.view(-1, 1, 1, 1) // [C', C, k, k]
                : biases);
        }
    }

    /// <summary>
    /// What the norm behind a convolution multiplies each channel by, and then adds, [C'] of Float64 each; null where there is no norm.
    /// </summary>
    /// <param name="weights">The state dict of the network.</param>
    /// <param name="convolution">What the convolution's keys start with.</param>
    public static (Tensor Factors, Tensor Biases)? NormAfter(IReadOnlyDictionary<string, Tensor> weights, string convolution)
    {
        string norm = NormOf(convolution);
        return weights.ContainsKey(norm + "running_var") ? ScalingOf(weights, norm) : null;
    }

    /// <summary>What a norm multiplies each channel by, and then adds, [C] of Float64 each; in the caller's scope.</summary>
    /// <param name="weights">The state dict of the network.</param>
    /// <param name="norm">What the norm's keys start with.</param>
    public static (Tensor Factors, Tensor Biases) ScalingOf(IReadOnlyDictionary<string, Tensor> weights, string norm)
    {
        Tensor factors = Of("weight") / (Of("running_var") + Epsilon).sqrt();
        return (factors, Of("bias") - (Of("running_mean") * factors));

        Tensor Of(string name) => weights[norm + name].to(ScalarType.Float64);
    }

    /// <summary>What the keys of the norm behind a convolution start with: norm for conv, norm2 for conv2; empty for other layers.</summary>
    private static string NormOf(string convolution) =>
        convolution.Split('.') is [.. var outer, var layer] && layer.StartsWith(Convolution, StringComparison.Ordinal)
            ? string.Join('.', [.. outer, Norm + layer[Convolution.Length..], ""])
            : "";
}
