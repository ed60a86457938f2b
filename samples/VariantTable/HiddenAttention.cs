namespace VariantTable;

/// <summary>How much of an attention layer lies on what an occlusion hides, in the mean over the faces.</summary>
/// <param name="Layer">The name of the layer.</param>
/// <param name="Area">The hidden share of what the network sees: attention that is even everywhere.</param>
/// <param name="Before">The layer's mass there on the clean faces, 0 to 1.</param>
/// <param name="After">The same on the faces with something in front of them.</param>
/// <param name="Change">The 95 % interval of the difference, paired by face; null for one face.</param>
internal sealed record HiddenAttention(string Layer, double Area, double Before, double After, Interval? Change);
