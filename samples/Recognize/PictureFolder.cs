using FacialAttention;

namespace Recognize;

/// <summary>A folder of pictures that are drawn, named as those are that were looked at.</summary>
internal sealed class PictureFolder
{
    private readonly string _folder;
    private readonly HashSet<string> _names = new(StringComparer.OrdinalIgnoreCase); // as on file systems that do not tell case

    /// <summary>Makes the folder.</summary>
    /// <exception cref="IOException">It holds something, which is not to be overwritten, or cannot be made.</exception>
    public PictureFolder(string option, string folder)
    {
        if (File.Exists(folder) || (Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder).Any()))
        {
            throw new IOException($"{option}: '{folder}' exists and is not empty; expected a new or empty folder.");
        }

        Directory.CreateDirectory(folder);
        _folder = folder;
    }

    /// <summary>Writes a picture: NAME.png, or NAME-2.png and so on where several have one name.</summary>
    /// <returns>The file.</returns>
    public string Write(string path, byte[] png)
    {
        string stem = Path.GetFileNameWithoutExtension(path);
        string name = $"{stem}.png";
        for (int number = 2; !_names.Add(name); number++)
        {
            name = FormattableString.Invariant($"{stem}-{number}.png");
        }

        string file = Path.Combine(_folder, name);
        AtomicFile.Write(file, stream => stream.Write(png));
        return file;
    }
}
