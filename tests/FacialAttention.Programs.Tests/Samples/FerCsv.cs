using System.Globalization;
using System.Text;

namespace FacialAttention.Tests.Samples;

/// <summary>FER2013 files of drawn faces.</summary>
internal static class FerCsv
{
    /// <summary>Writes <c>emotion,pixels,Usage</c> rows; faces are numbered through the parts, so no two rows are alike.</summary>
    public static string Write(string path, params (string Usage, int Count)[] parts)
    {
        FaceDataset faces = SyntheticFaces.Generate(parts.Sum(part => part.Count), seed: 1);
        var text = new StringBuilder("emotion,pixels,Usage\n");
        int face = 0;
        foreach ((string usage, int count) in parts)
        {
            for (int i = 0; i < count; i++, face++)
            {
                text.Append(CultureInfo.InvariantCulture, $"{faces.LabelOf(face)},");
                text.AppendJoin(' ', faces.PixelsOf(face).ToArray()).Append(CultureInfo.InvariantCulture, $",{usage}\n");
            }
        }

        File.WriteAllText(path, text.ToString());
        return path;
    }
}
