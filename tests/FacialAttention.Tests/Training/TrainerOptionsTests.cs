using System.Globalization;
using FacialAttention.Tests.Data;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FacialAttention.Tests.Training;

public sealed class TrainerOptionsTests
{
    private static readonly FaceDataset Faces = ToyFaces.Separable(count: 12, seed: 1);

    [Fact]
    public void Constructor_Defaults_AreThePapersProtocol()
    {
        new TrainerOptions().Should().BeEquivalentTo(new
        {
            Iterations = (int?)null,
            Epochs = (int?)null,
            BatchSize = 30,
            Optimizer = OptimizerKind.Adam,
            LearningRate = 0.001,
            Schedule = LearningRateSchedule.Constant,
            WarmupIterations = 0,
            StepIterations = 1000,
            StepFactor = 0.1,
            Momentum = 0.9,
            WeightDecay = 0.0,
            DecayedWeights = DecayedWeights.All,
            MaxGradientNorm = (double?)null,
            LabelSmoothing = 0.0,
            ClassWeighting = ClassWeighting.Equal,
            MixupAlpha = 0.0,
            MixupEnd = 1.0,
            DistillationShare = 0.0,
            DistillationTemperature = 1.0,
            Augmentation = new AugmentationOptions(),
            AveragingDecay = 0.0,
            PatienceValidations = (int?)null,
            AverageMirrored = false,
            LearningRateFactors = (IDictionary<string, double>?)null,
            TrainingReportInterval = 100,
            ValidationInterval = 400,
            ValidationBatchSize = 64,
            ResumeInterval = 500,
            Seed = 1,
            Device = DevicePreference.Auto,
            CudaIndex = (int?)null,
        });
        typeof(TrainerOptions).GetProperties().Should().HaveCount(31, "a new option belongs into these tests");
    }

    [Theory]
    [InlineData("Iterations", 0, "1 to 100000000")]
    [InlineData("Iterations", 100_000_001, "1 to 100000000")]
    [InlineData("Epochs", 0, "1 to 1000000")]
    [InlineData("Epochs", 1_000_001, "1 to 1000000")]
    [InlineData("BatchSize", 0, "1 to 65536")]
    [InlineData("BatchSize", 65_537, "1 to 65536")]
    [InlineData("Optimizer", (OptimizerKind)9, "one of Adam, AdamW, SgdNesterov")]
    [InlineData("LearningRate", 9.9e-10, "1E-09 to 10")]
    [InlineData("LearningRate", 10.5, "1E-09 to 10")]
    [InlineData("LearningRate", -0.001, "1E-09 to 10")]
    [InlineData("LearningRate", double.NaN, "1E-09 to 10")]
    [InlineData("LearningRate", double.PositiveInfinity, "1E-09 to 10")]
    [InlineData("Schedule", (LearningRateSchedule)9, "one of Constant, Cosine, Step")]
    [InlineData("WarmupIterations", -1, "0 to 100000000")]
    [InlineData("WarmupIterations", 100_000_001, "0 to 100000000")]
    [InlineData("StepIterations", 0, "1 to 100000000")]
    [InlineData("StepIterations", 100_000_001, "1 to 100000000")]
    [InlineData("StepFactor", 9e-7, "1E-06 to 1")]
    [InlineData("StepFactor", 1.01, "1E-06 to 1")]
    [InlineData("Momentum", 0.0009, "0.001 to 0.9999")]
    [InlineData("Momentum", 1.0, "0.001 to 0.9999")]
    [InlineData("WeightDecay", -0.01, "0 to 10")]
    [InlineData("WeightDecay", 10.5, "0 to 10")]
    [InlineData("DecayedWeights", (DecayedWeights)9, "one of All, ConvolutionAndLinear")]
    [InlineData("MaxGradientNorm", 9e-7, "1E-06 to 1000000")]
    [InlineData("MaxGradientNorm", 1_000_000.5, "1E-06 to 1000000")]
    [InlineData("MaxGradientNorm", double.NaN, "1E-06 to 1000000")]
    [InlineData("LabelSmoothing", -0.01, "0 to 0.99")]
    [InlineData("LabelSmoothing", 0.991, "0 to 0.99")]
    [InlineData("ClassWeighting", (ClassWeighting)9, "one of Equal, Balanced")]
    [InlineData("MixupAlpha", -0.01, "0 to 100")]
    [InlineData("MixupAlpha", 100.5, "0 to 100")]
    [InlineData("MixupEnd", -0.01, "0 to 1")]
    [InlineData("MixupEnd", 1.01, "0 to 1")]
    [InlineData("DistillationShare", -0.01, "0 to 1")]
    [InlineData("DistillationShare", 1.01, "0 to 1")]
    [InlineData("DistillationTemperature", 0.09, "0.1 to 100")]
    [InlineData("DistillationTemperature", 100.5, "0.1 to 100")]
    [InlineData("AveragingDecay", -0.01, "0 to 0.99999")]
    [InlineData("AveragingDecay", 1.0, "0 to 0.99999")]
    [InlineData("PatienceValidations", 0, "1 to 1000000")]
    [InlineData("PatienceValidations", 1_000_001, "1 to 1000000")]
    [InlineData("TrainingReportInterval", 0, "1 to 100000000")]
    [InlineData("TrainingReportInterval", 100_000_001, "1 to 100000000")]
    [InlineData("ValidationInterval", 0, "1 to 100000000")]
    [InlineData("ValidationInterval", 100_000_001, "1 to 100000000")]
    [InlineData("ValidationBatchSize", 0, "1 to 65536")]
    [InlineData("ValidationBatchSize", 65_537, "1 to 65536")]
    [InlineData("ResumeInterval", 0, "1 to 100000000")]
    [InlineData("ResumeInterval", 100_000_001, "1 to 100000000")]
    [InlineData("Seed", -1, "0 to 2147483647")]
    [InlineData("CudaIndex", -1, "0 to 127")]
    [InlineData("CudaIndex", 128, "0 to 127")]
    [InlineData("Device", (DevicePreference)9, "one of Auto, Cpu, Cuda, Mps")]
    public void ValidatedCopy_OutOfRange_NamesPropertyValueAndRange(string property, object value, string range)
    {
        using var culture = new UnderCulture("de-DE");
        TrainerOptions options = With(property, value);

        options.Invoking(it => it.ValidatedCopy()).Should().Throw<OptionsValidationException>()
            .Which.Failures.Should().ContainSingle()
            .Which.Should().EndWith(string.Create(CultureInfo.InvariantCulture, $"{property} is {value}; expected {range}."));
    }

