using System.Text;
using FacialAttention.Fuzz.Mutations;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace FacialAttention.Fuzz.Targets;

/// <summary>
/// Options as JSON, read and validated by <see cref="FacialAttentionOptions.Load"/> or as
/// <see cref="FacialAttentionServiceCollectionExtensions.AddFacialAttention"/> does.
/// </summary>
internal sealed class OptionsTarget : Target
{
    private static readonly string[] Valid =
    [
        """
        {
          "Variant": "CnnAlstm",
          "Network": {
            "Labels": "calm, tense, other", "ImageHeight": 48, "ImageWidth": 64, "CropHeight": 40, "CropWidth": 40, "PixelMean": 0.5,
            "PixelStandardDeviation": 0.25,
            "BackboneStages": [{"KernelSize": 1, "Channels": 8}, {"KernelSize": 3, "Channels": 16, "Pool": true, "Convolutions": 2, "Shortcut": true, "SqueezeExcitationReduction": 4}],
            "BatchNorm": true,
            "Scoring": "Dot", "LocalAttentionScaling": "AsPrinted", "LstmHiddenSize": 16, "LstmLayers": 1, "Bidirectional": true,
            "CnnHiddenSize": 16, "Dropout": 0.1, "Seed": 3
          },
          "Trainer": {
            "Iterations": 10, "BatchSize": 4, "Optimizer": "SgdNesterov", "LearningRate": 0.01, "Schedule": "Cosine", "WarmupIterations": 2,
            "Momentum": 0.9, "WeightDecay": 0.0001, "DecayedWeights": "ConvolutionAndLinear", "MaxGradientNorm": 5, "LabelSmoothing": 0.1,
            "MixupAlpha": 0.2, "MixupEnd": 0.8, "DistillationShare": 0.5, "DistillationTemperature": 2,
            "Augmentation": {"FlipProbability": 0.5, "AlternateFlips": true, "MaxRotationDegrees": 10, "CropHeight": 40, "CropWidth": 40, "MaxErasedShare": 0.2,
              "CorruptionProbability": 0.1, "MaxCorruptionStrength": 2},
            "AveragingDecay": 0.99, "PatienceValidations": 3, "LearningRateFactors": {"backbone": 0, "classifier.linear": 2},
            "ValidationInterval": 5, "ResumeInterval": 5, "Seed": 3, "Device": "Cuda", "CudaIndex": 1
          }
        }
        """,
        """{"Network": {"Labels": "Fer2013"}, "Trainer": {"Epochs": 3, "Device": "Cpu"}}""",
        "{}",
    ];

    public override string Name => "options";

    public override string Extension => ".json";

    /// <summary>
    /// <see cref="InvalidDataException"/> is what .NET's own reader of JSON files says of text that is none, or has a key twice.
    /// </summary>
    public override IReadOnlyList<Type> Documented { get; } =
        [typeof(InvalidDataException), typeof(OptionsValidationException)];

    public override void Write(string path, Dice dice)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(JsonMutations.Mutate(dice, dice.OneIn(4) ? dice.Pick(Valid) : Valid[0]));
        File.WriteAllBytes(path, dice.OneIn(6) ? ByteMutations.Mutate(dice, bytes, Encoding.UTF8.GetBytes(Valid[0])) : bytes);
    }

    public override void Read(string path, Dice dice)
    {
        if (dice.OneIn(2))
        {
            FacialAttentionOptions recipe = FacialAttentionOptions.Load(path);
            _ = recipe.Network.ValidatedCopy();
            _ = recipe.Trainer.ValidatedCopy();
            return;
        }

        IConfiguration configuration = new ConfigurationBuilder().AddJsonFile(path, optional: false, reloadOnChange: false).Build();
        using ServiceProvider provider = new ServiceCollection().AddFacialAttention(configuration).BuildServiceProvider();
        provider.GetRequiredService<IStartupValidator>().Validate();
        FacialAttentionOptions options = provider.GetRequiredService<IOptions<FacialAttentionOptions>>().Value;
        // What the validator lets pass is what networks and trainers take.
        _ = options.Network.ValidatedCopy();
        _ = options.Trainer.ValidatedCopy();
    }
}
