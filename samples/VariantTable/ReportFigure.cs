namespace VariantTable;

/// <summary>A picture of the report.</summary>
/// <param name="Name">Of its file, without .png.</param>
/// <param name="Caption">What it shows; also for those who cannot see it.</param>
/// <param name="Png">The picture.</param>
internal sealed record ReportFigure(string Name, string Caption, byte[] Png);
