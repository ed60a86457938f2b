using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace FacialAttention;

/// <summary>
/// How a <see cref="Trainer"/> trains. The defaults are the paper's protocol (section 4.2). Settable and bindable from configuration; the
/// trainer validates and copies it once, so later edits change nothing.
/// </summary>
public sealed class TrainerOptions : IValidatableObject
{
    /// <summary>The number of optimizer steps: 1 to 100,000,000, default 5,000 (paper).</summary>
    [OptionRange(1, 100_000_000)]
    public int Iterations { get; set; } = 5000;

    /// <summary>The number of faces in a step: 1 to 65,536, default 30 (paper).</summary>
    [OptionRange(1, 65_536)]
    public int BatchSize { get; set; } = 30;

    /// <summary>Adam's learning rate: 1e-9 to 10, default 0.001 (paper).</summary>
    [OptionRange(1e-9, 10.0)]
    public double LearningRate { get; set; } = 0.001;

    /// <summary>
    /// The chance that a training face is mirrored: 0 to 1, default 0.5. The paper flips faces (section 4.1.2), the chance is our reading.
    /// </summary>
    [OptionRange(0.0, 1.0)]
    public double FlipProbability { get; set; } = 0.5;

    /// <summary>Training loss and error are reported each so many iterations: 1 to 100,000,000, default 100 (paper).</summary>
    [OptionRange(1, 100_000_000)]
    public int TrainingReportInterval { get; set; } = 100;

    /// <summary>
    /// Validation loss and error are measured each so many iterations, and after the last: 1 to 100,000,000, default 400 (paper).
    /// </summary>
    [OptionRange(1, 100_000_000)]
    public int ValidationInterval { get; set; } = 400;

    /// <summary>The number of faces in a step of validation: 1 to 65,536, default 64. Changes speed and memory, not results.</summary>
    [OptionRange(1, 65_536)]
    public int ValidationBatchSize { get; set; } = Evaluator.DefaultBatchSize;

    /// <summary>The seed of data order and augmentation: 0 to 2147483647, default 1.</summary>
    [OptionRange(0, int.MaxValue)]
    public int Seed { get; set; } = 1;

    /// <summary>The device to train on. Default: <see cref="DevicePreference.Auto"/>.</summary>
    [OptionValue]
    public DevicePreference Device { get; set; } = DevicePreference.Auto;

    /// <summary>Which CUDA device, 0 to 127; null, the default, is the first. Only with <see cref="DevicePreference.Cuda"/>.</summary>
    [OptionRange(0, 127)]
    public int? CudaIndex { get; set; }

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (CudaIndex is { } index && Device != DevicePreference.Cuda)
        {
            yield return new ValidationResult(
                $"{nameof(CudaIndex)} is {index} while {nameof(Device)} is {Device}; expected it only with {DevicePreference.Cuda}.");
        }
    }

    /// <summary>A validated copy.</summary>
    /// <exception cref="OptionsValidationException">One or more values are outside their ranges; all of them are named.</exception>
    internal TrainerOptions ValidatedCopy()
    {
        OptionsValidation.ThrowIfInvalid(new TrainerOptionsValidator(), this);
        return (TrainerOptions)MemberwiseClone();
    }
}
