namespace VariantTable;

/// <summary>The experiments of the paper's section 4.3, the last of which stands apart: its other networks are of other papers.</summary>
internal enum Experiment
{
    /// <summary>Table 4: the five networks.</summary>
    Table4,

    /// <summary>Figure 3 and Table 3: ACNN-ALSTM by width and depth of its LSTM.</summary>
    Lstm,

    /// <summary>Figure 4: CNN and CNN-LSTM over their training.</summary>
    Curves,

    /// <summary>Table 5: ACNN-ALSTM beside networks of related work.</summary>
    Related,
}