    [Theory]
    [InlineData("Iterations", 1)]
    [InlineData("Iterations", 100_000_000)]
    [InlineData("Iterations", null)]
    [InlineData("Epochs", 1)]
    [InlineData("Epochs", 1_000_000)]
    [InlineData("Epochs", null)]
    [InlineData("BatchSize", 1)]
    [InlineData("BatchSize", 65_536)]
    [InlineData("Optimizer", OptimizerKind.SgdNesterov)]
    [InlineData("LearningRate", 1e-9)]
    [InlineData("LearningRate", 10.0)]
    [InlineData("Schedule", LearningRateSchedule.Step)]
    [InlineData("WarmupIterations", 0)]
    [InlineData("WarmupIterations", 100_000_000)]
    [InlineData("StepIterations", 1)]
    [InlineData("StepIterations", 100_000_000)]
    [InlineData("StepFactor", 1e-6)]
    [InlineData("StepFactor", 1.0)]
    [InlineData("Momentum", 0.001)]
    [InlineData("Momentum", 0.9999)]
    [InlineData("WeightDecay", 0.0)]
    [InlineData("WeightDecay", 10.0)]
    [InlineData("DecayedWeights", DecayedWeights.ConvolutionAndLinear)]
    [InlineData("MaxGradientNorm", 1e-6)]
    [InlineData("MaxGradientNorm", 1e6)]
    [InlineData("MaxGradientNorm", null)]
    [InlineData("LabelSmoothing", 0.0)]
    [InlineData("LabelSmoothing", 0.99)]
    [InlineData("ClassWeighting", ClassWeighting.Balanced)]
    [InlineData("MixupAlpha", 0.0)]
    [InlineData("MixupAlpha", 100.0)]
    [InlineData("MixupEnd", 0.0)]
    [InlineData("MixupEnd", 1.0)]
    [InlineData("DistillationShare", 0.0)]
    [InlineData("DistillationShare", 1.0)]
    [InlineData("DistillationTemperature", 0.1)]
    [InlineData("DistillationTemperature", 100.0)]
    [InlineData("AveragingDecay", 0.0)]
    [InlineData("AveragingDecay", 0.99999)]
    [InlineData("PatienceValidations", 1)]
    [InlineData("PatienceValidations", 1_000_000)]
    [InlineData("PatienceValidations", null)]
    [InlineData("AverageMirrored", true)]
    [InlineData("TrainingReportInterval", 1)]
    [InlineData("TrainingReportInterval", 100_000_000)]
    [InlineData("ValidationInterval", 1)]
    [InlineData("ValidationInterval", 100_000_000)]
    [InlineData("ValidationBatchSize", 1)]
    [InlineData("ValidationBatchSize", 65_536)]
    [InlineData("ResumeInterval", 1)]
    [InlineData("ResumeInterval", 100_000_000)]
    [InlineData("Seed", 0)]
    [InlineData("Seed", int.MaxValue)]
    [InlineData("CudaIndex", 0)]
    [InlineData("CudaIndex", 127)]
    [InlineData("CudaIndex", null)]
    [InlineData("Device", DevicePreference.Auto)]
    [InlineData("Device", DevicePreference.Mps)]
    public void ValidatedCopy_AtTheBounds_IsAnEqualCopy(string property, object? value)
    {
        TrainerOptions options = With(property, value);

        TrainerOptions copy = options.ValidatedCopy();

        copy.Should().NotBeSameAs(options);
        copy.Should().BeEquivalentTo(options);
    }

