using System.Text;
using FacialAttention.Tests.Files;
using FacialAttention.Tests.Storage;
using TorchSharp;

namespace FacialAttention.Tests.Training;

public sealed class ResumeStateBadInputTests : IDisposable
{
    private static readonly FaceDataset TrainingFaces = ResumeStateTests.Taught(ToyFaces.Noise(count: 23, seed: 1));
    private static readonly FaceDataset ValidationFaces = ToyFaces.Noise(count: 9, seed: 2);

    private readonly TemporaryFolder _folder = new();
    private readonly string _path;

    public ResumeStateBadInputTests()
    {
        _path = _folder.File("run.resume");
        ResumeStateTests.Cancel(ResumeStateTests.Options(OptimizerKind.AdamW), new ResumeState(_path), after: 6);
    }

    public void Dispose() => _folder.Dispose();

    public static TheoryData<Action<TrainerOptions>, string> OtherOptions => new()
    {
        { options => options.Iterations = 21, "options Iterations is 20 there and 21 here" },
        { options => options.BatchSize = 6, "options BatchSize is 5 there and 6 here" },
        { options => options.LearningRate = 0.02, "options LearningRate is 0.01 there and 0.02 here" },
        { options => options.Schedule = LearningRateSchedule.Step, "options Schedule is Cosine there and Step here" },
        { options => options.AveragingDecay = 0, "options AveragingDecay is 0.8 there and 0 here" },
        { options => options.Augmentation.MaxScale = 0.2, "options Augmentation.MaxScale is 0.1 there and 0.2 here" },
        { options => options.LearningRateFactors = null, "options LearningRateFactors is" },
        { options => options.LearningRateFactors!["_layers.last"] = 3, "options LearningRateFactors._layers.last is 2 there and 3 here" },
        { options => options.Optimizer = OptimizerKind.Adam, "options Optimizer is AdamW there and Adam here" },
        { options => options.DecayedWeights = DecayedWeights.All, "options DecayedWeights is ConvolutionAndLinear there and All here" },
        { options => options.MixupEnd = 1, "options MixupEnd is 0.6 there and 1 here" },
        { options => options.Augmentation.AlternateFlips = false, "options Augmentation.AlternateFlips is true there and false here" },
        { options => options.DistillationShare = 0, "options DistillationShare is 0.5 there and 0 here" },
        { options => options.DistillationTemperature = 3, "options DistillationTemperature is 2 there and 3 here" },
        { options => options.Seed = 4, "options Seed is 3 there and 4 here" },
    };

    [Theory]
    [MemberData(nameof(OtherOptions))]
    public void Fit_OtherOptions_AreRefusedByName(Action<TrainerOptions> change, string named)
    {
        TrainerOptions options = ResumeStateTests.Options(OptimizerKind.AdamW);
        change(options);

        Resume<InvalidOperationException>(options).Should().Contain(named).And.Contain("run.resume").And.Contain("another run");
    }

    [Fact]
    public void Fit_SeveralDifferences_AreNamedTogether()
    {
        TrainerOptions options = ResumeStateTests.Options(OptimizerKind.AdamW);
        (options.Seed, options.WeightDecay) = (9, 0.5);

        Resume<InvalidOperationException>(options, training: ResumeStateTests.Taught(ToyFaces.Noise(count: 23, seed: 7)))
            .Should().Contain("Seed is 3").And.Contain("WeightDecay is 0.01").And.Contain("trainingFaces is");
    }

    [Fact]
    public void Fit_OtherData_IsRefusedByName()
    {
        Resume<InvalidOperationException>(training: ResumeStateTests.Taught(ToyFaces.Noise(count: 24, seed: 1)))
            .Should().Contain("trainingFaces is").And.Contain("23 faces of 8 x 10").And.Contain("24 faces of 8 x 10");
        Resume<InvalidOperationException>(validation: ToyFaces.Noise(count: 9, seed: 3)).Should().Contain("validationFaces is");
        float[] other = Enumerable.Repeat((float[])[0.2f, 0.2f, 0.6f], 23).SelectMany(row => row).ToArray();
        Resume<InvalidOperationException>(training: TrainingFaces.WithColumns(new FaceColumns { Teacher = other }))
            .Should().Contain("trainingFaces is", "of another teacher");
    }

    [Fact]
    public void Fit_OtherConditions_AreRefusedByName()
    {
        var state = new ResumeState(_path, new Dictionary<string, string> { ["data"] = "drawn" });

        Resume<InvalidOperationException>(state: state).Should().Contain("conditions data is null there and drawn here");
    }

    [Fact]
    public void Fit_OptionsThatMayDiffer_Continues()
    {
        TrainerOptions options = ResumeStateTests.Options(OptimizerKind.AdamW);
        (options.ResumeInterval, options.Device) = (7, DevicePreference.Auto);
        using var network = new TwoLayerNet(hasNormAndDropout: true);
        using var trainer = new Trainer(network, options);

        trainer.Fit(TrainingFaces, ValidationFaces, new ResumeState(_path)).Iterations.Should().Be(20);
    }

