namespace VariantTable;

/// <summary>What the command line of <c>collect</c> asked for.</summary>
/// <param name="Sources">Folders of <c>run</c>, folders with a results.json, or such files.</param>
/// <param name="ReportFolder">Where tables and report go.</param>
/// <param name="IsReproducible">Whether machine, hours and folders are left out, so that equal results make equal files.</param>
internal sealed record CollectSettings(IReadOnlyList<string> Sources, string ReportFolder, bool IsReproducible);
