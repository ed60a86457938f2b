using TorchSharp;
using static TorchSharp.torch;

namespace FacialAttention;

/// <summary>
/// Square patches cut out of feature maps around points: bilinear, so a point between two cells is not moved to one of them, and shifted
/// inside where they would reach beyond the border. As two products with matrices of weights, which ONNX has too.
/// </summary>
/// <param name="Rows">The weights of the maps' rows, [N, P, S, H].</param>
/// <param name="Columns">The weights of the maps' columns, [N, P, S, W].</param>
internal sealed record PatchSampler(Tensor Rows, Tensor Columns)
{
    /// <summary>Patches of S x S cells around points. In the caller's scope.</summary>
    /// <param name="centres">[N, P, 2]: x, then y, in pixels of the image that the maps are of; for one N all faces have the same.</param>
    /// <param name="maps">The size of the maps.</param>
    /// <param name="size">S, at most each side of the maps.</param>
    /// <param name="cell">
    /// The pixels from one cell to the next. Pools of 3x3 with padding put the centre of the first cell onto that of the first pixel.
    /// </param>
    public static PatchSampler At(Tensor centres, ImageSize maps, int size, int cell) => new(
        Weigh(centres.select(2, 1), maps.Height, size, cell), Weigh(centres.select(2, 0), maps.Width, size, cell));

    /// <summary>Maps [N, C, H, W] to their patches, [N, P C, S, S]. In the caller's scope.</summary>
    public Tensor Cut(Tensor maps)
    {
        (long n, long c, long h, long w) = (maps.shape[0], maps.shape[1], maps.shape[2], maps.shape[3]);
        (long p, long s) = (Rows.shape[1], Rows.shape[2]);
        Tensor byRow = maps.permute(0, 2, 1, 3).reshape(n, h, c * w);
        Tensor rows = Rows.flatten(1, 2).matmul(byRow).view(n, p, s, c, w); // [N, P, S, C, W]
        Tensor byColumn = rows.permute(0, 1, 3, 2, 4).reshape(n, p, c * s, w);
        return byColumn.matmul(Columns.transpose(2, 3)).view(n, p * c, s, s);
    }

    /// <summary>How much of each cell of the maps all patches hold together, each by its weight [N, P]; sums to 1, [N, H W]. In the caller's scope.</summary>
    public Tensor Spread(Tensor weights)
    {
        Tensor rows = Rows.mean([2]) * weights.unsqueeze(2); // [N, P, H]
        Tensor cells = rows.transpose(1, 2).matmul(Columns.mean([2])).flatten(1); // [N, H W]
        return cells / cells.sum(1, keepdim: true);
    }

    private static Tensor Weigh(Tensor centres, int cells, int size, int cell)
    {
        using Scalar half = 0.5, pixels = cell, first = (size - 1) / 2.0, last = cells - 1 - ((size - 1) / 2.0), one = 1, zero = 0,
            allSamples = size, allCells = cells;
        Tensor places = ((centres - half) / pixels).clamp(first, last).unsqueeze(2); // [N, P, 1]
        Tensor samples = places + (arange(allSamples, centres.dtype, centres.device) - first); // [N, P, S]
        Tensor distances = (samples.unsqueeze(3) - arange(allCells, centres.dtype, centres.device)).abs(); // [N, P, S, cells]
        return (one - distances).clamp_min(zero);
    }
}