    [Fact]
    public void Fit_OtherNetwork_IsRefusedByTensor()
    {
        using var network = new TwoLayerNet(hasNormAndDropout: true, classes: ToyFaces.Classes + 1);
        using var trainer = new Trainer(network, ResumeStateTests.Options(OptimizerKind.AdamW));

        trainer.Invoking(it => it.Fit(TrainingFaces, ValidationFaces, new ResumeState(_path)))
            .Should().Throw<InvalidDataException>().WithMessage("*'last/_layers.last.weight' is F32 [3, 16]; expected F32 [4, 16].");
    }

    [Fact]
    public void Fit_TruncatedAtAnyPlace_IsRefused()
    {
        byte[] whole = File.ReadAllBytes(_path);
        foreach (int length in (int[])[0, 1, 7, 8, 100, whole.Length / 2, whole.Length - 1])
        {
            File.WriteAllBytes(_path, whole.AsSpan(0, length));

            Resume<InvalidDataException>().Should().Contain("run.resume");
        }
    }

    [Fact]
    public void Fit_AnyByteAltered_IsRefused()
    {
        byte[] whole = File.ReadAllBytes(_path);
        for (int place = 20; place < whole.Length; place += whole.Length / 12)
        {
            byte[] altered = [.. whole];
            altered[place] ^= 1;
            File.WriteAllBytes(_path, altered);

            Resume<InvalidDataException>().Should().Contain("run.resume");
        }
    }

    [Fact]
    public void Fit_ChecksumTakenOut_IsRefused()
    {
        string latin = Encoding.Latin1.GetString(File.ReadAllBytes(_path));
        int start = latin.IndexOf("\"sha256\":", StringComparison.Ordinal);
        int end = latin.IndexOf(',', start) + 1;
        File.WriteAllBytes(_path, Encoding.Latin1.GetBytes(latin[..start] + new string(' ', end - start) + latin[end..]));

        Resume<InvalidDataException>().Should().Contain("no 'sha256'; expected the checksum");
    }

    [Theory]
    [InlineData("0")]
    [InlineData("1")]
    [InlineData("3")]
    [InlineData("one")]
    public void Fit_OtherFormatVersion_IsRefused(string version)
    {
        Rewrite(metadata => metadata["resumeFormatVersion"] = version);

        Resume<InvalidDataException>().Should().Contain($"resumeFormatVersion is \"{version}\"; expected 2.");
    }

    [Theory]
    [InlineData("options")]
    [InlineData("trainingFaces")]
    [InlineData("record")]
    public void Fit_MissingMetadata_IsRefusedByName(string key)
    {
        Rewrite(metadata => metadata.Remove(key));

        Resume<InvalidDataException>().Should().Contain($"no '{key}'");
    }

    [Theory]
    [InlineData("{}x")]
    [InlineData("null")]
    [InlineData("{\"Iteration\":6,\"Iteration\":7}")]
    [InlineData("{\"Iterations\":6}")]
    [InlineData("{\"Iteration\":-6}")]
    [InlineData("{\"Iteration\":21}")]
    [InlineData("{\"Iteration\":6,\"LossSum\":1e309}")]
    [InlineData("{\"Iteration\":6,\"Steps\":7}")]
    [InlineData("{\"Iteration\":6,\"Steps\":-1}")]
    [InlineData("{\"Iteration\":6,\"Errors\":-1}")]
    [InlineData("{\"Iteration\":6,\"Elapsed\":\"-00:00:01\"}")]
    [InlineData("{\"Iteration\":6,\"Elapsed\":\"10675199.02:48:05.4775807\"}")]
    [InlineData("{\"Iteration\":6,\"Training\":[{\"Iteration\":2,\"Loss\":1e309,\"Error\":0.5}]}")]
    [InlineData("{\"Iteration\":6,\"Training\":[{\"Iteration\":2,\"Loss\":1,\"Error\":1.5}]}")]
    [InlineData("{\"Iteration\":6,\"Validation\":[{\"Iteration\":7,\"Loss\":1,\"Error\":0.5}]}")]
    [InlineData("{\"Iteration\":6,\"Validation\":[{\"Iteration\":2,\"Loss\":1,\"Error\":0.5}]}")] // and yet no best one
    [InlineData("{\"Iteration\":6,\"Stopping\":{\"Best\":{\"Iteration\":2,\"Loss\":1,\"Error\":0.5}}}")]
    [InlineData("{\"Iteration\":6,\"Stopping\":{\"Failures\":1}}")]
    [InlineData("{\"Iteration\":6,\"\\ud800\":0}")]
    public void Fit_RecordThatIsNone_IsRefused(string record)
    {
        Rewrite(metadata => metadata["record"] = record);

        Resume<InvalidDataException>().Should().Contain("record");
    }