    [Fact]
    public void ValidatedCopy_EditsOfTheOriginal_ChangeNothing()
    {
        TrainerOptions options = Unusual();
        TrainerOptions copy = options.ValidatedCopy();

        options.BatchSize = 999;
        options.Augmentation.MaxScale = 0.5;
        options.LearningRateFactors!["head"] = 9;
        options.LearningRateFactors["backbone"] = 9;

        copy.Should().BeEquivalentTo(Unusual());
    }

    [Fact]
    public void ValidatedCopy_EverythingWrong_ReportsAllFailuresTogether()
    {
        var options = new TrainerOptions
        {
            Iterations = 0,
            Epochs = 0,
            BatchSize = 0,
            Optimizer = (OptimizerKind)9,
            LearningRate = 0,
            Schedule = (LearningRateSchedule)9,
            WarmupIterations = -1,
            StepIterations = 0,
            StepFactor = 0,
            Momentum = 0,
            WeightDecay = -1,
            DecayedWeights = (DecayedWeights)9,
            MaxGradientNorm = 0,
            LabelSmoothing = 1,
            ClassWeighting = (ClassWeighting)9,
            MixupAlpha = -1,
            MixupEnd = -1,
            DistillationShare = -1,
            DistillationTemperature = 0,
            Augmentation = AugmentationOptionsTests.Impossible(),
            AveragingDecay = 1,
            PatienceValidations = 0,
            LearningRateFactors = new Dictionary<string, double> { ["backbone"] = -1, ["head"] = 1 },
            TrainingReportInterval = 0,
            ValidationInterval = 0,
            ValidationBatchSize = 0,
            ResumeInterval = 0,
            Seed = -1,
            Device = (DevicePreference)9,
            CudaIndex = 128,
        };

        OptionsValidationException exception =
            options.Invoking(it => it.ValidatedCopy()).Should().Throw<OptionsValidationException>().Which;

        exception.OptionsType.Should().Be<TrainerOptions>();
        exception.Failures.Should().HaveCount(
            28 + 12 + 3, "each property, each of the augmentation, a factor, an index for a device that is not CUDA, two budgets");
        exception.Failures.Should().OnlyContain(failure => exception.Message.Contains(failure));
        IEnumerable<string> ranged = typeof(TrainerOptions).GetProperties().Select(property => property.Name)
            .Except(["Augmentation", "AverageMirrored", "LearningRateFactors"])
            .Concat(typeof(AugmentationOptions).GetProperties().Select(property => property.Name))
            .Except(["AlternateFlips"]);
        ranged.Should().OnlyContain(name => exception.Message.Contains(name + " is "));
        exception.Message.Should().Contain(nameof(TrainerOptions.LearningRateFactors) + " has ");
    }

