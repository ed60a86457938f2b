namespace FacialAttention;

/// <summary>The names of an exported network's input and outputs.</summary>
internal static class OnnxNames
{
    public const string Images = "images";
    public const string Logits = "logits";
    public const string Probabilities = "probabilities";
    public const string LocalAttention = "local_attention";
    public const string GlobalAttention = "global_attention";
    public const string AttentionMask = "attention_mask";
    public const string PatchGates = "patch_gates";
    public const string Landmarks = "landmarks";

    /// <summary>The outputs that are maps of attention, in the order of a forward pass.</summary>
    public static readonly string[] Attention = [LocalAttention, GlobalAttention, PatchGates, AttentionMask];
}
