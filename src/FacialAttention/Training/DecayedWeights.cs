namespace FacialAttention;

/// <summary>Which parameters <see cref="TrainerOptions.WeightDecay"/> pulls to zero.</summary>
public enum DecayedWeights
{
    /// <summary>All alike, as PyTorch's optimizers do.</summary>
    All,

    /// <summary>
    /// The weights of convolutions (transposed ones too) and linear layers alone: not biases, norms, attention vectors or the weights of an LSTM
    /// (He et al., 2019, arXiv 1812.01187, section 3.1, "no bias decay"). It goes by the type of the module, whatever its name.
    /// </summary>
    ConvolutionAndLinear,
}
