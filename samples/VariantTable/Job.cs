using System.Globalization;
using System.Text.Json.Serialization;
using FacialAttention;
using Samples;

namespace VariantTable;

/// <summary>One network to train with one seed: what can be run apart from all else.</summary>
internal sealed record Job
{
    /// <summary>Counts from 1, in the order of the plan.</summary>
    public required int Number { get; init; }

    /// <summary>As the paper writes it.</summary>
    public required string Variant { get; init; }

    /// <summary>Size of an LSTM hidden state; null for networks without LSTM.</summary>
    public required int? LstmHidden { get; init; }

    public required int? LstmLayers { get; init; }

    public required int Seed { get; init; }

    public required int Iterations { get; init; }

    /// <summary>The fold of persons that tests; null where there are none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public FoldChoice? Fold { get; init; }

    /// <summary>Those that look at the result.</summary>
    public required IReadOnlyList<Experiment> Experiments { get; init; }

    /// <summary>The name of its folder, for example acnn-alstm-512x2-5000-seed1, or cnn-5000-seed1-fold3of10.</summary>
    public string Name => string.Create(
        CultureInfo.InvariantCulture,
        $"{Variant.ToLowerInvariant()}{(LstmHidden is null ? "" : $"-{LstmHidden}x{LstmLayers}")}-{Iterations}-seed{Seed}"
        + $"{(Fold is null ? "" : $"-fold{Fold.Number}of{Fold.Count}")}");

    /// <summary>About how long it takes, in millions of multiply-adds for each iteration's face: convolutions and LSTM. Others take about as long.</summary>
    [JsonIgnore]
    public double Cost
    {
        get
        {
            double width = LstmHidden ?? 0;
            const double Convolutions = 72.9;
            const double StepsOfFourGates = 4 * 36 / 1e6;
            return Iterations * (Convolutions
                + StepsOfFourGates * width * (64 + width)
                + StepsOfFourGates * width * (2 * width) * Math.Max(0, (LstmLayers ?? 0) - 1));
        }
    }

    /// <summary>The network to train, with fresh weights; those of related work in their small sizes.</summary>
    /// <param name="faces">Whose size and labels it has.</param>
    /// <param name="localScaling">How equation 6 is read.</param>
    public FaceNetwork CreateNetwork(FaceDataset faces, LocalAttentionScaling localScaling)
    {
        (int height, int width) = faces.Size;
        switch (Variant)
        {
            case Variants.Pacnn or Variants.Gacnn:
                return new PatchGatedCnn(new()
                {
                    Labels = faces.Labels, ImageHeight = height, ImageWidth = width, GlobalBranch = Variant == Variants.Gacnn, Seed = Seed,
                });
            case Variants.FerAtt:
                return new FerAttNetwork(new() { Labels = faces.Labels, ImageHeight = height, ImageWidth = width, Seed = Seed });
            default:
                return NetworkVariantExtensions.TryParse(Variant, out NetworkVariant variant)
                    ? new ExpressionNetwork(variant, OptionsOf(faces, localScaling))
                    : throw new InvalidDataException($"Got variant '{Variant}'; expected one of {string.Join(", ", Variants.All)}.");
        }
    }

    private ExpressionNetworkOptions OptionsOf(FaceDataset faces, LocalAttentionScaling localScaling)
    {
        var options = new ExpressionNetworkOptions
        {
            Labels = faces.Labels,
            ImageHeight = faces.Size.Height,
            ImageWidth = faces.Size.Width,
            LocalAttentionScaling = localScaling,
            Seed = Seed,
        };
        if (LstmHidden is { } hidden && LstmLayers is { } layers)
        {
            (options.LstmHiddenSize, options.LstmLayers) = (hidden, layers);
        }

        return options;
    }
}
