namespace VariantTable;

/// <summary>Which network was measured, and on what.</summary>
/// <param name="Network">Its name, one of its kind in a measurement.</param>
/// <param name="Group">What it is compared as: its variant where networks differ by seed alone, else its own name.</param>
/// <param name="Seed">That it was trained with; null where it is not known.</param>
/// <param name="Content">The checksum of its file, or the name of one that comes with the package.</param>
/// <param name="Data">The data set.</param>
/// <param name="Part">Which of its faces.</param>
/// <param name="Faces">Their fingerprint.</param>
/// <param name="CorruptionSeed">The seed of what spoils them.</param>
/// <param name="Coverage">The share of clean faces that is to get an answer.</param>
internal sealed record TestedOrigin(
    string Network, string Group, int? Seed, string Content, string Data, string Part, string Faces, long CorruptionSeed, double Coverage);
