using System.Runtime.InteropServices;
using FacialAttention.Tests.Files;
using FacialAttention.Tests.Storage;

namespace FacialAttention.Tests.Training;

public sealed class TeacherFileTests
{
    private static readonly FaceDataset Faces = ToyFaces.Noise(count: 5, seed: 1);
    private static readonly float[] Probabilities = [0.5f, 0.25f, 0.25f, 1, 0, 0, 0.1f, 0.2f, 0.7f, 0.3f, 0.3f, 0.4f, 0, 0.5f, 0.5f];
    private static readonly FaceDataset Taught = Faces.WithColumns(new FaceColumns { Teacher = Probabilities });

    [Fact]
    public void Load_WhatWasSaved_IsTheTeacherOfTheFacesBitForBit()
    {
        using var folder = new TemporaryFolder();
        string path = folder.File("teacher.safetensors");
        FaceColumns others = new() { Weights = new float[] { 1, 0, 2, 1, 1 }, Votes = new byte[15] };

        TeacherFile.Save(path, Taught, new Dictionary<string, string> { ["views"] = "10" });
        FaceDataset loaded = TeacherFile.Load(path, Faces.WithColumns(others));

        loaded.Columns.Teacher!.Value.ToArray().Should().Equal(Probabilities);
        loaded.Columns.Weights.Should().Be(others.Weights);
        loaded.Columns.Votes.Should().Be(others.Votes);
        loaded.Pixels.Should().Be(Faces.Pixels);
        TeacherFile.ReadProvenance(path).Should().BeEquivalentTo(new Dictionary<string, string> { ["views"] = "10" });
        SafetensorsFile file = Safetensors.Read(path);
        file.IsVerified.Should().BeTrue();
        file.Metadata["library"].Should().StartWith("FacialAttention ");
        file.Metadata["labels"].Should().Be("""["Top","Middle","Bottom"]""");
        file.Metadata["faces"].Should().Be(Faces.Fingerprint());
        file.Tensors.Should().ContainSingle().Which.Shape.Should().Equal(5, 3);
    }

    [Fact]
    public void Save_Again_ReplacesTheFileWithTheSameBytes()
    {
        using var folder = new TemporaryFolder();
        string path = folder.File("teacher.safetensors");
        TeacherFile.Save(path, Taught);
        byte[] first = File.ReadAllBytes(path);

        TeacherFile.Save(path, TeacherFile.Load(path, Faces));

        File.ReadAllBytes(path).Should().Equal(first);
        TeacherFile.ReadProvenance(path).Should().BeEmpty();
        Directory.GetFileSystemEntries(folder.Path).Should().ContainSingle();
    }

    [Fact]
    public void Save_FacesWithoutATeacher_IsRefused()
    {
        using var folder = new TemporaryFolder();

        FluentActions.Invoking(() => TeacherFile.Save(folder.File("x"), Faces)).Should().Throw<ArgumentException>()
            .WithMessage("The faces have no teacher; expected the column Teacher.*");
        Directory.GetFileSystemEntries(folder.Path).Should().BeEmpty();
    }

    [Fact]
    public void Load_OtherFaces_SaysWhatDiffers()
    {
        using var folder = new TemporaryFolder();
        string path = folder.File("teacher.safetensors");
        TeacherFile.Save(path, Taught);
        FaceDataset fewer = Faces.Subset([0, 1, 2]);
        FaceDataset otherOrder = Faces.Subset([1, 0, 2, 3, 4]);
        var otherLabels = new FaceDataset(Faces.Pixels.ToArray(), Faces.LabelIndices.ToArray(), Faces.Size, new ExpressionLabels("a", "b", "c"));
        byte[] labels = Faces.LabelIndices.ToArray();
        labels[2] = (byte)((labels[2] + 1) % 3);
        var otherLabel = new FaceDataset(Faces.Pixels.ToArray(), labels, Faces.Size, Faces.Labels);

        ShouldFail(path, fewer, $"'{path}': probabilities are [5, 3]; expected [3, 3], a row for each of the faces.");
        ShouldFail(path, otherLabels, $"'{path}': the labels are \"Top, Middle, Bottom\"; expected those of the faces, \"a, b, c\".");
        ShouldFail(path, otherOrder, $"'{path}': faces is \"{Faces.Fingerprint()}\"; expected that of the faces, \"{otherOrder.Fingerprint()}\".");
        ShouldFail(path, otherLabel, $"'{path}': faces is \"{Faces.Fingerprint()}\"; expected that of the faces, \"{otherLabel.Fingerprint()}\".");
    }

