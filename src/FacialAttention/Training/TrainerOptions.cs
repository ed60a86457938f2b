using System.ComponentModel.DataAnnotations;
using System.Globalization;
using Microsoft.Extensions.Options;

namespace FacialAttention;

/// <summary>
/// How a <see cref="Trainer"/> trains. The defaults are the paper's protocol (section 4.2). Settable and bindable from configuration; the
/// trainer validates and copies it once, so later edits change nothing.
/// </summary>
public sealed class TrainerOptions : IValidatableObject
{
    internal const int PaperIterations = 5000;

    /// <summary>
    /// The number of optimizer steps: 1 to 100,000,000; null, the default, for 5,000 (paper) or as many as <see cref="Epochs"/> says.
    /// </summary>
    [OptionRange(1, 100_000_000)]
    public int? Iterations { get; set; }

    /// <summary>
    /// The number of passes over the training faces, in place of <see cref="Iterations"/>: 1 to 1,000,000, default null. The steps are
    /// Epochs times faces over <see cref="BatchSize"/>, rounded up; batches are full and run on from one pass into the next.
    /// </summary>
    [OptionRange(1, 1_000_000)]
    public int? Epochs { get; set; }

    /// <summary>The number of faces in a step: 1 to 65,536, default 30 (paper).</summary>
    [OptionRange(1, 65_536)]
    public int BatchSize { get; set; } = 30;

    /// <summary>How gradients become steps. Default: <see cref="OptimizerKind.Adam"/> (paper).</summary>
    [OptionValue]
    public OptimizerKind Optimizer { get; set; } = OptimizerKind.Adam;

    /// <summary>The learning rate, the highest of the schedule: 1e-9 to 10, default 0.001 (paper).</summary>
    [OptionRange(1e-9, 10.0)]
    public double LearningRate { get; set; } = 0.001;

    /// <summary>How the learning rate changes. Default: <see cref="LearningRateSchedule.Constant"/> (paper).</summary>
    [OptionValue]
    public LearningRateSchedule Schedule { get; set; } = LearningRateSchedule.Constant;

    /// <summary>
    /// Over so many first iterations the learning rate rises in equal steps to its full height: 0 to 100,000,000, default 0.
    /// </summary>
    [OptionRange(0, 100_000_000)]
    public int WarmupIterations { get; set; }

    /// <summary>The length of a step of <see cref="LearningRateSchedule.Step"/>, in iterations: 1 to 100,000,000, default 1,000.</summary>
    [OptionRange(1, 100_000_000)]
    public int StepIterations { get; set; } = 1000;

    /// <summary>What <see cref="LearningRateSchedule.Step"/> multiplies the learning rate by: 1e-6 to 1, default 0.1.</summary>
    [OptionRange(1e-6, 1.0)]
    public double StepFactor { get; set; } = 0.1;

    /// <summary>
    /// The momentum of <see cref="OptimizerKind.SgdNesterov"/>: 0.001 to 0.9999, default 0.9. Without effect on the others.
    /// </summary>
    [OptionRange(0.001, 0.9999)]
    public double Momentum { get; set; } = 0.9;

    /// <summary>How strongly the parameters of <see cref="DecayedWeights"/> are pulled to zero: 0 to 10, default 0.</summary>
    [OptionRange(0.0, 10.0)]
    public double WeightDecay { get; set; }

    /// <summary>
    /// Which parameters <see cref="WeightDecay"/> pulls. Default: <see cref="DecayedWeights.All"/>. Without effect if that is 0.
    /// </summary>
    [OptionValue]
    public DecayedWeights DecayedWeights { get; set; } = DecayedWeights.All;

    /// <summary>
    /// Gradients whose norm over all parameters is larger are scaled down to it: 1e-6 to 1,000,000; null, the default, never.
    /// </summary>
    [OptionRange(1e-6, 1_000_000.0)]
    public double? MaxGradientNorm { get; set; }

