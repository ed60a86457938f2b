using static TorchSharp.torch;

namespace FacialAttention.Tests.Networks;

/// <summary>
/// A network of which is known what it looks at: the one cell of its 4x6 grid that has a bright pixel. All other cells give it nothing, and a face
/// without a bright pixel gives all classes the same probability.
/// </summary>
internal static class OneCellNetwork
{
    public const int Rows = 4;
    public const int Columns = 6;
    private const int Margin = 4; // around the crop of 16x24
    private const int CellSide = 4;

    /// <summary>Height and width of its faces; it sees the centre alone.</summary>
    public static ImageSize Size { get; } = new((Rows * CellSide) + (2 * Margin), (Columns * CellSide) + (2 * Margin));

    /// <param name="query">Above 0 the local attention is on the bright cell, below 0 on all others.</param>
    public static ExpressionNetwork Create(float query)
    {
        var network = new ExpressionNetwork(NetworkVariant.AcnnLstm, new ExpressionNetworkOptions
        {
            Labels = new ExpressionLabels("calm", "tense", "other"),
            ImageHeight = Size.Height,
            ImageWidth = Size.Width,
            CropHeight = Size.Height - (2 * Margin),
            CropWidth = Size.Width - (2 * Margin),
            PixelMean = 0,
            PixelStandardDeviation = 1,
            BatchNorm = false,
            BackboneStages = [new(1, 1, Pool: true), new(1, 1, Pool: true)],
            LstmHiddenSize = 2,
            LstmLayers = 1,
        });
        using var noGrad = no_grad();
        foreach ((string name, TorchSharp.Modules.Parameter parameter) in network.named_parameters())
        {
            float? value = name switch
            {
                "backbone.c1.conv.bias" => -0.6f, // nothing but a bright pixel remains
                "local_attention.score.query" => query,
                _ when name.Contains("bias", StringComparison.Ordinal) => 0,
                _ when name.StartsWith("classifier", StringComparison.Ordinal) => null,
                _ => 1,
            };
            if (value is { } number)
            {
                using TorchSharp.Scalar scalar = number;
                parameter.fill_(scalar);
            }
        }

        return network;
    }

    /// <summary>A dark face with one bright pixel, which the pools of the network pass on to one cell alone.</summary>
    public static FaceImage Face(int row, int column)
    {
        var pixels = new byte[Size.Pixels];
        Array.Fill(pixels, (byte)50);
        pixels[((Margin + (row * CellSide)) * Size.Width) + Margin + (column * CellSide)] = 255;
        return FaceImage.FromGray(pixels, Size);
    }
}
