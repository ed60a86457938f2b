using System.Globalization;
using System.Text;

namespace FacialAttention.Tests.Data;

/// <summary>
/// A small CK+ made for one test. Pictures are 40 x 30 (width x height) of one gray value, the number of the frame plus ten times that of the
/// subject; all landmarks lie from (10, 8) to (30, 24).
/// </summary>
internal sealed class CkPlusFiles : IDisposable
{
    public static readonly ImageSize PictureSize = new(Height: 30, Width: 40);

    private readonly FaceFolderFiles _folder = new();

    public string Path => _folder.Path;

    /// <summary>Point i of the landmarks.</summary>
    public static (float X, float Y) PointOf(int i) => (10 + (20 * i / 67f), 8 + (16 * (i * 7 % 68) / 67f));

    public static string Landmarks { get; } = string.Concat(Enumerable.Range(0, 68).Select(i => string.Create(
        CultureInfo.InvariantCulture, $"   {PointOf(i).X:0.0000000e+00}   {PointOf(i).Y:0.0000000e+00}\n")));

    public static byte[] Picture(int value) =>
        ImageCodec.EncodePng(FaceImage.FromGray(Enumerable.Repeat((byte)value, 30 * 40).ToArray(), PictureSize));

    public static string Name(int subject, int sequence, int frame) => $"S{subject:D3}_{sequence:D3}_{frame:D8}";

    /// <summary>Two labelled sequences, of subject 5 happy with six frames and of subject 10 anger with four, and one without a label.</summary>
    public CkPlusFiles AddSmallest() => AddSequence(5, 1, frames: 6, code: 5).AddSequence(10, 2, frames: 4, code: 1).AddSequence(10, 3, frames: 2);

    /// <summary>A sequence as CK+ is handed out; without a label the folder of its emotion is empty.</summary>
    public CkPlusFiles AddSequence(int subject, int sequence, int frames, int? code = null)
    {
        string place = $"S{subject:D3}/{sequence:D3}";
        for (int frame = 1; frame <= frames; frame++)
        {
            Add($"cohn-kanade-images/{place}/{Name(subject, sequence, frame)}.png", Picture((10 * subject) + frame));
            Add($"Landmarks/{place}/{Name(subject, sequence, frame)}_landmarks.txt", Landmarks);
        }

        _folder.AddFolder($"Emotion/{place}");
        return code is null ? this : Add($"Emotion/{place}/{Name(subject, sequence, frames)}_emotion.txt", $"   {code}.0000000e+00\n");
    }

    /// <summary>A face of CK+48.</summary>
    public CkPlusFiles AddFace(string folder, int subject, int sequence, int frame) =>
        Add($"{folder}/{Name(subject, sequence, frame)}.png", Picture((10 * subject) + frame));

    public CkPlusFiles Add(string path, string text) => Add(path, Encoding.UTF8.GetBytes(text));

    public CkPlusFiles Add(string path, byte[] content)
    {
        _folder.Add(path, content);
        return this;
    }

    public CkPlusFiles AddFolder(string path)
    {
        _folder.AddFolder(path);
        return this;
    }

    public CkPlusFiles Delete(string path)
    {
        if (Directory.Exists(_folder.File(path)))
        {
            Directory.Delete(_folder.File(path), recursive: true);
        }

        File.Delete(_folder.File(path));
        return this;
    }

    public CkPlusFiles Move(string from, string to)
    {
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(_folder.File(to))!);
        Directory.Move(_folder.File(from), _folder.File(to));
        return this;
    }

    public void Dispose() => _folder.Dispose();
}
