namespace Train;

/// <summary>What <c>curves</c> was asked for.</summary>
/// <param name="Runs">Output folders of finished runs.</param>
/// <param name="OutputPath">The picture, a .png.</param>
internal sealed record CurvesSettings(IReadOnlyList<string> Runs, string OutputPath);
