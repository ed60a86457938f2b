namespace FacialAttention;

/// <summary>
/// How an attention layer scores a feature vector x against its learned query q (paper, equations 1 and 4).
/// The paper names a scoring function and a query of the feature's size but leaves the function open; these are the readings offered.
/// </summary>
public enum AttentionScoring
{
    /// <summary>qᵀ tanh(W x + b), after Bahdanau et al. (2015). The default, our reading of the paper.</summary>
    Additive,

    /// <summary>qᵀ x.</summary>
    Dot,

    /// <summary>qᵀ x / √D, after Vaswani et al. (2017).</summary>
    ScaledDot,
}
