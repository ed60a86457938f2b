using System.Security.Cryptography;
using FacialAttention;

namespace Train;

/// <summary>What a network is trained on, and which of all faces with which teacher that is.</summary>
/// <param name="Split">The faces, of which a fold may be left out.</param>
/// <param name="Origin">What a checkpoint says of it beside the data's name: by <see cref="FoldKey"/> and so on; empty for all faces.</param>
internal sealed record TrainFaces(DatasetSplit Split, IReadOnlyDictionary<string, string> Origin)
{
    /// <summary>The fold that was left out, as "2/5".</summary>
    public const string FoldKey = "fold";

    /// <summary>The fingerprint of the faces that were divided into folds.</summary>
    public const string FoldedFacesKey = "foldedFaces";

    /// <summary>The checksum of the teacher's file.</summary>
    public const string TeacherKey = "teacher";

    /// <summary>Reads faces and teacher.</summary>
    public static TrainFaces Read(TrainSettings settings, ImageSize size, CancellationToken cancellationToken)
    {
        DatasetSplit split = settings.Data.ReadSplit(size, cancellationToken);
        var origin = new Dictionary<string, string>();
        if (settings.Fold is not null)
        {
            origin.Add(FoldKey, settings.Fold.ToString());
            origin.Add(FoldedFacesKey, FingerprintOf(split.Training));
        }

        if (settings.TeacherPath is { } path)
        {
            origin.Add(TeacherKey, ChecksumOf(path));
            split = new DatasetSplit(TeacherFile.Load(path, split.Training), split.Validation, split.Test, split.Description);
        }

        return new TrainFaces(settings.Fold?.LeaveOut(split) ?? split, origin);
    }

    /// <summary>What tells faces apart by pixels and labels, whatever else is known of them.</summary>
    public static string FingerprintOf(FaceDataset faces) => faces.WithColumns(FaceColumns.None).Fingerprint();

    /// <summary>"sha256 " and the checksum of a file.</summary>
    public static string ChecksumOf(string path) => $"sha256 {Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(path)))}";
}
