using System.Runtime.InteropServices;

namespace FacialAttention.Fuzz.Targets;

/// <summary>A folder that is being spoilt. What the file system does not take is left out.</summary>
internal sealed partial class FolderTree
{
    private const uint ReadableByAll = 0x1A4; // 0644

    private readonly string _root;
    private readonly int _depth;

    /// <param name="root">The folder, which is created.</param>
    /// <param name="depth">How many folders below it things are picked from.</param>
    public FolderTree(string root, int depth = 2)
    {
        _root = root;
        _depth = depth;
        Directory.CreateDirectory(root);
    }

    /// <summary>Anything in it, or the folder itself.</summary>
    public string Pick(Dice dice)
    {
        if (!Directory.Exists(_root))
        {
            return _root; // It was deleted, or became a file.
        }

        string[] places =
        [
            _root,
            .. Directory.EnumerateFileSystemEntries(_root, "*", new EnumerationOptions
            {
                RecurseSubdirectories = true,
                MaxRecursionDepth = _depth,
                AttributesToSkip = FileAttributes.ReparsePoint,
            }).Order(StringComparer.Ordinal),
        ];
        return dice.Pick(places);
    }

    /// <summary>A name in a folder, or beside a file.</summary>
    public string In(string place, string name) =>
        Path.Combine(place == _root || Directory.Exists(place) ? place : Path.GetDirectoryName(place)!, name);

    public void AddFile(string path, byte[] content) => Try(() =>
    {
        path = Path.Combine(_root, path);
        Create(Path.GetDirectoryName(path)!);
        if (!Path.Exists(path) && !IsLink(path))
        {
            File.WriteAllBytes(path, content);
        }
    });

    public void AddFolder(string path) => Try(() => Create(path));

    public void AddLink(string path, string leadsTo, bool isFolder) => Try(() =>
        _ = isFolder ? Directory.CreateSymbolicLink(path, leadsTo) : File.CreateSymbolicLink(path, leadsTo));

    public void AddPipe(string path)
    {
        if (!OperatingSystem.IsWindows())
        {
            _ = MakePipe(path, ReadableByAll);
        }
    }

    public void Rename(string path, string name)
    {
        if (path != _root)
        {
            Try(() => Directory.Move(path, Path.Combine(Path.GetDirectoryName(path)!, name)));
        }
    }

    public void Delete(string path) => Try(() =>
    {
        if (Directory.Exists(path))
        {
            Directory.Delete(path, recursive: true);
        }

        File.Delete(path);
    });

    public void ReplaceByFile(string path, byte[] content)
    {
        Delete(path);
        AddFile(path, content);
    }

    /// <summary>Makes a folder and those that it stands in, unless a link on the way leads elsewhere.</summary>
    private void Create(string path)
    {
        for (string above = path; above.Length > _root.Length; above = Path.GetDirectoryName(above)!)
        {
            if (IsLink(above))
            {
                throw new IOException($"'{above}' is a link.");
            }
        }

        Directory.CreateDirectory(path);
    }

    private static bool IsLink(string path) => new FileInfo(path).LinkTarget is not null;

    private static void Try(Action change)
    {
        try
        {
            change();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException)
        {
        }
    }

    [LibraryImport("libc", EntryPoint = "mkfifo", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int MakePipe(string path, uint mode);
}