    [Theory]
    [InlineData(3, float.NaN, "The teacher gives face 1 a probability of NaN; expected 0 to 1.*")]
    [InlineData(4, -0.5f, "The teacher gives face 1 a probability of -0.5; expected 0 to 1.*")]
    [InlineData(5, float.PositiveInfinity, "The teacher's probabilities of face 1 have a sum of \u221e; expected 1.*")]
    [InlineData(14, 0.75f, "The teacher's probabilities of face 4 have a sum of 1.25; expected 1.*")]
    public void Load_NoProbabilities_NamesTheFace(int index, float value, string expected)
    {
        using var folder = new TemporaryFolder();
        float[] wrong = [.. Probabilities];
        wrong[index] = value;
        string path = Write(folder, wrong);

        ShouldFail(path, Faces, $"'{path}': {expected.Replace("\u221e", "Infinity", StringComparison.Ordinal)}");
    }

    [Fact]
    public void Load_NoTeacherFile_SaysWhatIsMissing()
    {
        using var folder = new TemporaryFolder();
        string path = Write(folder, Probabilities, version: null);
        ShouldFail(path, Faces, $"'{path}': the metadata has no 'teacherFormatVersion'; expected a teacher file that FacialAttention wrote.");
        FluentActions.Invoking(() => TeacherFile.ReadProvenance(path)).Should().Throw<InvalidDataException>();

        path = Write(folder, Probabilities, version: "2");
        ShouldFail(path, Faces, $"'{path}': teacherFormatVersion is \"2\"; expected 1.");

        path = Write(folder, Probabilities, tensor: "logits");
        ShouldFail(path, Faces, $"'{path}': the tensors are \"logits F32\"; expected probabilities alone, F32 [faces, labels].");

        path = Write(folder, Probabilities, fingerprint: null);
        ShouldFail(path, Faces, $"'{path}': faces is missing; expected that of the faces, \"{Faces.Fingerprint()}\".");
        FluentActions.Invoking(() => TeacherFile.Load(folder.File("none"), Faces)).Should().Throw<FileNotFoundException>();
    }

    [Fact]
    public void Load_ChangedByte_IsRefused()
    {
        using var folder = new TemporaryFolder();
        string path = folder.File("teacher.safetensors");
        TeacherFile.Save(path, Taught);
        byte[] bytes = File.ReadAllBytes(path);
        bytes[^1] ^= 1;
        File.WriteAllBytes(path, bytes);

        ShouldFail(path, Faces, "*it was changed or damaged*");
    }

    private static string Write(
        TemporaryFolder folder, float[] values, string? version = "1", string tensor = "probabilities", string? fingerprint = "")
    {
        string path = folder.File("foreign.safetensors");
        var metadata = new Dictionary<string, string> { ["labels"] = """["Top","Middle","Bottom"]""" };
        if (version is not null)
        {
            metadata["teacherFormatVersion"] = version;
        }

        if (fingerprint is not null)
        {
            metadata["faces"] = Faces.Fingerprint();
        }

        byte[] bytes = MemoryMarshal.AsBytes(values.AsSpan()).ToArray();
        Safetensors.Write(path, [new SafetensorsTensor(tensor, SafetensorsDtype.F32, [5, 3], bytes)], metadata);
        return path;
    }

    private static void ShouldFail(string path, FaceDataset faces, string message) =>
        FluentActions.Invoking(() => TeacherFile.Load(path, faces)).Should().Throw<InvalidDataException>().WithMessage(message);
}
