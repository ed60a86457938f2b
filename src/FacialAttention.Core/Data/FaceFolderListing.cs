namespace FacialAttention;

/// <summary>
/// The image files of a folder of faces, found and put in order before any of them is opened. Every fault of the layout is found here.
/// </summary>
internal sealed class FaceFolderListing
{
    /// <summary>So many names are told in a message.</summary>
    public const int MaxNamesTold = 20;

    private static readonly string[] PartNames = ["train", "validation", "test"]; // in the order of SplitPart
    private static readonly string[] Extensions = [".png", ".jpg", ".jpeg"];

    private readonly CancellationToken _cancellationToken;
    private readonly string _layout;
    private readonly List<ClassFolder> _folders = [];
    private readonly List<FaceFile> _files = [];

    private FaceFolderListing(string root, string layout, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(root);
        Root = root;
        _layout = layout;
        _cancellationToken = cancellationToken;
        if (!Directory.Exists(root))
        {
            throw File.Exists(root)
                ? new IOException($"'{root}' is no folder; expected a folder of {layout}.")
                : new DirectoryNotFoundException($"There is no folder '{root}'; expected a folder of {layout}.");
        }
    }

    public string Root { get; }

    /// <summary>The names of the class folders in ordinal order.</summary>
    public ExpressionLabels Labels { get; private set; } = null!;

    /// <summary>Part after part, each in the ordinal order of the paths, so that it is the same on every system.</summary>
    public IReadOnlyList<FaceFile> Files => _files;

    /// <summary>Lists <c>root/part/class/image</c>.</summary>
    public static FaceFolderListing OfParts(string root, CancellationToken cancellationToken)
    {
        var listing = new FaceFolderListing(root, "train|validation|test/<class>/*.png|jpg|jpeg", cancellationToken);
        listing.AddParts();
        listing.AddFiles();
        return listing;
    }

    /// <summary>Lists <c>root/class/image</c>, all as training.</summary>
    public static FaceFolderListing OfClasses(string root, CancellationToken cancellationToken)
    {
        var listing = new FaceFolderListing(root, "<class>/*.png|jpg|jpeg", cancellationToken);
        listing.AddClasses();
        listing.AddFiles();
        return listing;
    }

    /// <summary>Throws unless every class folder still has a file.</summary>
    /// <param name="files">The files that are left.</param>
    /// <param name="image">What a class folder should have, as in "image".</param>
    public void CheckNoClassIsEmpty(IEnumerable<FaceFile> files, string image)
    {
        string[] empty = [.. _folders.Except(files.Select(file => file.Folder)).Select(folder => folder.Path)];
        if (empty.Length == _folders.Count)
        {
            throw Fault($"there is no {image} in any of the {empty.Length} class folders; expected {_layout}.");
        }

        if (empty.Length > 0)
        {
            throw Fault($"there is no {image} in {Tell(empty, ", ")}; expected at least one in every class folder.");
        }
    }

    public InvalidDataException Fault(string gotAndExpected) => new($"'{Root}': {gotAndExpected}");

    /// <summary>The texts as one, those beyond the first 20 as a number.</summary>
    public static string Tell(IReadOnlyCollection<string> texts, string separator)
    {
        string told = string.Join(separator, texts.Take(MaxNamesTold));
        return texts.Count <= MaxNamesTold ? told : FormattableString.Invariant($"{told}{separator}and {texts.Count - MaxNamesTold} more");
    }

    private void AddParts()
    {
        string[] found = FolderNames(Root);
        var partFolders = new string?[PartNames.Length];
        foreach (string name in found)
        {
            int part = PartIndex(name);
            if (part >= 0 && partFolders[part] is string twin)
            {
                throw Fault($"the folders {twin} and {name} are both {PartNames[part]}, ignoring case; expected one of them.");
            }

            if (part >= 0)
            {
                partFolders[part] = name;
            }
        }

        if (partFolders[0] is not string train || partFolders[1] is null)
        {
            string missing = partFolders[0] is null ? PartNames[0] : PartNames[1];
            throw Fault(
                $"there is no folder {missing}; expected {_layout}."
                + (partFolders[0] is null ? " For <class>/*.png|jpg|jpeg there is ReadStratified, which divides the faces itself." : ""));
        }

        // An image or a folder that is not looked at would be lost without a word.
        if (Array.Find(found, name => PartIndex(name) < 0) is string other)
        {
            throw Fault($"the folder {other} is none of train, validation and test; expected {_layout}.");
        }

        CheckHasNoImages("");
        string[] classes = FolderNames(Path.Combine(Root, train));
        CheckHasNoImages(train);
        SetLabels(train, classes);
        AddFolders(train, SplitPart.Training, classes);

        var differences = new List<string>();
        for (int part = 1; part < PartNames.Length; part++)
        {
            if (partFolders[part] is string partFolder)
            {
                CheckHasNoImages(partFolder);
                string?[] matching = MatchClasses(partFolder, differences);
                AddFolders(partFolder, (SplitPart)part, matching);
            }
        }

        if (differences.Count > 0)
        {
            throw Fault($"the classes differ: {Tell(differences, "; ")}; expected the same class folders in every part.");
        }
    }