    [Fact]
    public void ValidatedCopy_IterationsAndEpochs_AreRefusedTogether()
    {
        ShouldFail(new TrainerOptions { Iterations = 70, Epochs = 3 }, "Iterations is 70 and Epochs is 3; expected at most one of them.");
    }

    [Fact]
    public void ValidatedCopy_WithoutAugmentation_SaysSo()
    {
        ShouldFail(new TrainerOptions { Augmentation = null! }, "Augmentation is null; expected options.");
    }

    [Fact]
    public void ValidatedCopy_CropHeightWithoutCropWidth_IsRefused()
    {
        ShouldFail(
            new TrainerOptions { Augmentation = { CropHeight = 40 } },
            "CropHeight is 40 and CropWidth is null; expected both or neither.");
    }

    [Theory]
    [InlineData("backbone", -0.001, "\"backbone\": -0.001")]
    [InlineData("backbone", 1000.5, "\"backbone\": 1000.5")]
    [InlineData("backbone", double.NaN, "\"backbone\": NaN")]
    [InlineData("", 0.5, "\"\": 0.5")]
    public void ValidatedCopy_LearningRateFactorOutOfRange_NamesPartValueAndRange(string part, double factor, string got)
    {
        using var culture = new UnderCulture("de-DE");
        var factors = new Dictionary<string, double> { ["head"] = 1000, [part] = factor, ["x"] = 0 };
        var options = new TrainerOptions { LearningRateFactors = factors };

        ShouldFail(options, $"LearningRateFactors has {got}; expected the name of a part and 0 to 1000.");
    }

    [Theory]
    [InlineData(DevicePreference.Auto)]
    [InlineData(DevicePreference.Cpu)]
    [InlineData(DevicePreference.Mps)]
    public void ValidatedCopy_CudaIndexForAnotherDevice_SaysSo(DevicePreference device)
    {
        var options = new TrainerOptions { Device = device, CudaIndex = 1 };

        options.Invoking(it => it.ValidatedCopy()).Should().Throw<OptionsValidationException>()
            .Which.Failures.Should().ContainSingle()
            .Which.Should().EndWith($"CudaIndex is 1 while Device is {device}; expected it only with Cuda.");
    }

    [Fact]
    public void Get_Configuration_SetsEveryOption()
    {
        TrainerOptions expected = Unusual();
        expected.Epochs = 77; // Not together with iterations, but that is for the validator to say.
        IEnumerable<KeyValuePair<string, string?>> values = typeof(TrainerOptions).GetProperties()
            .Where(property => property.Name is not (nameof(TrainerOptions.Augmentation) or nameof(TrainerOptions.LearningRateFactors)))
            .Select(property => KeyValuePair.Create(
                property.Name, Convert.ToString(property.GetValue(expected), CultureInfo.InvariantCulture)))
            .Concat(AugmentationOptionsTests.Configured(expected.Augmentation, "Augmentation:"))
            .Concat(expected.LearningRateFactors!.Select(entry => KeyValuePair.Create(
                "LearningRateFactors:" + entry.Key, (string?)entry.Value.ToString(CultureInfo.InvariantCulture))));
        IConfiguration configuration = new ConfigurationBuilder().AddInMemoryCollection(values).Build();
        using var culture = new UnderCulture("de-DE");

        configuration.Get<TrainerOptions>(binder => binder.ErrorOnUnknownConfiguration = true).Should().BeEquivalentTo(expected);
    }

    [Theory]
    [InlineData("LearningRat", "LearningRat")]
    [InlineData("Augmentation:MaxScal", "MaxScal")]
    public void Get_ConfigurationWithATypingError_Throws(string key, string named)
    {
        var values = new Dictionary<string, string?> { [key] = "1" };
        IConfiguration configuration = new ConfigurationBuilder().AddInMemoryCollection(values).Build();

        configuration.Invoking(it => it.Get<TrainerOptions>(binder => binder.ErrorOnUnknownConfiguration = true))
            .Should().Throw<InvalidOperationException>().WithMessage($"*'{named}'*");
    }

    [Fact]
    public void Iterations_SetTheNumberOfSteps()
    {
        Observe(options => options.Iterations = 5).TrainingBatches.Should().HaveCount(5);
        Observe(options => options.Iterations = 6).TrainingBatches.Should().HaveCount(6);
    }

