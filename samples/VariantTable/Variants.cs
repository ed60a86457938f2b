namespace VariantTable;

/// <summary>The five networks by the paper's names.</summary>
internal static class Variants
{
    public const string Cnn = "CNN";
    public const string CnnLstm = "CNN-LSTM";
    public const string AcnnLstm = "ACNN-LSTM";
    public const string CnnAlstm = "CNN-ALSTM";
    public const string AcnnAlstm = "ACNN-ALSTM";

    /// <summary>From the plainest to the paper's best.</summary>
    public static readonly string[] InOrder = [Cnn, CnnLstm, AcnnLstm, CnnAlstm, AcnnAlstm];
}
