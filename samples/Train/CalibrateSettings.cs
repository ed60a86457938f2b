namespace Train;

/// <summary>What <c>calibrate</c> was asked for.</summary>
/// <param name="Measured">The network, and the faces to fit to: not those it was trained on.</param>
/// <param name="OutputPath">The new checkpoint.</param>
/// <param name="PicturePath">A new .png of reliability and of risk over coverage; null for none.</param>
internal sealed record CalibrateSettings(EvaluateSettings Measured, string OutputPath, string? PicturePath);
