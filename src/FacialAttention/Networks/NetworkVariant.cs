namespace FacialAttention;

/// <summary>The five networks that the paper compares. Its Table 4 holds the last four, its Figure 4 the first two.</summary>
public enum NetworkVariant
{
    /// <summary>CNN: backbone, then Linear-ReLU-Linear on the flattened features.</summary>
    Cnn,

    /// <summary>CNN-LSTM: backbone, LSTM, mean of the hidden states, Linear.</summary>
    CnnLstm,

    /// <summary>ACNN-LSTM: CNN-LSTM with <see cref="LocalFeatureAttention"/> before the LSTM.</summary>
    AcnnLstm,

    /// <summary>CNN-ALSTM: CNN-LSTM with <see cref="GlobalFeatureAttention"/> in place of the mean.</summary>
    CnnAlstm,

    /// <summary>ACNN-ALSTM: both attention layers; the network that the paper proposes.</summary>
    AcnnAlstm,
}
