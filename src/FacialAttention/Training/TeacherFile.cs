using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace FacialAttention;

/// <summary>
/// What other networks say of the faces of a dataset, in one .safetensors file that a network learns from
/// (<see cref="TrainerOptions.DistillationShare"/>): a tensor <c>probabilities</c> [N, K] of Float32, and in the metadata the labels, the
/// fingerprint of the faces' pixels and labels, the library and a checksum over the whole file. It is read for these faces alone, in their order.
/// </summary>
/// <remarks>
/// A teacher that has seen a face's label softens it less than one that has not. Out-of-fold probabilities are better: each fold's by a network
/// that was trained on the others (<see cref="FaceFolds"/>).
/// </remarks>
public static class TeacherFile
{
    private const int FormatVersion = 1;
    private const string FormatVersionKey = "teacherFormatVersion";
    private const string FacesKey = "faces";
    private const string ProvenanceKey = "provenance";
    private const string TensorName = "probabilities";

    /// <summary>Saves the teacher of a dataset. An existing file is replaced only once the new one is on the disk.</summary>
    /// <param name="path">The file to write, by custom named .safetensors; its folder exists.</param>
    /// <param name="faces">The faces with their <see cref="FaceColumns.Teacher"/>.</param>
    /// <param name="provenance">Where the probabilities come from, for example checkpoints and views; saved with them. Null for nothing.</param>
    /// <exception cref="ArgumentNullException"><paramref name="faces"/> is null.</exception>
    /// <exception cref="ArgumentException">The faces have no teacher, or a text has half of a surrogate pair.</exception>
    /// <exception cref="IOException">The file cannot be written; a former file is still there.</exception>
    public static void Save(string path, FaceDataset faces, IReadOnlyDictionary<string, string>? provenance = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(faces);
        if (faces.Columns.Teacher is not { } teacher)
        {
            throw new ArgumentException($"The faces have no teacher; expected the column {nameof(FaceColumns.Teacher)}.", nameof(faces));
        }

        var metadata = new Dictionary<string, string>
        {
            [FormatVersionKey] = FormatVersion.ToString(CultureInfo.InvariantCulture),
            [DescriptionFormat.LibraryKey] = DescriptionFormat.Library,
            [DescriptionFormat.LabelsKey] = JsonSerializer.Serialize([.. faces.Labels.Names], DescriptionFormat.Json.Default.StringArray),
            [FacesKey] = FingerprintOf(faces),
            [ProvenanceKey] = JsonSerializer.Serialize(
                new Dictionary<string, string>(provenance ?? new Dictionary<string, string>()),
                DescriptionFormat.Json.Default.DictionaryStringString),
        };
        byte[] bytes = MemoryMarshal.AsBytes(teacher.Span).ToArray();
        Safetensors.Write(path, [new SafetensorsTensor(TensorName, SafetensorsDtype.F32, ShapeOf(faces), bytes)], metadata);
    }

    /// <summary>Reads the teacher of a dataset.</summary>
    /// <param name="path">The file.</param>
    /// <param name="faces">The faces that the file is of; other columns than the teacher, such as votes and weights, may be others.</param>
    /// <returns>The same faces, sharing their pixels, with the probabilities as <see cref="FaceColumns.Teacher"/> in place of any they had.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="faces"/> is null.</exception>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="IOException">The path is a folder or cannot be read.</exception>
    /// <exception cref="InvalidDataException">
    /// The file is no teacher file, of another version, was altered, is of other faces (their number, labels or pixels), or a row is not finite,
    /// below 0 or has another sum than 1 to within 0.001; the message names the file, what was got and what was expected.
    /// </exception>
    public static FaceDataset Load(string path, FaceDataset faces)
    {
        ArgumentNullException.ThrowIfNull(faces);
        SafetensorsFile file = Read(path);
        CheckLabels(file, faces);
        SafetensorsTensor probabilities = FindTensor(file, faces);
        string? stored = file.Metadata.GetValueOrDefault(FacesKey);
        string expected = FingerprintOf(faces);
        if (stored != expected)
        {
            throw Fault(file, $"{FacesKey} is {(stored is null ? "missing" : Excerpt.Of(stored, 200))}; expected that of the faces, \"{expected}\".");
        }

        ReadOnlyMemory<float> teacher = MemoryMarshal.Cast<byte, float>(probabilities.Data.Span).ToArray();
        try
        {
            return faces.WithColumns(faces.Columns with { Teacher = teacher });
        }
        catch (ArgumentException exception)
        {
            throw new InvalidDataException($"{file.Source}: {exception.Message}", exception);
        }
    }

