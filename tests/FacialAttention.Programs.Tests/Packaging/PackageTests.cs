using System.IO.Compression;
using System.Xml.Linq;
using FacialAttention.Tests.Images;

namespace FacialAttention.Tests.Packaging;

[Trait("Category", "Packaging")]
[Collection(nameof(PackedConsumer))]
public sealed class PackageTests(PackedConsumer consumer)
{
    [Theory]
    [InlineData("FacialAttention.Core")]
    [InlineData("FacialAttention")]
    [InlineData("FacialAttention.Onnx")]
    public void Package_Dependencies_AreTheApprovedOnes(string name) => CheckDependencies(name);

    [Theory]
    [InlineData("FacialAttention.Core")]
    [InlineData("FacialAttention")]
    [InlineData("FacialAttention.Onnx")]
    public void Package_Metadata_IsComplete(string name) => CheckMetadata(name, "MIT");

    [Theory]
    [InlineData("FacialAttention.Core")]
    [InlineData("FacialAttention")]
    [InlineData("FacialAttention.Onnx")]
    public void Package_Files_AreAllThere(string name) => CheckFiles(
        name,
        name == "FacialAttention" ? ["buildTransitive/FacialAttention.targets", "buildTransitive/FacialAttention.LoadNativeTorch.g.cs"] : []);

    [FaceNetworksFact]
    public void Package_OfDetection_HasTheNetworksWithTheirLicence()
    {
        const string name = "FacialAttention.Detection";

        CheckDependencies(name);
        CheckMetadata(name, "MIT AND Apache-2.0");
        CheckFiles(name, ["face_detection.NOTICE.txt"]);
        Read(name, $"lib/net10.0/{name}.dll").Length.Should().BeGreaterThan(1_300_000, "the networks are in it");
    }

    [Theory]
    [InlineData("FacialAttention.Core")]
    [InlineData("FacialAttention")]
    [InlineData("FacialAttention.Onnx")]
    public void Package_WithItsNetwork_IsUnder8MB(string name) =>
        new FileInfo(Path.Combine(consumer.FeedFolder, $"{name}.{consumer.Version}.nupkg")).Length.Should().BeLessThan(8_000_000);

    /// <summary>The README's first example as it stands, in a project of its own that has the packed package.</summary>
    [Fact]
    public void Readme_FirstExampleInAnApplicationOfItsOwn_SaysWhatTheFaceShows()
    {
        string example = PageExamples.OfReadme().First();
        example.Split('\n', StringSplitOptions.RemoveEmptyEntries).Should().HaveCount(4, "three lines beside the using");
        string application = consumer.BuildRecognizer(example);
        FaceDataset faces = SyntheticFaces.Generate(1, seed: 1);
        File.WriteAllBytes(
            Path.Combine(application, "face.png"),
            EncodedImages.EncodeGray(faces.PixelsOf(0), faces.Size.Width, faces.Size.Height, SkiaSharp.SKEncodedImageFormat.Png));

        ProcessRun run = ProcessRun.Run(application, "dotnet", "Consumer.dll").OrThrow();

        using OnnxExpressionRecognizer recognizer = OnnxExpressionRecognizer.LoadPretrained();
        run.Output.TrimEnd().Should().Be(recognizer.Recognize(FaceImage.Load(Path.Combine(application, "face.png"))).ToString());
        run.Error.Should().BeEmpty();
    }

    /// <summary>The tool as users install it, on a picture, with both kinds of pictures that it draws.</summary>
    [FaceNetworksFact]
    public void Tool_InstalledFromItsPackage_WritesItsPictures()
    {
        string folder = consumer.InstallTool();
        FaceDataset faces = SyntheticFaces.Generate(1, seed: 1);
        File.WriteAllBytes(
            Path.Combine(folder, "face.png"),
            EncodedImages.EncodeGray(faces.PixelsOf(0), faces.Size.Width, faces.Size.Height, SkiaSharp.SKEncodedImageFormat.Png));

        ProcessRun run = ProcessRun.Run(
            folder, Path.Combine(folder, "tool", "facial-attention"), "face.png", "--csv", "--overlay", "drawn", "--attention", "maps").OrThrow();

        using OnnxExpressionRecognizer recognizer = OnnxExpressionRecognizer.LoadPretrained();
        run.Output.TrimEnd().Split('\n')[1].Split(',')[7].Should().Be(recognizer.Recognize(FaceImage.Load(Path.Combine(folder, "face.png"))).Label);
        run.Error.Should().BeEmpty();
        foreach (string written in new[] { "drawn", "maps" })
        {
            FaceImage.Load(Path.Combine(folder, written, "face.png")).Width.Should().BeGreaterThan(400);
        }
    }

