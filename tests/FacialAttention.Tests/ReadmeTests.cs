using System.Globalization;
using System.Reflection;
using System.Text;
using FacialAttention.Tests.Training;

namespace FacialAttention.Tests;

/// <summary>
/// The README's example, compiled as it stands there and run with only the number of iterations replaced; those of the documentation,
/// compiled.
/// </summary>
public sealed class ReadmeTests
{
    [Fact]
    public void Example_OnASmallCsv_TrainsEvaluatesSavesAndLoads()
    {
        string example = PageExamples.OfReadme().Single(code => code.Contains("Iterations = 5000", StringComparison.Ordinal));
        MethodInfo main = CompiledExample.Of(example.Replace("Iterations = 5000", "Iterations = 2", StringComparison.Ordinal)).EntryPoint!;
        string folder = Directory.CreateTempSubdirectory("FacialAttention-readme-").FullName;
        string formerFolder = Directory.GetCurrentDirectory();
        TextWriter formerOutput = Console.Out;
        using var output = new StringWriter(CultureInfo.InvariantCulture);
        try
        {
            Directory.SetCurrentDirectory(folder);
            File.WriteAllText("fer2013.csv", CsvOf(training: 35, publicTest: 14));
            Console.SetOut(output);
            using var culture = new UnderCulture("en-US"); // The example prints for its user, in the user's culture.
            main.Invoke(null, [Array.Empty<string>()]);
            output.ToString().Should().MatchRegex(@"^validation accuracy [0-9]+\.[0-9]\s?%\s*$");
            using ExpressionNetwork restored = Checkpoint.Load("acnn-alstm.safetensors");
            restored.Variant.Should().Be(NetworkVariant.AcnnAlstm);
        }
        finally
        {
            Console.SetOut(formerOutput);
            Directory.SetCurrentDirectory(formerFolder);
            Directory.Delete(folder, recursive: true);
        }
    }

    [Theory]
    [InlineData("training.md", 6)]
    [InlineData("deployment.md", 2)]
    [InlineData("recognition.md", 4)]
    [InlineData("detection.md", 2)]
    [InlineData("extending.md", 2)]
    [InlineData("photos.md", 1)]
    [InlineData("related.md", 1)]
    public void Examples_OfADocument_Compile(string name, int count)
    {
        IReadOnlyList<string> examples = PageExamples.Of($"docs/{name}");

        examples.Should().HaveCount(count);
        examples.Select(example => CompiledExample.Of(example)).Should().NotContainNulls();
    }

    private static string CsvOf(int training, int publicTest)
    {
        FaceDataset faces = SyntheticFaces.Generate(training + publicTest, seed: 1);
        var csv = new StringBuilder("emotion,pixels,Usage\n");
        for (int i = 0; i < faces.Count; i++)
        {
            string row = string.Join(' ', faces.PixelsOf(i).ToArray());
            csv.Append(CultureInfo.InvariantCulture, $"{faces.LabelOf(i)},{row},{(i < training ? "Training" : "PublicTest")}\n");
        }

        return csv.ToString();
    }
}
