using System.Security.Cryptography;
using FacialAttention.Tests.Files;
using static TorchSharp.torch;

namespace FacialAttention.Tests.Samples;

/// <summary><c>card</c> of the Train sample, asked about a network that says the same of every face; and the page that it wrote.</summary>
public sealed class CardTests : IDisposable
{
    private const string Start = "<!-- happy: made by samples/Train card -->";
    private const string End = "<!-- end of happy -->";

    private readonly TemporaryFolder _folder = new();

    public CardTests()
    {
        string csv = FerCsv.Write(_folder.File("faces.csv"), ("Training", 14), ("PublicTest", 14));
        string[] rows = File.ReadAllLines(csv);
        File.AppendAllText(csv, rows[^1].Replace("PublicTest", "Training", StringComparison.Ordinal) + "\n"); // a face of both parts
        using var network = new ExpressionNetwork(
            NetworkVariant.Cnn, new ExpressionNetworkOptions { BackboneStages = [new(1, 2, Pool: true)], CnnHiddenSize = 2 });
        using (no_grad())
        {
            foreach ((string name, TorchSharp.Modules.Parameter parameter) in network.named_parameters())
            {
                if (name.StartsWith("classifier.linear", StringComparison.Ordinal))
                {
                    using TorchSharp.Scalar zero = 0f, sure = 3f;
                    parameter.fill_(zero);
                    if (name == "classifier.linear.bias")
                    {
                        using Tensor happy = parameter[ExpressionLabels.Fer2013.IndexOf("Happy")];
                        happy.fill_(sure);
                    }
                }
            }
        }

        Checkpoint.Save(_folder.File("happy.safetensors"), network, new Dictionary<string, string> { ["iteration"] = "7" });
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Card_NetworkThatSaysOneClass_WritesItsFiguresBetweenTheLines()
    {
        File.WriteAllText(_folder.File("page.md"), $"# Mine\n\n{Start}\nstale\n{End}\n\nBelow.\n");

        (int exitCode, _, string error) = Run("--picture", "picture.png");

        (exitCode, error).Should().Be((0, ""));
        string page = File.ReadAllText(_folder.File("page.md"));
        page.Should().StartWith($"# Mine\n\n{Start}\n\n| what | value |\n").And.EndWith($"|\n\n{End}\n\nBelow.\n").And.NotContain("stale");
        string[] lines = page.Split('\n');
        lines.Should().Contain($"| SHA-256 of the file | {HashOf(_folder.File("happy.safetensors"))} |");
        lines.Should().Contain("| Happy | 2 | 2 | 14.3 % (2 of 14) | 100.0 % (2 of 2) | 25.0 % |");
        lines.Should().Contain("| Sad | 2 | 2 | 0 of 0 | 0.0 % (0 of 2) | 0.0 % |");
        lines.Should().Contain("| Sad | 0 | 0 | 0 | 2 | 0 | 0 | 0 |", "rows are the actual classes, columns what was said");
        lines.Should().ContainSingle(line => line.StartsWith("| single view | 14 | 14.3 % | 3.6 % | ", StringComparison.Ordinal));
        lines.Should().ContainSingle(line => line.StartsWith(
            "| single view, without the faces whose pixels also stand in Training (1) | 13 | 15.4 % |", StringComparison.Ordinal));
        lines.Should().Contain("| Surprise | 60 | 0.0 % | Happy (60) |").And.Contain("| all | 420 | 14.3 % |  |");
        File.Exists(_folder.File("picture.png")).Should().BeTrue();

        (exitCode, _, _) = Run();
        exitCode.Should().Be(0);
        File.ReadAllText(_folder.File("page.md")).Should().Be(page, "what is written again replaces itself");
    }

    [Fact]
    public void Card_PageWithoutItsLinesOrARunOfOtherWeights_IsRefused()
    {
        File.WriteAllText(_folder.File("page.md"), $"{Start}\n");
        Directory.CreateDirectory(_folder.File("run"));
        File.Copy(
            Path.Combine(Repository.Root, "docs", "evidence", "ferplus", "compact-14-epochs-seed1.results.json"), _folder.File("run/results.json"));

        (int exitCode, _, string error) = Run();
        exitCode.Should().Be(2);
        error.Should().Contain($"'page.md' has 0 lines '{End}'; expected one");
        File.ReadAllText(_folder.File("page.md")).Should().Be($"{Start}\n");
        File.WriteAllText(_folder.File("page.md"), $"{Start}\n{End}\n");
        (exitCode, _, error) = Run("--run", "run");
        exitCode.Should().Be(2);
        error.Should().Contain("--run: 'run' kept the weights of iteration 5388, while 'happy.safetensors' is of 7; expected the run that made");
    }

    [Fact]
    public void ModelCard_OfEachPretrainedNetwork_HasTheTablesOfItsWeights()
    {
        string page = File.ReadAllText(Path.Combine(Repository.Root, "docs", "model-card.md"));
        string[] files = Directory.GetFiles(Path.Combine(Repository.Root, "src", "Pretrained"), "*.safetensors");

        files.Should().NotBeEmpty();
        foreach (string file in files)
        {
            string name = Path.GetFileNameWithoutExtension(file);
            int start = page.IndexOf($"<!-- {name}: made by samples/Train card -->", StringComparison.Ordinal);
            int end = page.IndexOf($"<!-- end of {name} -->", StringComparison.Ordinal);
            start.Should().BePositive($"{name} has a section");
            page[start..end].Should().Contain(
                $"| SHA-256 of the file | {HashOf(file)} |", "the page says by which command the tables of new weights are written");
        }
    }

    private static string HashOf(string file) => Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(file)));

    private (int ExitCode, string Output, string Error) Run(params string[] more) => SampleProcess.Run(
        "Train", _folder.Path,
        ["card", "--checkpoint", "happy.safetensors", "--data", "faces.csv", "--output", "page.md", "--threads", "1", .. more]);
}