    /// <summary>
    /// The share of each training target that is spread evenly over all classes: 0 to 0.99, default 0. Validation has none.
    /// </summary>
    [OptionRange(0.0, 0.99)]
    public double LabelSmoothing { get; set; }

    /// <summary>
    /// Whether faces count alike or by how rare their classes are; with the weights of a dataset, the product. Default:
    /// <see cref="ClassWeighting.Equal"/>. Validation knows the dataset's weights alone.
    /// </summary>
    [OptionValue]
    public ClassWeighting ClassWeighting { get; set; } = ClassWeighting.Equal;

    /// <summary>
    /// Mixes each training face, and its target, with another of the batch (Zhang et al., 2018): the share is drawn for each batch from the
    /// distribution Beta(alpha, alpha) and is at least a half. 0 to 100, default 0, which mixes nothing. Training error is counted against
    /// the largest target of the mixture.
    /// </summary>
    [OptionRange(0.0, 100.0)]
    public double MixupAlpha { get; set; }

    /// <summary>
    /// The share of the iterations, from the first on, in which faces are mixed; the later ones see them as they are: 0 to 1, default 1 (Ge et al.,
    /// 2021, arXiv 2107.08430, who end it before the last twentieth). Without effect if <see cref="MixupAlpha"/> is 0.
    /// </summary>
    [OptionRange(0.0, 1.0)]
    public double MixupEnd { get; set; } = 1;

    /// <summary>
    /// How much of the training loss is the teacher of the dataset (<see cref="FaceColumns.Teacher"/>, for example from a
    /// <see cref="TeacherFile"/>), the rest being cross-entropy to the targets: 0 to 1, default 0. The teacher's part is
    /// T² KL(p || q), where T is <see cref="DistillationTemperature"/>, p the teacher's probabilities to the power 1 / T, scaled to a sum of
    /// 1, and q the softmax of the logits over T (Hinton, Vinyals and Dean, 2015, arXiv 1503.02531). Only with cross-entropy: an objective or
    /// loss of your own says itself what it learns of <see cref="FaceBatch.Teacher"/>.
    /// </summary>
    [OptionRange(0.0, 1.0)]
    public double DistillationShare { get; set; }

    /// <summary>
    /// What teacher and student are softened by: 0.1 to 100, default 1, which takes both as they are. Without effect if
    /// <see cref="DistillationShare"/> is 0.
    /// </summary>
    [OptionRange(0.1, 100.0)]
    public double DistillationTemperature { get; set; } = 1;

    /// <summary>How training faces are changed at random. Default: the paper's flips.</summary>
    [ValidateObjectMembers(typeof(AugmentationOptionsValidator))]
    public AugmentationOptions Augmentation { get; set; } = new();

    /// <summary>
    /// The decay of an exponential moving average of the weights, which is then what is validated and kept: 0 to 0.99999, default 0, which
    /// averages nothing. In iteration i the decay is at most (1 + i) / (10 + i), so the first weights are soon forgotten.
    /// </summary>
    [OptionRange(0.0, 0.99999)]
    public double AveragingDecay { get; set; }

    /// <summary>
    /// Training stops once so many validations in a row were no better than the best: 1 to 1,000,000; null, the default, never. Better is
    /// what <see cref="TrainingHistory.Best"/> says.
    /// </summary>
    [OptionRange(1, 1_000_000)]
    public int? PatienceValidations { get; set; }

    /// <summary>
    /// Whether validation averages the probabilities of each face and its mirror image, which takes twice as long. Default: false.
    /// </summary>
    public bool AverageMirrored { get; set; }

    /// <summary>
    /// For parts of the network, by the beginning of their parameters' names up to a dot (for example <c>backbone</c>), what their learning
    /// rate is multiplied by: 0 to 1,000, where 0 freezes the part, batch norm statistics included. The longest name that fits counts.
    /// Null, the default, for none.
    /// </summary>
    public IDictionary<string, double>? LearningRateFactors { get; set; }

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