    private void AddClasses()
    {
        string[] classes = FolderNames(Root);
        if (Array.Find(classes, name => PartIndex(name) == 0) is string train)
        {
            throw Fault($"there is a folder {train}; expected {_layout}. For train|validation|test/<class> there is Read.");
        }

        CheckHasNoImages("");
        SetLabels("", classes);
        AddFolders("", SplitPart.Training, classes);
    }

    private void SetLabels(string parent, string[] classes)
    {
        string place = parent.Length == 0 ? "" : $" in {parent}";
        if (classes.Length == 0)
        {
            throw Fault($"there is no class folder{place}; expected {_layout}.");
        }

        try
        {
            Labels = new ExpressionLabels(classes);
        }
        catch (ArgumentException exception)
        {
            string reason = exception.Message.Replace($" (Parameter '{exception.ParamName}')", "", StringComparison.Ordinal);
            throw new InvalidDataException($"'{Root}': the names of the class folders{place} cannot be labels. {reason}", exception);
        }
    }

    /// <summary>The class folders of a part other than train, in the order of the labels; null for one that is missing.</summary>
    private string?[] MatchClasses(string part, List<string> differences)
    {
        var matching = new string?[Labels.Count];
        foreach (string name in FolderNames(Path.Combine(Root, part)))
        {
            int label = Labels.IndexOf(name.Trim());
            if (label < 0)
            {
                differences.Add($"{part} has {name}, which train has not");
            }
            else if (matching[label] is string twin)
            {
                throw Fault($"the class folders {part}/{twin} and {part}/{name} have the same name, ignoring case; expected one of them.");
            }
            else
            {
                matching[label] = name;
            }
        }

        differences.AddRange(matching.Select((name, label) => (name, label)).Where(c => c.name is null)
            .Select(c => $"{part} has no {Labels[c.label]}"));
        return matching;
    }

    private void AddFolders(string parent, SplitPart part, string?[] classes)
    {
        for (int label = 0; label < classes.Length; label++)
        {
            if (classes[label] is string name)
            {
                _folders.Add(new ClassFolder(Join(parent, name), part, (byte)label));
            }
        }
    }

    private void AddFiles()
    {
        foreach (ClassFolder folder in _folders)
        {
            foreach (FileSystemInfo entry in Entries(Path.Combine(Root, folder.Path)))
            {
                if (IsImage(entry.Name))
                {
                    _files.Add(new FaceFile(Join(folder.Path, entry.Name), folder));
                }
                else if (entry is DirectoryInfo)
                {
                    throw Fault($"the class folder {folder.Path} has a folder {entry.Name}; expected {_layout}.");
                }
            }
        }

        _files.Sort((a, b) => a.Folder.Part == b.Folder.Part
            ? string.CompareOrdinal(a.Path, b.Path)
            : a.Folder.Part.CompareTo(b.Folder.Part));
        CheckNoClassIsEmpty(_files, "image (.png, .jpg or .jpeg)");
    }

    private void CheckHasNoImages(string parent)
    {
        FileSystemInfo? image = Entries(Path.Combine(Root, parent))
            .Where(entry => entry is FileInfo && IsImage(entry.Name))
            .MinBy(entry => entry.Name, StringComparer.Ordinal);
        if (image is not null)
        {
            throw Fault($"the image {Join(parent, image.Name)} is in no class folder; expected {_layout}.");
        }
    }

    /// <summary>The names of the folders in a folder, in ordinal order.</summary>
    private string[] FolderNames(string folder)
    {
        var names = new List<string>();
        foreach (FileSystemInfo entry in Entries(folder))
        {
            if (entry is DirectoryInfo)
            {
                names.Add(entry.Name);
            }
            else if (LeadsNowhere(entry))
            {
                throw new IOException($"'{entry.FullName}' is a link that leads nowhere; expected a folder of {_layout}.");
            }
        }

        return [.. names.Order(StringComparer.Ordinal)];
    }

    /// <summary>What is directly in a folder and not hidden: tools leave .DS_Store, .ipynb_checkpoints and ._face.png behind.</summary>
    private List<FileSystemInfo> Entries(string folder)
    {
        _cancellationToken.ThrowIfCancellationRequested();
        try
        {
            return [.. new DirectoryInfo(folder).EnumerateFileSystemInfos().Where(entry => !entry.Name.StartsWith('.'))];
        }
        catch (UnauthorizedAccessException exception)
        {
            throw new IOException($"'{folder}' cannot be listed; expected a folder that may be read. {exception.Message}", exception);
        }
    }

    private static bool LeadsNowhere(FileSystemInfo entry)
    {
        try
        {
            return entry.ResolveLinkTarget(returnFinalTarget: true) is { Exists: false };
        }
        catch (IOException)
        {
            return true; // a link to itself, by whatever way
        }
    }

    private static int PartIndex(string name) =>
        Array.FindIndex(PartNames, part => part.Equals(name, StringComparison.OrdinalIgnoreCase));

    private static bool IsImage(string name) => Extensions.Contains(Path.GetExtension(name), StringComparer.OrdinalIgnoreCase);

    private static string Join(string parent, string name) => parent.Length == 0 ? name : $"{parent}/{name}";
}
