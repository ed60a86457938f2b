namespace FacialAttention;

/// <summary>How <see cref="AttentiveLstmClassifier"/> turns the T hidden states into one vector.</summary>
public enum SequencePooling
{
    /// <summary>The mean of the hidden states (the paper's "average sampling", section 3.1).</summary>
    Mean,

    /// <summary><see cref="GlobalFeatureAttention"/>: the sum weighted by learned relevance.</summary>
    Attention,
}
