using System.Globalization;
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
            BatchSize = 30,
            LearningRate = 0.001,
            TrainingReportInterval = 100,
            ValidationInterval = 400,
            ValidationBatchSize = 64,
            Seed = 1,
            Device = DevicePreference.Auto,
            CudaIndex = (int?)null,
        });
        typeof(TrainerOptions).GetProperties().Should().HaveCount(10, "a new option belongs into these tests");
    }

    [Theory]
    [InlineData("Iterations", 0, "1 to 100000000")]
    [InlineData("Iterations", 100_000_001, "1 to 100000000")]
    [InlineData("BatchSize", 0, "1 to 65536")]
    [InlineData("BatchSize", 65_537, "1 to 65536")]
    [InlineData("LearningRate", 9.9e-10, "1E-09 to 10")]
    [InlineData("LearningRate", 10.5, "1E-09 to 10")]
    [InlineData("LearningRate", -0.001, "1E-09 to 10")]
    [InlineData("LearningRate", double.NaN, "1E-09 to 10")]
    [InlineData("LearningRate", double.PositiveInfinity, "1E-09 to 10")]
    [InlineData("TrainingReportInterval", 0, "1 to 100000000")]
    [InlineData("TrainingReportInterval", 100_000_001, "1 to 100000000")]
    [InlineData("ValidationInterval", 0, "1 to 100000000")]
    [InlineData("ValidationInterval", 100_000_001, "1 to 100000000")]
    [InlineData("ValidationBatchSize", 0, "1 to 65536")]
    [InlineData("ValidationBatchSize", 65_537, "1 to 65536")]
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
    [InlineData("BatchSize", 1)]
    [InlineData("BatchSize", 65_536)]
    [InlineData("LearningRate", 1e-9)]
    [InlineData("LearningRate", 10.0)]
    [InlineData("TrainingReportInterval", 1)]
    [InlineData("TrainingReportInterval", 100_000_000)]
    [InlineData("ValidationInterval", 1)]
    [InlineData("ValidationInterval", 100_000_000)]
    [InlineData("ValidationBatchSize", 1)]
    [InlineData("ValidationBatchSize", 65_536)]
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
    public void ValidatedCopy_EverythingWrong_ReportsAllFailuresTogether()
    {
        var options = new TrainerOptions
        {
            Iterations = 0,
            BatchSize = 0,
            LearningRate = 0,
            TrainingReportInterval = 0,
            ValidationInterval = 0,
            ValidationBatchSize = 0,
            Seed = -1,
            Device = (DevicePreference)9,
            CudaIndex = 128,
        };

        OptionsValidationException exception =
            options.Invoking(it => it.ValidatedCopy()).Should().Throw<OptionsValidationException>().Which;

        exception.OptionsType.Should().Be<TrainerOptions>();
        exception.Failures.Should().HaveCount(11, "each property, and an index for a device that is not CUDA");
        exception.Failures.Should().OnlyContain(failure => exception.Message.Contains(failure));
        typeof(TrainerOptions).GetProperties().Should().OnlyContain(property => exception.Message.Contains(property.Name + " is "));
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
        var expected = new TrainerOptions
        {
            Iterations = 7,
            BatchSize = 8,
            LearningRate = 0.25,
            TrainingReportInterval = 9,
            ValidationInterval = 10,
            ValidationBatchSize = 11,
            Seed = 12,
            Device = DevicePreference.Cuda,
            CudaIndex = 3,
        };
        Dictionary<string, string?> values = typeof(TrainerOptions).GetProperties().ToDictionary(
            property => property.Name, property => Convert.ToString(property.GetValue(expected), CultureInfo.InvariantCulture));
        IConfiguration configuration = new ConfigurationBuilder().AddInMemoryCollection(values).Build();
        using var culture = new UnderCulture("de-DE");

        configuration.Get<TrainerOptions>(binder => binder.ErrorOnUnknownConfiguration = true).Should().BeEquivalentTo(expected);
    }

    [Fact]
    public void Get_ConfigurationWithATypingError_Throws()
    {
        var values = new Dictionary<string, string?> { ["LearningRat"] = "1" };
        IConfiguration configuration = new ConfigurationBuilder().AddInMemoryCollection(values).Build();

        configuration.Invoking(it => it.Get<TrainerOptions>(binder => binder.ErrorOnUnknownConfiguration = true))
            .Should().Throw<InvalidOperationException>().WithMessage("*LearningRat*");
    }

    [Fact]
    public void Iterations_SetTheNumberOfSteps()
    {
        Observe(options => options.Iterations = 5).TrainingBatches.Should().HaveCount(5);
        Observe(options => options.Iterations = 6).TrainingBatches.Should().HaveCount(6);
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
        };
        using var trainer = new Trainer(network, Options(change), (logits, labels) =>
        {
            if (network.training)
            {
                trainingBatches.Add([.. labels.data<long>()]);
            }
            else
            {
                validationBatches.Add((int)labels.shape[0]);
            }
            return functional.cross_entropy(logits, labels);
        });
        TrainingHistory history = trainer.Fit(Faces, Faces);
        return (history, trainingBatches, images, validationBatches);
    }
}