    [Theory]
    [InlineData(1, 5, 3)]
    [InlineData(3, 5, 8)]
    [InlineData(2, 6, 4)]
    [InlineData(1, 20, 1)]
    public void Epochs_SetTheNumberOfStepsRoundedUp(int epochs, int batchSize, int expected)
    {
        Faces.Count.Should().Be(12);

        var run = Observe(options => (options.Iterations, options.Epochs, options.BatchSize) = (null, epochs, batchSize));

        run.TrainingBatches.Should().HaveCount(expected).And.OnlyContain(batch => batch.Length == batchSize);
        run.History.Iterations.Should().Be(expected);
        run.History.Validation[^1].Iteration.Should().Be(expected);
    }

    [Fact]
    public void IterationsFor_NeitherIterationsNorEpochs_IsThePapersNumber()
    {
        new TrainerOptions().IterationsFor(12).Should().Be(5000);
    }

    [Fact]
    public void IterationsFor_MoreEpochsThanCanBeCounted_SaysSo()
    {
        new TrainerOptions { Epochs = 1_000_000, BatchSize = 1 }.Invoking(it => it.IterationsFor(2148)).Should().Throw<ArgumentException>()
            .WithMessage("Epochs is 1000000, which is 2148000000 iterations of 1 of 2148 faces; expected at most 2147483647.");
    }

    [Fact]
    public void ResumeInterval_WithoutAState_HasNoEffect()
    {
        static double[] Losses(int interval) =>
            [.. Observe(options => (options.ResumeInterval, options.TrainingReportInterval) = (interval, 1)).History.Training
                .Select(point => point.Loss)];

        Losses(1).Should().Equal(Losses(500));
    }

    [Fact]
    public void BatchSize_SetsTheFacesInAStep()
    {
        Observe(options => options.BatchSize = 3).TrainingBatches.Should().OnlyContain(batch => batch.Length == 3);
        Observe(options => options.BatchSize = 20).TrainingBatches.Should().OnlyContain(batch => batch.Length == 20, "more than the data");
    }

    [Fact]
    public void LearningRate_SetsTheSizeOfAdamsFirstStep()
    {
        foreach (double rate in (double[])[0.001, 0.125])
        {
            using var network = new TwoLayerNet();
            float[] before = Parameters(network);
            using var trainer = new Trainer(network, Options(options => (options.Iterations, options.LearningRate) = (1, rate)));

            trainer.Fit(Faces, Faces);

            // Adam's first step is the learning rate, for each parameter with a gradient that is not tiny.
            double step = Parameters(network).Zip(before, (after, former) => Math.Abs(after - former)).Max();
            step.Should().BeApproximately(rate, 0.01 * rate);
        }
    }

    [Fact]
    public void FlipProbability_SetsHowManyFacesAreMirrored()
    {
        float[][] known = [.. Faces.Pixels.ToArray().Select(pixel => pixel / 255f).Chunk(ToyFaces.Height * ToyFaces.Width)];
        int Upright(double probability)
        {
            List<float[]> images = Observe(options =>
                (options.Augmentation.FlipProbability, options.BatchSize, options.Iterations) = (probability, 20, 5)).Images;
            return images.Count(image => known.Any(face => face.SequenceEqual(image)));
        }

        Upright(0).Should().Be(100);
        Upright(1).Should().Be(0);
        Upright(0.5).Should().BeInRange(30, 70);
    }

    [Fact]
    public void Intervals_SetWhereThePointsAre()
    {
        TrainingHistory history = Observe(options =>
            (options.Iterations, options.TrainingReportInterval, options.ValidationInterval) = (8, 2, 3)).History;

        history.Training.Select(point => point.Iteration).Should().Equal(2, 4, 6, 8);
        history.Validation.Select(point => point.Iteration).Should().Equal(3, 6, 8);
    }

    [Fact]
    public void ValidationBatchSize_SetsTheFacesInAStepOfValidation()
    {
        Observe(options => options.ValidationBatchSize = 5).ValidationBatches.Should().Equal(5, 5, 2);
        Observe(options => options.ValidationBatchSize = 12).ValidationBatches.Should().Equal(12);
    }