    /// <summary>
    /// A <see cref="ResumeState"/>, if one is given, is written each so many iterations: 1 to 100,000,000, default 500.
    /// </summary>
    [OptionRange(1, 100_000_000)]
    public int ResumeInterval { get; set; } = 500;

    /// <summary>The seed of data order, augmentation, mixing and dropout: 0 to 2147483647, default 1.</summary>
    [OptionRange(0, int.MaxValue)]
    public int Seed { get; set; } = 1;

    /// <summary>The device to train on. Default: <see cref="DevicePreference.Auto"/>.</summary>
    [OptionValue]
    public DevicePreference Device { get; set; } = DevicePreference.Auto;

    /// <summary>Which CUDA device, 0 to 127; null, the default, is the first. Only with <see cref="DevicePreference.Cuda"/>.</summary>
    [OptionRange(0, 127)]
    public int? CudaIndex { get; set; }

    IEnumerable<ValidationResult> IValidatableObject.Validate(ValidationContext validationContext)
    {
        if (CudaIndex is { } index && Device != DevicePreference.Cuda)
        {
            yield return new ValidationResult(
                $"{nameof(CudaIndex)} is {index} while {nameof(Device)} is {Device}; expected it only with {DevicePreference.Cuda}.");
        }

        if (Iterations is { } iterations && Epochs is { } epochs)
        {
            yield return new ValidationResult(
                $"{nameof(Iterations)} is {iterations} and {nameof(Epochs)} is {epochs}; expected at most one of them.");
        }

        if (Augmentation is null)
        {
            yield return new ValidationResult($"{nameof(Augmentation)} is null; expected options.");
        }

        foreach ((string part, double factor) in LearningRateFactors ?? new Dictionary<string, double>())
        {
            if (part.Length == 0 || !(factor is >= 0 and <= 1000))
            {
                yield return new ValidationResult(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{nameof(LearningRateFactors)} has {Excerpt.Of(part, 100)}: {factor}; expected the name of a part and 0 to 1000."));
            }
        }
    }

    /// <summary>The number of optimizer steps for so many training faces.</summary>
    /// <exception cref="ArgumentException">The epochs are more iterations than can be counted.</exception>
    internal int IterationsFor(int faces)
    {
        if (Epochs is not { } epochs)
        {
            return Iterations ?? PaperIterations;
        }

        long iterations = (((long)epochs * faces) + BatchSize - 1) / BatchSize;
        return iterations <= int.MaxValue
            ? (int)iterations
            : throw new ArgumentException(
                $"{nameof(Epochs)} is {epochs}, which is {iterations} iterations of {BatchSize} of {faces} faces; expected at most "
                + $"{int.MaxValue}.");
    }

    /// <summary>An objective that also learns from a teacher, if that is asked for.</summary>
    /// <exception cref="ArgumentException">It is asked for, and the objective has a loss of its own.</exception>
    internal Objective WithTeacher(Objective objective)
    {
        if (DistillationShare == 0)
        {
            return objective;
        }

        return objective is Classification { Loss: null } classification
            ? classification.With(new Distillation(DistillationShare, DistillationTemperature))
            : throw new ArgumentException(
                FormattableString.Invariant($"{nameof(DistillationShare)} is {DistillationShare} while the trainer has a loss of its own; ")
                + $"expected 0, and what to learn of {nameof(FaceBatch)}.{nameof(FaceBatch.Teacher)} in that loss.");
    }

    /// <summary>A validated copy.</summary>
    /// <exception cref="OptionsValidationException">One or more values are outside their ranges; all of them are named.</exception>
    internal TrainerOptions ValidatedCopy()
    {
        OptionsValidation.ThrowIfInvalid(new TrainerOptionsValidator(), this);
        var copy = (TrainerOptions)MemberwiseClone();
        copy.Augmentation = Augmentation.Copy();
        copy.LearningRateFactors = LearningRateFactors is null ? null : new Dictionary<string, double>(LearningRateFactors);
        return copy;
    }
}
