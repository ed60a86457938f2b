namespace VariantTable;

/// <summary>The networks by their papers' names.</summary>
internal static class Variants
{
    public const string Cnn = "CNN";
    public const string CnnLstm = "CNN-LSTM";
    public const string AcnnLstm = "ACNN-LSTM";
    public const string CnnAlstm = "CNN-ALSTM";
    public const string AcnnAlstm = "ACNN-ALSTM";

    public const string Pacnn = "pACNN";
    public const string Gacnn = "gACNN";
    public const string FerAtt = "FERAtt";

    /// <summary>From the plainest to the paper's best.</summary>
    public static readonly string[] InOrder = [Cnn, CnnLstm, AcnnLstm, CnnAlstm, AcnnAlstm];

    /// <summary>The paper's best, then networks of related work (its Table 5).</summary>
    public static readonly string[] BesideOthers = [AcnnAlstm, Pacnn, Gacnn, FerAtt];

    /// <summary>All, in the order of reports.</summary>
    public static readonly string[] All = [.. InOrder, .. BesideOthers.Skip(1)];

    public static bool IsRelated(string variant) => variant is Pacnn or Gacnn or FerAtt;
}
