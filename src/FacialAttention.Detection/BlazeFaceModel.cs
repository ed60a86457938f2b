using System.Numerics;
using System.Reflection;

namespace FacialAttention;

/// <summary>One of the two networks: its file, which the build embeds, and the places that its outputs are about.</summary>
internal sealed class BlazeFaceModel
{
    /// <summary>Values that an anchor has: centre, width and height of a box, and six points, of which two are the ears.</summary>
    public const int ValuesPerAnchor = 16;

    private BlazeFaceModel(BlazeFaceRange range, int side, Vector2[] anchors) => (Range, Side, Anchors) = (range, side, anchors);

    public BlazeFaceRange Range { get; }

    /// <summary>Of the square that the network sees.</summary>
    public int Side { get; }

    /// <summary>The centres of the anchors, in pixels of the square, in the order of the outputs. All are as large as the square.</summary>
    public IReadOnlyList<Vector2> Anchors { get; }

    /// <summary>Whether the build had npm, and the network to embed.</summary>
    public static bool IsEmbedded => Open(BlazeFaceRange.Full) is not null;

    /// <exception cref="ArgumentOutOfRangeException">There is no such network.</exception>
    public static BlazeFaceModel Of(BlazeFaceRange range) => Require.Defined(range, nameof(range)) == BlazeFaceRange.Full
        ? new BlazeFaceModel(range, 192, [.. Grid(192, cells: 48, perCell: 1)])
        : new BlazeFaceModel(range, 128, [.. Grid(128, cells: 16, perCell: 2), .. Grid(128, cells: 8, perCell: 6)]);

    /// <summary>The network as an ONNX model of an input [1, 3, side, side].</summary>
    /// <exception cref="InvalidOperationException">This build has none.</exception>
    public byte[] ToOnnx()
    {
        using Stream? file = Open(Range);
        return ToOnnx(file, FileName(Range));
    }

    /// <param name="file">The .tflite file; null if this build has none.</param>
    /// <param name="name">What messages call it.</param>
    internal static byte[] ToOnnx(Stream? file, string name)
    {
        if (file is null)
        {
            throw new InvalidOperationException(
                "This build of FacialAttention.Detection holds no network: npm, which brings it, was missing or had no connection when it was "
                + "built. Install Node.js with npm and build src/FacialAttention.Detection again, or reference the package, which holds it.");
        }

        var content = new byte[file.Length];
        file.ReadExactly(content);
        return TfliteConversion.ToOnnx(content, name);
    }

    private static Stream? Open(BlazeFaceRange range) => Assembly.GetExecutingAssembly().GetManifestResourceStream(FileName(range));

    private static string FileName(BlazeFaceRange range) =>
        range == BlazeFaceRange.Full ? "face_detection_full_range.tflite" : "face_detection_short_range.tflite";

    private static IEnumerable<Vector2> Grid(int side, int cells, int perCell) =>
        from y in Enumerable.Range(0, cells)
        from x in Enumerable.Range(0, cells)
        from _ in Enumerable.Range(0, perCell)
        select new Vector2(x + 0.5f, y + 0.5f) * side / cells;
}
