using System.Globalization;
using System.Text;

namespace FacialAttention.Benchmarks;

/// <summary>A csv of the form and about the size of fer2013.csv, of random pixels.</summary>
internal static class SyntheticCsv
{
    private const int Training = 28709;
    private const int PublicTest = 3589;

    /// <summary>The file, in the folder for temporary files; made if it is not there.</summary>
    public static string Path()
    {
        string path = System.IO.Path.Combine(System.IO.Path.GetTempPath(), "facialattention-benchmark.csv");
        if (!File.Exists(path))
        {
            Write(path + ".tmp");
            File.Move(path + ".tmp", path, overwrite: true);
        }

        return path;
    }

    private static void Write(string path)
    {
        var random = new Random(Report.Seed);
        using var writer = new StreamWriter(path, append: false, new UTF8Encoding(false), bufferSize: 1 << 20);
        writer.Write("emotion,pixels,Usage\n");
        for (int row = 0; row < Training + PublicTest; row++)
        {
            writer.Write((char)('0' + random.Next(ExpressionLabels.Fer2013.Count)));
            for (int i = 0; i < Fer2013Parser.FaceSize.Pixels; i++)
            {
                writer.Write(i == 0 ? ',' : ' ');
                writer.Write(random.Next(256).ToString(CultureInfo.InvariantCulture));
            }

            writer.Write(row < Training ? ",Training\n" : ",PublicTest\n");
        }
    }
}
