using System.Text;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;

// Every property draws the same cases in every run; another seed here draws others.
[assembly: Properties(Replay = "20221125,7")]

namespace FacialAttention.Tests.Properties;

/// <summary>What several properties draw from. All is small, so that hundreds of cases take seconds.</summary>
internal static class Some
{
    public static Gen<int> Seed { get; } = Gen.Choose(0, int.MaxValue);

    public static Gen<bool> Truth { get; } = Gen.Elements(true, false);

    /// <summary>Up to eight characters of all Unicode; those that mean something to JSON or to the file come more often.</summary>
    public static Gen<string> Text { get; } =
        from length in Gen.Choose(0, 8)
        from parts in Gen.OneOf(
            Gen.Elements("\"", "\\", "\n", "\0", "{", "/", "'", "<", "__metadata__", "sha256", "dtype", " ", "\uFEFF", "\u2028"),
            Gen.Choose(0x20, 0x7E).Select(char.ConvertFromUtf32),
            Gen.Choose(0x80, 0xD7FF).Select(char.ConvertFromUtf32),
            Gen.Choose(0xE000, 0xFFFF).Select(char.ConvertFromUtf32),
            Gen.Choose(0x10000, 0x10FFFF).Select(char.ConvertFromUtf32)).ArrayOf(length)
        select string.Concat(parts);

    /// <summary>2 to 6 names; each ends in its own digit, so no two are the same.</summary>
    public static Gen<ExpressionLabels> Labels { get; } =
        from count in Gen.Choose(2, 6)
        from texts in Text.ArrayOf(count)
        select new ExpressionLabels(texts.Select((text, i) => $"{WithoutCommasAndControls(text)}{i}"));

    /// <summary>Options of a network on images of 16 to 20 pixels a side, whose LSTM has at most 100 steps.</summary>
    public static Gen<ExpressionNetworkOptions> NetworkOptions { get; } =
        from labels in Labels
        from height in Gen.Choose(16, 20)
        from width in Gen.Choose(16, 20)
        from isCropped in Truth
        from cropHeight in Gen.Choose(16, height)
        from cropWidth in Gen.Choose(16, width)
        from mean in Number(0, 1)
        from deviation in Number(0.001, 1)
        from stages in Gen.Frequency((1, Gen.Constant<ConvStage[]?>(null)), (7, Stages()))
        from batchNorm in Truth
        from scoring in Member<AttentionScoring>()
        from scaling in Member<LocalAttentionScaling>()
        from hiddenSize in Gen.Choose(1, 5)
        from layers in Gen.Choose(1, 3)
        from bidirectional in Truth
        from cnnHiddenSize in Gen.Choose(1, 6)
        from dropout in Number(0, 0.9)
        from seed in Seed
        select new ExpressionNetworkOptions
        {
            Labels = labels,
            ImageHeight = height,
            ImageWidth = width,
            CropHeight = isCropped ? cropHeight : null,
            CropWidth = isCropped ? cropWidth : null,
            PixelMean = mean,
            PixelStandardDeviation = deviation,
            BackboneStages = stages,
            BatchNorm = batchNorm,
            Scoring = scoring,
            LocalAttentionScaling = scaling,
            LstmHiddenSize = hiddenSize,
            LstmLayers = layers,
            Bidirectional = bidirectional,
            CnnHiddenSize = cnnHiddenSize,
            Dropout = dropout,
            Seed = seed,
        };

    public static Gen<T> Member<T>()
        where T : struct, Enum => Gen.Elements(Enum.GetValues<T>());

    /// <summary>A number between the bounds, and every fourth time one of them.</summary>
    public static Gen<double> Number(double low, double high) => Gen.Frequency(
        (1, Gen.Elements(low, high)), (3, Seed.Select(seed => low + ((high - low) * new SeededRandom(seed).NextDouble()))));

    /// <summary>Nothing half the time, otherwise a number between the bounds.</summary>
    public static Gen<double> Strength(double low, double high) => Gen.OneOf(Gen.Constant(0.0), Number(low, high));

    private static Gen<ConvStage[]?> Stages() =>
        from count in Gen.Choose(1, 3)
        from stages in Stage().ArrayOf(count)
        select (ConvStage[]?)[stages[0] with { Pool = true }, .. stages[1..]];

    private static Gen<ConvStage> Stage() =>
        from kernelSize in Gen.Elements(1, 3, 5)
        from channels in Gen.Choose(1, 4)
        from pool in Truth
        from convolutions in Gen.Frequency((2, Gen.Constant(1)), (1, Gen.Choose(2, 3)))
        from shortcut in Truth
        from reduction in Gen.Choose(0, channels)
        select new ConvStage(kernelSize, channels, pool, convolutions, shortcut, reduction == 0 ? null : reduction);

    private static string WithoutCommasAndControls(string text) =>
        string.Concat(text.EnumerateRunes().Where(rune => rune.Value != ',' && !Rune.IsControl(rune)));
}