    [Theory]
    [InlineData("{\"Seed\":3,\"Seed\":4}")]
    [InlineData("{\"Augmentation\":{\"MaxScale\":1,\"MaxScale\":2}}")]
    [InlineData("{\"Seed\":\"\\ud800\"}")]
    [InlineData("{\"\\ud800\":1}")]
    [InlineData("[1]")]
    public void Fit_OptionsThatAreNone_AreRefused(string options)
    {
        Rewrite(metadata => metadata["options"] = options);

        Resume<InvalidDataException>().Should().Contain("run.resume").And.Contain("options is");
    }

    [Theory]
    [InlineData(8, 255)]
    [InlineData(11, 128)]
    [InlineData(12, 0)]
    [InlineData(17, 3)]
    [InlineData(23, 128)]
    public void Fit_DamagedGenerator_IsRefusedBeforeTorchEndsTheProcess(int place, byte value)
    {
        SafetensorsFile file = Safetensors.Read(_path);
        Safetensors.Write(_path, [.. file.Tensors.Select(tensor => tensor.Name == "generator" ? Damaged(tensor) : tensor)], file.Metadata);

        Resume<InvalidDataException>().Should().Contain("tensor 'generator' is no state of torch's generator");

        SafetensorsTensor Damaged(SafetensorsTensor generator)
        {
            byte[] state = generator.Data.ToArray();
            state[place] = value;
            return new SafetensorsTensor(generator.Name, generator.Dtype, [.. generator.Shape], state);
        }
    }

    [Fact]
    public void Fit_MissingOrUnknownOrMisshapenTensor_IsRefusedByName()
    {
        SafetensorsFile file = Safetensors.Read(_path);
        SafetensorsTensor first = file.Tensors.First(tensor => tensor.Name.StartsWith("optimizer/", StringComparison.Ordinal));

        Safetensors.Write(_path, [.. file.Tensors.Where(tensor => tensor != first)], file.Metadata);
        Resume<InvalidDataException>().Should().Contain($"'{first.Name}' is missing");

        var extra = new SafetensorsTensor("extra", first.Dtype, [.. first.Shape], first.Data);
        Safetensors.Write(_path, [.. file.Tensors, extra], file.Metadata);
        Resume<InvalidDataException>().Should().Contain("\"extra\" is unknown");

        var misshapen = new SafetensorsTensor(first.Name, SafetensorsDtype.U8, [first.Data.Length], first.Data);
        Safetensors.Write(_path, [.. file.Tensors.Select(tensor => tensor == first ? misshapen : tensor)], file.Metadata);
        Resume<InvalidDataException>().Should().Contain($"'{first.Name}' is U8");
    }

    [Fact]
    public void Fit_FilesOfAnotherKind_AreRefused()
    {
        File.WriteAllText(_path, "emotion,pixels,Usage\n", Encoding.UTF8);
        Resume<InvalidDataException>().Should().Contain("run.resume");

        Safetensors.Write(_path, [], new Dictionary<string, string> { ["formatVersion"] = "1" });
        Resume<InvalidDataException>().Should().Contain("no 'resumeFormatVersion'");
    }

    [Fact]
    public void Fit_FolderGone_FailsAndSaysSo()
    {
        var state = new ResumeState(Path.Combine(_folder.Path, "gone", "run.resume"));
        using var network = new TwoLayerNet(hasNormAndDropout: true);
        using var trainer = new Trainer(network, ResumeStateTests.Options(OptimizerKind.AdamW));

        trainer.Invoking(it => it.Fit(TrainingFaces, ValidationFaces, state)).Should().Throw<IOException>().WithMessage("*gone*");
    }

    [Fact]
    public void Constructor_NoPath_Throws()
    {
        FluentActions.Invoking(() => new ResumeState("")).Should().Throw<ArgumentException>().WithParameterName("path");
        FluentActions.Invoking(() => new ResumeState(null!)).Should().Throw<ArgumentNullException>().WithParameterName("path");
    }

    private void Rewrite(Action<Dictionary<string, string>> change)
    {
        SafetensorsFile file = Safetensors.Read(_path);
        var metadata = new Dictionary<string, string>(file.Metadata);
        change(metadata);
        Safetensors.Write(_path, file.Tensors, metadata);
    }

    /// <summary>The message with which resuming fails; network, generator and file are then as before.</summary>
    private string Resume<TException>(
        TrainerOptions? options = null, FaceDataset? training = null, FaceDataset? validation = null, ResumeState? state = null)
        where TException : Exception
    {
        using var network = new TwoLayerNet(hasNormAndDropout: true);
        using var trainer = new Trainer(network, options ?? ResumeStateTests.Options(OptimizerKind.AdamW));
        byte[] weights = network.Weights();
        byte[] file = File.ReadAllBytes(_path);

        string message = trainer
            .Invoking(it => it.Fit(training ?? TrainingFaces, validation ?? ValidationFaces, state ?? new ResumeState(_path)))
            .Should().Throw<TException>().Which.Message;

        network.Weights().Should().Equal(weights);
        network.parameters().Should().OnlyContain(parameter => parameter.requires_grad);
        File.ReadAllBytes(_path).Should().Equal(file);
        return message;
    }
}