    [Fact]
    public void Package_CompiledTwice_HasTheSameBytes()
    {
        byte[] packed = Read("FacialAttention", "lib/net10.0/FacialAttention.dll");
        byte[] packedCore = Read("FacialAttention.Core", "lib/net10.0/FacialAttention.Core.dll");

        string folder = consumer.Recompile();

        File.ReadAllBytes(Path.Combine(folder, "FacialAttention.dll")).Should().Equal(packed);
        File.ReadAllBytes(Path.Combine(folder, "FacialAttention.Core.dll")).Should().Equal(packedCore);
    }

    [Fact]
    public void Targets_CompileTheInitializerIntoCSharpExecutablesOnly()
    {
        const string file = "FacialAttention.LoadNativeTorch.g.cs";

        consumer.FilesToCompile().Should().Contain(file);
        consumer.FilesToCompile("OutputType=WinExe").Should().Contain(file);
        consumer.FilesToCompile("OutputType=Library").Should().NotContain(file);
        consumer.FilesToCompile("FacialAttentionLoadNativeTorch=false").Should().NotContain(file);
        consumer.FilesToCompile("LangVersion=8.0").Should().NotContain(file);
        consumer.FilesToCompile("LangVersion=10.0").Should().Contain(file);
    }

    private void CheckDependencies(string name)
    {
        XElement metadata = Metadata(name);
        XNamespace ns = metadata.Name.Namespace;
        string[] lines = [.. metadata.Descendants(ns + "group").SelectMany(group => group.Elements(ns + "dependency").Select(dependency =>
            $"{(string?)group.Attribute("targetFramework")} {(string?)dependency.Attribute("id")} "
            + ((string?)dependency.Attribute("version"))?.Replace(consumer.Version, "(this version)", StringComparison.Ordinal)))];

        string approved = Path.Combine(
            PackedConsumer.RepositoryFolder, "tests", "FacialAttention.Programs.Tests", "Packaging", $"{name}.dependencies.approved.txt");

        lines.Order(StringComparer.Ordinal).Should().Equal(File.ReadAllLines(approved), $"{approved} holds what was agreed upon");
        lines.Should().NotContain(line => line.Contains("libtorch", StringComparison.Ordinal), "the application chooses its libtorch");
        lines.Should().NotContain(
            line => line.Contains(" Microsoft.ML.OnnxRuntime ", StringComparison.Ordinal), "it chooses its native ONNX Runtime too");
    }

    private void CheckMetadata(string name, string licence)
    {
        XElement metadata = Metadata(name);
        XNamespace ns = metadata.Name.Namespace;

        ((string?)metadata.Element(ns + "license")).Should().Be(licence);
        ((string?)metadata.Element(ns + "license")?.Attribute("type")).Should().Be("expression");
        ((string?)metadata.Element(ns + "readme")).Should().Be("README.md");
        ((string?)metadata.Element(ns + "icon")).Should().Be("icon.png");
        ((string?)metadata.Element(ns + "description")).Should().NotBeNullOrWhiteSpace();
        ((string?)metadata.Element(ns + "authors")).Should().NotBeNullOrWhiteSpace();
    }

    private void CheckFiles(string name, string[] added)
    {
        string[] expected = ["README.md", "THIRD-PARTY-NOTICES.md", "icon.png", $"lib/net10.0/{name}.dll", $"lib/net10.0/{name}.xml"];

        string[] files = Files(name, "nupkg");

        files.Should().BeEquivalentTo(expected.Concat(added));
        Files(name, "snupkg").Should().BeEquivalentTo($"lib/net10.0/{name}.pdb");
    }

    private XElement Metadata(string name) => XDocument.Load(new MemoryStream(Read(name, $"{name}.nuspec"))).Root!.Elements().First();

    private string[] Files(string name, string extension)
    {
        using ZipArchive package = Open(name, extension);
        string[] envelope = ["_rels/", "package/", "[Content_Types].xml", $"{name}.nuspec"];
        return [.. package.Entries.Select(entry => entry.FullName)
            .Where(file => !envelope.Any(part => file.StartsWith(part, StringComparison.Ordinal)))];
    }

    private byte[] Read(string name, string file)
    {
        using ZipArchive package = Open(name, "nupkg");
        using Stream stream = package.GetEntry(file)!.Open();
        var content = new MemoryStream();
        stream.CopyTo(content);
        return content.ToArray();
    }

    private ZipArchive Open(string name, string extension) =>
        ZipFile.OpenRead(Path.Combine(consumer.FeedFolder, $"{name}.{consumer.Version}.{extension}"));
}

/// <summary>All that builds, one after the other: two builds of a project at once write the same files. Other classes run beside them.</summary>
[CollectionDefinition(nameof(PackedConsumer))]
public sealed class PackedConsumerCollection : ICollectionFixture<PackedConsumer>;
