using System.Text.Json;
using FacialAttention.Tests.Data;
using FacialAttention.Tests.Files;

namespace FacialAttention.Tests.Samples;

/// <summary>The <c>Train</c> sample on faces of FER2013 with the votes of FER+.</summary>
public sealed class FerPlusSampleTests : IDisposable
{
    private const string Sample = "Train";

    private readonly TemporaryFolder _folder = new();
    private readonly string _csv;
    private readonly string _votes;

    public FerPlusSampleTests()
    {
        List<Fer2013Row> faces = [.. Fer2013Row.Random(12, 1, "Training"), .. Fer2013Row.Random(8, 2, "PublicTest")];
        List<FerPlusRow> votes = [.. faces.Select(face => FerPlusRow.Sure(face.Usage, FerPlusCsv.OfFer2013[face.Emotion]))];
        votes[0] = FerPlusRow.Sure("Training", 9);
        votes[1] = votes[1] with { Votes = [5, 5, 0, 0, 0, 0, 0, 0, 0, 0] };
        votes[12] = FerPlusRow.Sure("PublicTest", 8);
        votes[13] = votes[13] with { Votes = [5, 5, 0, 0, 0, 0, 0, 0, 0, 0] };
        _csv = _folder.Write("fer2013.csv", new Fer2013CsvBuilder().BuildBytes(faces));
        _votes = _folder.Write("fer2013new.csv", FerPlusCsv.BuildBytes(votes));
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Train_Votes_HasEightClassesAndIsMeasuredOnStrictRows()
    {
        string[] train =
        [
            "train", "--data", _csv, "--variant", "cnn", "--iterations", "2", "--batch-size", "4", "--validation-interval", "2", "--threads", "1",
            "--set", "network:cnnHiddenSize=4", "--ferplus", _votes,
        ];

        (int exitCode, string text, string error) = SampleProcess.Run(Sample, _folder.Path, [.. train, "--output", "votes"]);

        error.Should().BeEmpty();
        exitCode.Should().Be(0);
        text.Should().Contain(
            "Faces, official, FER+ labels of an unknown file: training by Votes, validation and test by StrictMajority: 11 training, "
            + "6 validation (selection split), 0 test");
        string checkpoint = _folder.File("votes/checkpoint.safetensors");
        using (ExpressionNetwork network = Checkpoint.Load(checkpoint))
        {
            network.Options.Labels.Should().Be(ExpressionLabels.FerPlus);
        }

        using (JsonDocument results = JsonDocument.Parse(File.ReadAllBytes(_folder.File("votes/results.json"))))
        {
            results.RootElement.GetProperty("validationFacesUnseen").GetInt32().Should().Be(6, "of faces that do not count none is told");
            results.RootElement.GetProperty("validationAccuracyUnseen").GetDouble()
                .Should().Be(results.RootElement.GetProperty("validation").GetProperty("accuracy").GetDouble());
            results.RootElement.GetProperty("run").GetProperty("data").GetProperty("training").GetInt32().Should().Be(11);
        }

        Checkpoint.ReadProvenance(checkpoint)["data"].Should().Be("FER+");
        (exitCode, text, _) = SampleProcess.Run(
            Sample, _folder.Path, "evaluate", "--checkpoint", checkpoint, "--data", _csv, "--ferplus", _votes, "--split", "PublicTest", "--json",
            "--mirrored", "--threads", "1");
        exitCode.Should().Be(0);
        using (JsonDocument result = JsonDocument.Parse(text))
        {
            result.RootElement.EnumerateObject().Select(member => member.Name).Should().Equal("accuracy", "macroF1", "loss", "count", "confusion");
            result.RootElement.GetProperty("count").GetInt32().Should().Be(6);
            result.RootElement.GetProperty("confusion").GetArrayLength().Should().Be(8);
        }

        ShouldFail(
            ["evaluate", "--checkpoint", checkpoint, "--data", _csv, "--split", "PublicTest"],
            "has the eight classes of FER+", "the labels of FER2013", "expected --ferplus fer2013new.csv, or --labels Fer2013");
        (exitCode, _, _) = SampleProcess.Run(
            Sample, _folder.Path, "evaluate", "--checkpoint", checkpoint, "--data", _csv, "--labels", "Fer2013", "--split", "PublicTest");
        exitCode.Should().Be(0, "who says so compares all the same");

        (exitCode, text, error) = SampleProcess.Run(Sample, _folder.Path, [.. train, "--rule", "strict", "--output", "strict"]);
        error.Should().BeEmpty();
        exitCode.Should().Be(0);
        text.Should().Contain("training by StrictMajority, validation and test by StrictMajority: 10 training, 6 validation");
        ShouldFail(
            [.. train, "--rule", "argmax", "--output", "votes", "--resume"], "training by Votes", "training by Argmax");
    }

    [Fact]
    public void Evaluate_NetworkOfSevenClassesOnVotes_NamesTheOption()
    {
        string checkpoint = _folder.File("seven.safetensors");
        using (var network = new ExpressionNetwork(
            NetworkVariant.Cnn, new ExpressionNetworkOptions { BackboneStages = [new(1, 2, Pool: true)], CnnHiddenSize = 2 }))
        {
            Checkpoint.Save(checkpoint, network);
        }

        ShouldFail(
            ["evaluate", "--checkpoint", checkpoint, "--data", _csv, "--ferplus", _votes, "--split", "PublicTest"],
            "knows no Contempt", "fer2013new.csv", "Without --ferplus the labels are the seven of FER2013.");
    }

    [Fact]
    public void AnyCommand_OptionsThatDoNotGoTogether_AreRefused()
    {
        ShouldFail(["train", "--ferplus", _votes], "--ferplus was given while --data is not given; expected fer2013.csv as --data");
        ShouldFail(["train", "--data", _folder.Path, "--ferplus", _votes], $"--ferplus was given while --data is {_folder.Path}");
        ShouldFail(["train", "--data", _csv, "--rule", "strict"], "--rule was given without --ferplus");
        ShouldFail(["train", "--data", _csv, "--ferplus", _votes, "--rule", "most"], "--rule: got 'most', expected votes, strict or argmax.");
        ShouldFail(["train", "--data", _csv, "--ferplus", _votes, "--split", "8:2"], "--split 8:2 was given with --ferplus");
        ShouldFail(["train", "--data", _csv, "--ferplus", _votes, "--labels", "FerPlus"], "--labels was given with --ferplus");
        ShouldFail(["train", "--data", _csv, "--ferplus", ""], "--ferplus: got '', expected the name of a file or folder.");
    }

    [Fact]
    public void Train_VotesInPlaceOfFaces_NamesTheOption()
    {
        ShouldFail(
            ["train", "--data", _votes],
            "these are the votes of FER+ (fer2013new.csv), which have no pixels", "The Train sample takes votes as --ferplus, beside fer2013.csv as --data.");
        ShouldFail(["train", "--data", _csv, "--ferplus", _csv], "these are the labels of FER2013 and no votes; expected fer2013new.csv of FER+");
    }

    private void ShouldFail(string[] arguments, params string[] told)
    {
        (int exitCode, _, string error) = SampleProcess.Run(Sample, _folder.Path, arguments);

        exitCode.Should().Be(2);
        error.Should().ContainAll(told);
    }
}