    /// <summary>The provenance that was saved with a teacher; empty if none was.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="IOException">The path is a folder or cannot be read.</exception>
    /// <exception cref="InvalidDataException">The file is no teacher file, of another version, or was altered.</exception>
    public static IReadOnlyDictionary<string, string> ReadProvenance(string path)
    {
        SafetensorsFile file = Read(path);
        return file.Metadata.TryGetValue(ProvenanceKey, out string? json)
            ? DescriptionFormat.Parse(json, ProvenanceKey, DescriptionFormat.Json.Default.DictionaryStringString, file.Source)
            : throw Fault(file, $"the metadata has no '{ProvenanceKey}'; expected it in a teacher file.");
    }

    private static SafetensorsFile Read(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        SafetensorsFile file = Safetensors.Read(path);
        string expected = FormatVersion.ToString(CultureInfo.InvariantCulture);
        string? version = file.Metadata.GetValueOrDefault(FormatVersionKey);
        if (version != expected)
        {
            throw Fault(file, version is null
                ? $"the metadata has no '{FormatVersionKey}'; expected a teacher file that {nameof(FacialAttention)} wrote."
                : $"{FormatVersionKey} is {Excerpt.Of(version)}; expected {expected}.");
        }

        file.CheckVerified();
        return file;
    }

    private static void CheckLabels(SafetensorsFile file, FaceDataset faces)
    {
        string json = file.Metadata.GetValueOrDefault(DescriptionFormat.LabelsKey) ?? "null";
        string[] labels = DescriptionFormat.Parse(json, DescriptionFormat.LabelsKey, DescriptionFormat.Json.Default.StringArray, file.Source);
        if (!labels.SequenceEqual(faces.Labels.Names))
        {
            throw Fault(
                file,
                $"the labels are {Excerpt.Of(string.Join(", ", labels), 200)}; expected those of the faces, \"{string.Join(", ", faces.Labels.Names)}\".");
        }
    }

    private static SafetensorsTensor FindTensor(SafetensorsFile file, FaceDataset faces)
    {
        long[] shape = ShapeOf(faces);
        SafetensorsTensor? found = file.Tensors.Count == 1 ? file.Tensors[0] : null;
        if (found?.Name != TensorName || found.Dtype != SafetensorsDtype.F32 || found.Shape.Count != shape.Length)
        {
            throw Fault(
                file,
                $"the tensors are {Excerpt.Of(string.Join(", ", file.Tensors.Select(tensor => $"{tensor.Name} {tensor.Dtype}")), 200)}; "
                + $"expected {TensorName} alone, {SafetensorsDtype.F32} [faces, labels].");
        }

        return found.Shape.SequenceEqual(shape)
            ? found
            : throw Fault(
                file,
                $"{TensorName} are [{string.Join(", ", found.Shape)}]; expected [{string.Join(", ", shape)}], a row for each of the faces.");
    }

    private static long[] ShapeOf(FaceDataset faces) => [faces.Count, faces.Labels.Count];

    /// <summary>Of pixels, label indices and names; the teacher is one of the columns itself.</summary>
    private static string FingerprintOf(FaceDataset faces) => faces.WithColumns(FaceColumns.None).Fingerprint();

    private static InvalidDataException Fault(SafetensorsFile file, string gotAndExpected) => new($"{file.Source}: {gotAndExpected}");
}