    [Fact]
    public void Seed_SetsTheOrderOfTheData()
    {
        Observe(options => options.Seed = 5).TrainingBatches.SelectMany(batch => batch)
            .Should().NotEqual(Observe(options => options.Seed = 6).TrainingBatches.SelectMany(batch => batch));
    }

    [Fact]
    public void Device_Cpu_IsWhereTheNetworkTrains()
    {
        using var network = new TwoLayerNet();
        using var trainer = new Trainer(network, Options(_ => { }));

        trainer.Fit(Faces, Faces).Device.Device.type.Should().Be(DeviceType.CPU);

        network.parameters().Should().OnlyContain(parameter => parameter.device_type == DeviceType.CPU);
    }

    /// <summary>Every option but the epochs has another value than by default, and a legal one.</summary>
    private static TrainerOptions Unusual() => new()
    {
        Iterations = 7,
        BatchSize = 8,
        Optimizer = OptimizerKind.SgdNesterov,
        LearningRate = 0.25,
        Schedule = LearningRateSchedule.Step,
        WarmupIterations = 13,
        StepIterations = 14,
        StepFactor = 0.375,
        Momentum = 0.75,
        WeightDecay = 0.0625,
        DecayedWeights = DecayedWeights.ConvolutionAndLinear,
        MaxGradientNorm = 1.5,
        LabelSmoothing = 0.125,
        ClassWeighting = ClassWeighting.Balanced,
        MixupAlpha = 0.625,
        MixupEnd = 0.3125,
        DistillationShare = 0.4375,
        DistillationTemperature = 2.5,
        Augmentation = AugmentationOptionsTests.Unusual(),
        AveragingDecay = 0.875,
        PatienceValidations = 15,
        AverageMirrored = true,
        LearningRateFactors = new Dictionary<string, double> { ["backbone"] = 0.5, ["backbone.conv1"] = 0 },
        TrainingReportInterval = 9,
        ValidationInterval = 10,
        ValidationBatchSize = 11,
        ResumeInterval = 16,
        Seed = 12,
        Device = DevicePreference.Cuda,
        CudaIndex = 3,
    };

    private static void ShouldFail(TrainerOptions options, string message) =>
        options.Invoking(it => it.ValidatedCopy()).Should().Throw<OptionsValidationException>()
            .Which.Failures.Should().ContainSingle().Which.Should().EndWith(message);

    private static TrainerOptions With(string property, object? value)
    {
        // An index needs CUDA; the cross-field rule has tests of its own.
        bool isIndex = property == nameof(TrainerOptions.CudaIndex);
        var options = new TrainerOptions { Device = isIndex ? DevicePreference.Cuda : DevicePreference.Cpu };
        typeof(TrainerOptions).GetProperty(property)!.SetValue(options, value);
        return options;
    }

    private static TrainerOptions Options(Action<TrainerOptions> change)
    {
        var options = new TrainerOptions { Iterations = 4, BatchSize = 4, Device = DevicePreference.Cpu };
        change(options);
        return options;
    }

    private static float[] Parameters(TwoLayerNet network) =>
        [.. network.parameters().SelectMany(parameter => parameter.detach().data<float>().ToArray())];

    /// <summary>A run, with the labels of each training batch, its images and the sizes of the validation batches.</summary>
    private static (TrainingHistory History, List<long[]> TrainingBatches, List<float[]> Images, List<int> ValidationBatches) Observe(
        Action<TrainerOptions> change)
    {
        var trainingBatches = new List<long[]>();
        var images = new List<float[]>();
        var validationBatches = new List<int>();
        using var network = new TwoLayerNet();
        network.OnImages = batch =>
        {
            if (network.training)
            {
                images.AddRange(batch.data<float>().ToArray().Chunk(ToyFaces.Height * ToyFaces.Width));
            }
            else
            {
                validationBatches.Add((int)batch.shape[0]);
            }
        };
        var objective = new OwnObjective(network, (logits, labels) =>
        {
            trainingBatches.Add([.. labels.data<long>()]);
            return functional.cross_entropy(logits, labels);
        });
        using var trainer = new Trainer(network, objective, Options(change));
        TrainingHistory history = trainer.Fit(Faces, Faces);
        return (history, trainingBatches, images, validationBatches);
    }
}
