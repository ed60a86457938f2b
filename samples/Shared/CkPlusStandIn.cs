using System.Globalization;
using System.Text;
using FacialAttention;

namespace Samples;

/// <summary>
/// Drawn sequences in the layouts of CK+, to try what reads it without a face of a real person: people who go from rest to an expression, labels,
/// landmarks, sequences without a label, and every fourth person in colour. Both layouts of one seed hold the same faces.
/// </summary>
internal static class CkPlusStandIn
{
    private const string MarkName = "drawn-faces.txt";
    private const int LeastFrames = 6;
    private const int MostMoreFrames = 5;
    private const int LastFrames = 3; // that CK+48 has of a sequence
    private const int ColourEvery = 4;
    private const long Purpose = 0xC4_0000_0000; // far from the persons of other drawn faces

    // By the code of the emotion; 0 is neutral.
    private static readonly string[] ClassNames = ["neutral", "anger", "contempt", "disgust", "fear", "happy", "sadness", "surprise"];

    // A quarter of CK+'s 640 x 490.
    private static readonly ImageSize PictureSize = new(Height: 122, Width: 160);

    /// <summary>Whether the folder says that its faces are drawn, lest what is measured on them be taken for figures of CK+.</summary>
    public static bool IsIn(string folder) => File.Exists(Path.Combine(folder, MarkName));

    /// <summary>Draws the data set.</summary>
    /// <param name="folder">Where to; folders are created.</param>
    /// <param name="layout">The layout.</param>
    /// <param name="persons">Persons, at least 1.</param>
    /// <param name="sequences">Labelled sequences of each, 1 to 7, each of another emotion. One more of each second person has no label.</param>
    /// <param name="seed">Other seeds give other persons and sequences.</param>
    /// <param name="cancellationToken">Stops the drawing.</param>
    /// <returns>The number of pictures.</returns>
    public static int Write(string folder, CkPlusLayout layout, int persons, int sequences, int seed, CancellationToken cancellationToken = default)
    {
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, MarkName), "These faces are drawn. They stand in for those of CK+, which are photographs.\n");
        int pictures = 0;
        var options = new ParallelOptions { CancellationToken = cancellationToken };
        Parallel.For(0, persons, options, person =>
        {
            int[] codes = Enumerable.Range(1, ClassNames.Length - 1).OrderBy(code => Mixed(seed, person, code)).Take(sequences).ToArray();
            for (int sequence = 0; sequence < sequences + (person % 2); sequence++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                int code = sequence < sequences ? codes[sequence] : 0;
                Interlocked.Add(ref pictures, Write(folder, layout, person, sequence, code, seed));
            }
        });
        return pictures;
    }

    private static int Write(string folder, CkPlusLayout layout, int person, int sequence, int code, int seed)
    {
        if (layout == CkPlusLayout.Cropped && code == 0)
        {
            return 0;
        }

        bool isColour = person % ColourEvery == ColourEvery - 1;
        string subject = string.Create(CultureInfo.InvariantCulture, $"S{5 + person:D3}");
        string place = string.Create(CultureInfo.InvariantCulture, $"{subject}/{sequence + 1:D3}");
        int frames = LeastFrames + (int)(Mixed(seed, person, 100 + sequence) % (MostMoreFrames + 1));
        IReadOnlyList<SyntheticFrame> drawn = SyntheticFaces.DrawSequence(
            code == 0 ? FacialExpression.Neutral : ExpressionLabels.CkPlus.ExpressionAt(code - 1)!.Value,
            Purpose + person + (100_000L * seed),
            (10L * seed) + sequence,
            frames,
            PictureSize);
        int written = 0;
        for (int frame = layout == CkPlusLayout.Cropped ? frames - LastFrames : 0; frame < frames; frame++, written++)
        {
            string name = string.Create(CultureInfo.InvariantCulture, $"{subject}_{sequence + 1:D3}_{frame + 1:D8}");
            FaceImage picture = isColour ? Tint(drawn[frame].Image) : drawn[frame].Image;
            if (layout == CkPlusLayout.Cropped)
            {
                byte[] face = new FacePreprocessor().ToGray(picture, FaceOf(drawn[frame].Landmarks.Span));
                FaceImage.FromGray(face, new ImageSize(48, 48)).Save(FileIn(folder, ClassNames[code], $"{name}.png"));
                continue;
            }

            picture.Save(FileIn(folder, $"cohn-kanade-images/{place}", $"{name}.png"));
            File.WriteAllText(FileIn(folder, $"Landmarks/{place}", $"{name}_landmarks.txt"), TextOf(drawn[frame].Landmarks.Span));
            if (code > 0 && frame == frames - 1)
            {
                File.WriteAllText(FileIn(folder, $"Emotion/{place}", $"{name}_emotion.txt"), $"   {Scientific(code)}\n");
            }
        }

        return written;
    }

    private static string FileIn(string root, string folder, string name)
    {
        string path = Path.Combine(root, folder);
        Directory.CreateDirectory(path);
        return Path.Combine(path, name);
    }

    /// <summary>A square 1.2 times the longer side of the box of the landmarks, a twentieth of its height above its centre.</summary>
    private static FaceBox FaceOf(ReadOnlySpan<float> points)
    {
        float left = float.MaxValue, top = float.MaxValue, right = float.MinValue, bottom = float.MinValue;
        for (int i = 0; i < points.Length; i += 2)
        {
            (left, right) = (Math.Min(left, points[i]), Math.Max(right, points[i]));
            (top, bottom) = (Math.Min(top, points[i + 1]), Math.Max(bottom, points[i + 1]));
        }

        float side = 1.2f * Math.Max(right - left, bottom - top);
        return new FaceBox(0.5f * (left + right - side), (0.5f * (top + bottom - side)) - (0.05f * (bottom - top)), side, side);
    }

    private static string TextOf(ReadOnlySpan<float> points)
    {
        var text = new StringBuilder();
        for (int i = 0; i < points.Length; i += 2)
        {
            text.Append("   ").Append(Scientific(points[i])).Append("   ").Append(Scientific(points[i + 1])).Append('\n');
        }

        return text.ToString();
    }

    /// <summary>As in "2.2590347e+02".</summary>
    private static string Scientific(double value) => value.ToString("0.0000000e+00", CultureInfo.InvariantCulture);

    /// <summary>A warm tone over a gray picture.</summary>
    private static FaceImage Tint(FaceImage gray)
    {
        ReadOnlySpan<byte> values = gray.Pixels.Span;
        var rgb = new byte[3 * values.Length];
        for (int i = 0; i < values.Length; i++)
        {
            (rgb[3 * i], rgb[(3 * i) + 1], rgb[(3 * i) + 2]) = ((byte)Math.Min(255, values[i] * 6 / 5), values[i], (byte)(values[i] * 3 / 4));
        }

        return FaceImage.FromRgb(rgb, new ImageSize(gray.Height, gray.Width));
    }

    /// <summary>A number without a pattern, the same on every machine.</summary>
    private static ulong Mixed(int seed, int person, int number)
    {
        ulong mixed = ((ulong)(uint)seed << 40) ^ ((ulong)(uint)person << 16) ^ (uint)number;
        for (int i = 0; i < 3; i++)
        {
            mixed = (mixed + 0x9E3779B97F4A7C15) * 0xBF58476D1CE4E5B9;
            mixed ^= mixed >> 29;
        }

        return mixed;
    }
}
