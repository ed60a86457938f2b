namespace FacialAttention;

/// <summary>How <see cref="LocalFeatureAttention"/> reads the paper's equation 6 (docs/adr/0001).</summary>
public enum LocalAttentionScaling
{
    /// <summary>Each feature times its weight. The weights sum to 1 over T steps, so features shrink by about T.</summary>
    AsPrinted,

    /// <summary>Each feature times T times its weight: uniform attention leaves the features as they are. Our reading.</summary>
    MeanOne,
}
