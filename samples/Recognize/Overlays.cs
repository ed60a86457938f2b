using FacialAttention;

namespace Recognize;

/// <summary>The folder of <c>--overlay</c>: a picture of the attention for each face, named as the face's picture is.</summary>
internal sealed class Overlays : IDisposable
{
    private readonly string _folder;
    private readonly AttentionPicture _picture;
    private readonly HashSet<string> _names = new(StringComparer.OrdinalIgnoreCase); // as on file systems that do not tell case

    /// <summary>Makes the folder.</summary>
    /// <exception cref="IOException">It holds something, which is not to be overwritten, or cannot be made.</exception>
    public Overlays(string folder, NetworkPreprocessing preprocessing)
    {
        if (File.Exists(folder) || (Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder).Any()))
        {
            throw new IOException($"--overlay: '{folder}' exists and is not empty; expected a new or empty folder.");
        }

        _picture = new AttentionPicture(preprocessing);
        Directory.CreateDirectory(folder);
        _folder = folder;
    }

    /// <summary>Writes the picture of one face: NAME.png, or NAME-2.png and so on where several faces' pictures have one name.</summary>
    /// <returns>The file.</returns>
    public string Write(string path, FaceImage image, FaceBox? box, ExpressionPrediction prediction)
    {
        string stem = Path.GetFileNameWithoutExtension(path);
        string name = $"{stem}.png";
        for (int number = 2; !_names.Add(name); number++)
        {
            name = FormattableString.Invariant($"{stem}-{number}.png");
        }

        string file = Path.Combine(_folder, name);
        byte[] png = _picture.Draw(image, box, prediction);
        AtomicFile.Write(file, stream => stream.Write(png));
        return file;
    }

    public void Dispose() => _picture.Dispose();
}
