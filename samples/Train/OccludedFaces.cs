using FacialAttention;
using TorchSharp;
using static TorchSharp.torch;

namespace Train;

/// <summary>
/// Occlusion sensitivity (Zeiler and Fergus, 2014): each cell of the grid of features is hidden in turn, and the probability of the class that
/// the network says of the whole face is watched.
/// </summary>
internal sealed class OccludedFaces
{
    private const int FacesInABatch = 8;
    private const int Digits = 6; // Float32 tells less than a millionth of probability by chance.

    private OccludedFaces(int rows, int columns, string[] layers) => (Rows, Columns, Layers) = (rows, columns, layers);

    /// <summary>The rows of the grid.</summary>
    public int Rows { get; }

    /// <summary>The columns of the grid.</summary>
    public int Columns { get; }

    /// <summary>The attention layers.</summary>
    public string[] Layers { get; }

    /// <summary>For each face and cell, row by row: how far the probability falls when the cell is hidden.</summary>
    public List<double[]> Falls { get; } = [];

    /// <summary>For each face and cell: how much its gray values deviate from their mean, 0 to 1.</summary>
    public List<double[]> Contrasts { get; } = [];

    /// <summary>For each layer, face and cell: the weight times the number of cells.</summary>
    public List<double[]>[] Weights { get; private init; } = [];

    /// <summary>Looks at faces with one cell hidden by the mean gray of what the network sees of the face.</summary>
    /// <param name="network">In evaluation mode.</param>
    /// <param name="faces">The faces.</param>
    /// <param name="name">The network in messages.</param>
    /// <param name="cancellationToken">Stops between batches.</param>
    /// <exception cref="ArgumentException">The network has no attention layers.</exception>
    public static OccludedFaces Look(ExpressionNetwork network, FaceDataset faces, string name, CancellationToken cancellationToken)
    {
        using var noGrad = no_grad();
        OccludedFaces? result = null;
        for (int start = 0; start < faces.Count; start += FacesInABatch)
        {
            cancellationToken.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            int[] rows = [.. Enumerable.Range(start, Math.Min(FacesInABatch, faces.Count - start))];
            float[][] pictures = [.. rows.Select(row => faces.PixelsOf(row).ToArray().Select(pixel => pixel / 255f).ToArray())];
            (Tensor logits, IReadOnlyList<LayerAttention> attention) = network.Explain(ToImages(network, pictures));
            if (attention.Count == 0)
            {
                throw new ArgumentException($"{name} has no attention layers; expected a network with one, for example of acnn-alstm.");
            }

            result ??= new OccludedFaces(attention[0].GridHeight, attention[0].GridWidth, [.. attention.Select(layer => layer.Layer)])
            {
                Weights = [.. attention.Select(_ => new List<double[]>())],
            };
            result.Add(network, pictures, logits, attention);
        }

        return result!;
    }

    private static Tensor ToImages(ExpressionNetwork network, IReadOnlyCollection<float[]> pictures)
    {
        ImageSize size = SizeOf(network);
        Device device = network.parameters().First().device;
        return tensor(pictures.SelectMany(picture => picture).ToArray(), [pictures.Count, 1, size.Height, size.Width], device: device);
    }

    private static ImageSize SizeOf(ExpressionNetwork network) => network.Describe().Preprocessing.Size;

    private void Add(ExpressionNetwork network, float[][] pictures, Tensor logits, IReadOnlyList<LayerAttention> attention)
    {
        int[][] cells = CellsOf(network);
        var hidden = new List<float[]>();
        foreach (float[] picture in pictures)
        {
            float mean = cells.SelectMany(cell => cell).Average(pixel => picture[pixel]);
            hidden.AddRange(cells.Select(cell => Hide(picture, cell, mean)));
            Contrasts.Add([.. cells.Select(cell => DeviationOf(picture, cell))]);
        }

        int classes = (int)logits.shape[1];
        float[] whole = [.. network.Calibration.Probabilities(logits).cpu().data<float>()];
        float[] partly = [.. network.Calibration.Probabilities(network.call(ToImages(network, hidden))).cpu().data<float>()];
        float[][] weights = [.. attention.Select(layer => layer.Weights.cpu().data<float>().ToArray())];
        for (int face = 0; face < pictures.Length; face++)
        {
            float[] said = whole[(face * classes)..((face + 1) * classes)];
            int label = Array.IndexOf(said, said.Max());
            Falls.Add([.. Enumerable.Range(face * cells.Length, cells.Length)
                .Select(cell => Math.Round(said[label] - partly[(cell * classes) + label], Digits))]);
            for (int layer = 0; layer < weights.Length; layer++)
            {
                Weights[layer].Add([.. weights[layer][(face * cells.Length)..((face + 1) * cells.Length)]
                    .Select(weight => (double)weight * cells.Length)]);
            }
        }
    }

    /// <summary>The pixels of each cell: the grid lies over the middle of a picture that the network sees.</summary>
    private int[][] CellsOf(ExpressionNetwork network)
    {
        ImageSize size = SizeOf(network), seen = network.Describe().Preprocessing.Crop ?? size;
        (int top, int left) = ((size.Height - seen.Height) / 2, (size.Width - seen.Width) / 2);
        return
        [
            .. from row in Enumerable.Range(0, Rows)
               from column in Enumerable.Range(0, Columns)
               let pixels = from y in Part(row, Rows, seen.Height)
                            from x in Part(column, Columns, seen.Width)
                            select ((top + y) * size.Width) + left + x
               select pixels.ToArray(),
        ];

        static IEnumerable<int> Part(int index, int count, int length)
        {
            int first = index * length / count;
            return Enumerable.Range(first, ((index + 1) * length / count) - first);
        }
    }

    private static float[] Hide(float[] picture, int[] pixels, float gray)
    {
        float[] copy = [.. picture];
        foreach (int pixel in pixels)
        {
            copy[pixel] = gray;
        }

        return copy;
    }

    private static double DeviationOf(float[] picture, int[] pixels)
    {
        double mean = pixels.Average(pixel => picture[pixel]);
        return Math.Sqrt(pixels.Average(pixel => (picture[pixel] - mean) * (picture[pixel] - mean)));
    }
}
