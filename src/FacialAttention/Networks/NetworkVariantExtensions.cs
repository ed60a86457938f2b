namespace FacialAttention;

/// <summary>What a <see cref="NetworkVariant"/> is called and made of.</summary>
public static class NetworkVariantExtensions
{
    extension(NetworkVariant variant)
    {
        /// <summary>The name as the paper writes it, for example "ACNN-ALSTM".</summary>
        /// <exception cref="ArgumentOutOfRangeException">The value is not defined.</exception>
        public string PaperName => variant switch
        {
            NetworkVariant.Cnn => "CNN",
            NetworkVariant.CnnLstm => "CNN-LSTM",
            NetworkVariant.AcnnLstm => "ACNN-LSTM",
            NetworkVariant.CnnAlstm => "CNN-ALSTM",
            NetworkVariant.AcnnAlstm => "ACNN-ALSTM",
            _ => throw new ArgumentOutOfRangeException(nameof(variant), variant, $"NetworkVariant {variant} is not defined."),
        };

        internal bool HasLstm => variant != NetworkVariant.Cnn;

        internal bool HasLocalAttention => variant is NetworkVariant.AcnnLstm or NetworkVariant.AcnnAlstm;

        internal bool HasGlobalAttention => variant is NetworkVariant.CnnAlstm or NetworkVariant.AcnnAlstm;

        internal SequencePooling Pooling => variant.HasGlobalAttention ? SequencePooling.Attention : SequencePooling.Mean;
    }

    /// <summary>The variant that the paper calls <paramref name="paperName"/>, upper or lower case.</summary>
    /// <param name="paperName">A name, for example "acnn-alstm".</param>
    /// <param name="variant">The variant, if there is one.</param>
    /// <returns>Whether there is such a variant.</returns>
    public static bool TryParse(string? paperName, out NetworkVariant variant)
    {
        foreach (NetworkVariant candidate in Enum.GetValues<NetworkVariant>())
        {
            if (string.Equals(candidate.PaperName, paperName, StringComparison.OrdinalIgnoreCase))
            {
                variant = candidate;
                return true;
            }
        }

        variant = default;
        return false;
    }
}
