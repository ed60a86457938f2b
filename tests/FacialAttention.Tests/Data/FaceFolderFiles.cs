using FacialAttention.Tests.Files;
using FacialAttention.Tests.Images;
using FacialAttention.Tests.Storage;

namespace FacialAttention.Tests.Data;

/// <summary>A folder of faces made for one test; paths have '/' between the names.</summary>
internal sealed class FaceFolderFiles : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public string Path => _folder.Path;

    /// <summary>A gray PNG of 3 x 2 pixels (width x height) whose values say which face it is.</summary>
    public static byte[] Png(byte value) => EncodedImages.Png(3, 2, 8, 0, [[value, 0, 1], [2, 3, 255]]);

    /// <summary>The pixels of <see cref="Png"/>.</summary>
    public static byte[] PixelsOf(byte value) => [value, 0, 1, 2, 3, 255];

    public string File(string path) => System.IO.Path.Combine(Path, path);

    public FaceFolderFiles Add(string path, byte[] content)
    {
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(File(path))!);
        System.IO.File.WriteAllBytes(File(path), content);
        return this;
    }

    public FaceFolderFiles Add(string path, byte value) => Add(path, Png(value));

    public FaceFolderFiles AddFolder(string path)
    {
        Directory.CreateDirectory(File(path));
        return this;
    }

    /// <summary>The classes calm and tense with one face each in train (1 and 2) and validation (3 and 4).</summary>
    public FaceFolderFiles AddSmallest() =>
        Add("train/calm/1.png", 1).Add("train/tense/2.png", 2).Add("validation/calm/3.png", 3).Add("validation/tense/4.png", 4);

    public void Dispose() => _folder.Dispose();
}
