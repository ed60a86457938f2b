namespace FacialAttention.Benchmarks;

/// <summary>Faces to work on; what they show changes no speed.</summary>
internal static class DrawnFaces
{
    private const int Side = 48;

    public static FaceDataset Draw(int count)
    {
        ExpressionLabels labels = ExpressionLabels.Fer2013;
        (byte[] pixels, byte[] classes) = SyntheticFaces.Generate(count, Report.Seed, 0, labels, Side, Side);
        return new FaceDataset(pixels, classes, Side, Side, labels);
    }
}
