namespace FacialAttention;

/// <summary>
/// The number of weights of a network that is not built yet, so that a small file cannot claim a network that fills the memory.
/// </summary>
internal static class WeightCount
{
    /// <summary>Elements of the state dict, running statistics of batch norms included.</summary>
    /// <param name="variant">A defined variant.</param>
    /// <param name="options">Validated options: their ranges keep the sum far below the largest long.</param>
    public static long Of(NetworkVariant variant, ExpressionNetworkOptions options)
    {
        IReadOnlyList<ConvStage> stages = options.BackboneStages ?? ConvBackbone.Paper;
        long featureSize = stages[^1].Channels;
        long sum = OfBackbone(stages, options.BatchNorm);
        if (!variant.HasLstm)
        {
            (int height, int width) = ConvBackbone.OutputSize(stages, options.InputHeight, options.InputWidth);
            return sum
                + OfLinear(featureSize * height * width, options.CnnHiddenSize)
                + OfLinear(options.CnnHiddenSize, options.Labels.Count);
        }

        if (variant.HasLocalAttention)
        {
            sum += OfAttention(featureSize, options.Scoring);
        }

        long hiddenSize = options.LstmHiddenSize;
        long directions = options.Bidirectional ? 2 : 1;
        for (int layer = 0; layer < options.LstmLayers; layer++)
        {
            long inputSize = layer == 0 ? featureSize : directions * hiddenSize;
            sum += directions * (OfLinear(inputSize, 4 * hiddenSize) + OfLinear(hiddenSize, 4 * hiddenSize)); // four gates
        }

        if (variant.HasGlobalAttention)
        {
            sum += OfAttention(directions * hiddenSize, options.Scoring);
        }

        return sum + OfLinear(directions * hiddenSize, options.Labels.Count);
    }

    private static long OfBackbone(IReadOnlyList<ConvStage> stages, bool batchNorm)
    {
        long sum = 0;
        long channels = 1;
        foreach (ConvStage stage in stages)
        {
            sum += channels * stage.KernelSize * stage.KernelSize * stage.Channels;
            sum += batchNorm ? (4L * stage.Channels) + 1 : stage.Channels; // scale, shift, mean, variance, count; or a bias
            channels = stage.Channels;
        }

        return sum;
    }

    private static long OfAttention(long featureSize, AttentionScoring scoring) =>
        featureSize + (scoring == AttentionScoring.Additive ? OfLinear(featureSize, featureSize) : 0);

    private static long OfLinear(long inputSize, long outputSize) => (inputSize * outputSize) + outputSize;
}
