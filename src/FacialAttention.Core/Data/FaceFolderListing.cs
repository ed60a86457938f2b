namespace FacialAttention;

/// <summary>
/// The image files of a folder of faces, found and put in order before any of them is opened. Every fault of the layout is found here.
/// </summary>
internal sealed class FaceFolderListing
{
    private const int MaxWrappers = 3; // folders within folders that are searched for those meant
    private const int MaxFoldersLookedInto = 20;

    private const string OfParts = "train|validation|test/<class>/*." + FolderFiles.ImageEndings;
    private const string OfClasses = "<class>/*." + FolderFiles.ImageEndings;

    private readonly CancellationToken _cancellationToken;
    private readonly string _layout;
    private readonly List<ClassFolder> _folders = [];
    private readonly List<FaceFile> _files = [];
    private readonly List<string> _others = [];

    private FaceFolderListing(string root, string layout, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(root);
        Root = root;
        _layout = layout;
        _cancellationToken = cancellationToken;
        FolderEntries.CheckExists(root, layout);
    }

    public string Root { get; }

    /// <summary>The names of the class folders in ordinal order.</summary>
    public ExpressionLabels Labels { get; private set; } = null!;

    /// <summary>Part after part, each in the ordinal order of the paths, so that it is the same on every system.</summary>
    public IReadOnlyList<FaceFile> Files => _files;

    /// <summary>Files in the class folders that are neither images nor usual companions of images; only where they are not an error.</summary>
    public IReadOnlyList<string> Others => _others;

    /// <summary>Lists <c>root/part/class/image</c> with train and validation.</summary>
    public static FaceFolderListing ForTraining(string root, bool skipBad, CancellationToken cancellationToken)
    {
        var listing = new FaceFolderListing(root, OfParts, cancellationToken);
        string[] found = listing.FolderNames(listing.Root);
        string?[] parts = listing.FindParts(found);
        if (parts[0] is null || parts[1] is null)
        {
            listing.RefuseWrapper(found);
            SplitPart missing = parts[0] is null ? SplitPart.Training : SplitPart.Validation;
            bool divides = parts[0] is not null || Array.TrueForAll(parts, part => part is null);
            throw listing.Fault(
                $"there is no folder {FolderFiles.NameOf(missing)}; expected {OfParts}.",
                divides ? FaceDataRemedy.Divide : FaceDataRemedy.None);
        }

        listing.AddParts(found, parts);
        listing.AddFiles(skipBad);
        return listing;
    }

    /// <summary>
    /// Lists <c>root/class/image</c>, all as training, or <c>root/part/class/image</c>, where what is not for test is to be divided.
    /// </summary>
    public static FaceFolderListing ForDivision(string root, bool skipBad, CancellationToken cancellationToken)
    {
        var listing = new FaceFolderListing(root, OfClasses, cancellationToken);
        string[] found = listing.FolderNames(listing.Root);
        string?[] parts = listing.FindParts(found);
        if (parts[0] is not null)
        {
            listing.AddParts(found, parts);
        }
        else if (found is [var alone] && FolderFiles.PartOf(alone) >= 0)
        {
            throw listing.Fault(
                $"there is {Excerpt.Names(found)} alone, and no folder {FolderFiles.NameOf(SplitPart.Training)} to learn from; expected {OfParts}.");
        }
        else
        {
            listing.AddClasses(found);
        }

        listing.AddFiles(skipBad);
        return listing;
    }

    /// <summary>Lists one part, or for null all images, which may stand in parts or in class folders alone.</summary>
    public static FaceFolderListing ForPart(string root, SplitPart? part, bool skipBad, CancellationToken cancellationToken)
    {
        var listing = new FaceFolderListing(root, OfParts, cancellationToken);
        string[] found = listing.FolderNames(listing.Root);
        string?[] parts = listing.FindParts(found);
        bool hasParts = parts[0] is not null || (found.Length > 0 && Array.TrueForAll(found, name => FolderFiles.PartOf(name) >= 0));
        if (part is null && !hasParts)
        {
            listing.AddClasses(found);
        }
        else if (part is null)
        {
            listing.AddParts(found, parts);
        }
        else if (parts[(int)part] is null)
        {
            listing.RefuseWrapper(found);
            throw listing.Fault(
                $"there is no folder {FolderFiles.NameOf(part.Value)}; expected {OfParts}.", FaceDataRemedy.ReadAll);
        }
        else
        {
            listing.AddParts(found, [.. parts.Select((name, i) => i == (int)part ? name : null)]);
        }

        listing.AddFiles(skipBad);
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
            throw Fault($"there is no {image} in any of the {empty.Length} class folders; expected {_layout}.{DescribeOthers()}");
        }

        if (empty.Length > 0)
        {
            throw Fault($"there is no {image} in {Excerpt.Names(empty)}; expected at least one in every class folder.{DescribeOthers()}");
        }
    }

    public InvalidDataException Fault(string gotAndExpected, FaceDataRemedy remedy = FaceDataRemedy.None, Exception? cause = null) =>
        FaceDataFault.Exception($"{Excerpt.Name(Root)}: {gotAndExpected}", remedy, cause);

    private string?[] FindParts(string[] found)
    {
        var parts = new string?[Enum.GetValues<SplitPart>().Length];
        foreach (string name in found)
        {
            int part = FolderFiles.PartOf(name);
            if (part >= 0 && parts[part] is string twin)
            {
                throw Fault(
                    $"the folders {Excerpt.Names([twin, name], " and ")} are both {FolderFiles.NameOf((SplitPart)part)}; expected one of them.");
            }

            if (part >= 0)
            {
                parts[part] = name;
            }
        }

        return parts;
    }

    /// <summary>Adds the parts that have a name; the classes are those of the first of them.</summary>
    private void AddParts(string[] found, string?[] parts)
    {
        // An image or a folder that is not looked at would be lost without a word.
        if (Array.Find(found, name => FolderFiles.PartOf(name) < 0) is string other)
        {
            throw Fault($"the folder {Excerpt.Names([other])} is none of train, validation and test; expected {OfParts}.");
        }

        CheckHasNoImages("");
        var differences = new List<string>();
        string? first = null;
        for (int part = 0; part < parts.Length; part++)
        {
            if (parts[part] is not string folder)
            {
                continue;
            }

            CheckHasNoImages(folder);
            if (first is null)
            {
                first = folder;
                string[] classes = FolderNames(Path.Combine(Root, folder));
                SetLabels(folder, classes);
                AddFolders(folder, (SplitPart)part, classes);
            }
            else
            {
                AddFolders(folder, (SplitPart)part, MatchClasses(folder, first, differences));
            }
        }

        if (differences.Count > 0)
        {
            throw Fault($"the classes differ: {Excerpt.Names(differences, "; ")}; expected the same class folders in every part.");
        }
    }

    private void AddClasses(string[] classes)
    {
        RefuseWrapper(classes);
        CheckHasNoImages("");
        SetLabels("", classes);
        AddFolders("", SplitPart.Training, classes);
    }

    /// <summary>Throws where the folders meant lie in a folder of this one, which it names.</summary>
    private void RefuseWrapper(string[] found)
    {
        if (Array.Exists(found, name => FolderFiles.PartOf(name) >= 0))
        {
            return;
        }

        string path = "";
        string[] folders = found;
        for (int depth = 0; depth < MaxWrappers && folders.Length > 0; depth++)
        {
            foreach (string name in folders.Take(MaxFoldersLookedInto))
            {
                string inside = FolderEntries.Join(path, name);
                string[] inner = FolderNames(Path.Combine(Root, inside));
                if (Array.Exists(inner, folder => FolderFiles.PartOf(folder) == 0) || (folders.Length == 1 && inner.Length > 1))
                {
                    throw Fault($"the folders of faces are in {Excerpt.Names([inside])}; did you mean {Excerpt.Name(Path.Combine(Root, inside))}?");
                }

                if (name.Equals("Image", StringComparison.OrdinalIgnoreCase) && inner.Contains("aligned", StringComparer.OrdinalIgnoreCase))
                {
                    throw Fault(
                        $"{Excerpt.Names([inside])}/aligned is RAF-DB as it is handed out; expected its images sorted into {OfParts} "
                        + "by EmoLabel/list_patition_label.txt, which has the class of each.");
                }
            }

            if (folders.Length > 1)
            {
                return;
            }

            path = FolderEntries.Join(path, folders[0]);
            folders = FolderNames(Path.Combine(Root, path));
        }
    }

    private void SetLabels(string parent, string[] classes)
    {
        string place = parent.Length == 0 ? "" : $" in {parent}";
        if (classes.Length == 0)
        {
            string[] files = [.. Entries(Path.Combine(Root, parent)).Select(entry => entry.Name)];
            throw Fault(
                $"there is no class folder{place}; expected {_layout}."
                + (files.Length > 0 ? $" There are files alone: {FolderFiles.Count(files)}." : "")
                + (files.Any(FolderFiles.IsJaffe)
                    ? " They are named as those of JAFFE: the class is the second part of the name (AN, DI, FE, HA, NE, SA, SU)." : "")
                + ConverterHintFor(files));
        }

        (ExpressionLabels? labels, string? fault) = ExpressionLabels.TryCreate(classes);
        Labels = labels ?? throw Fault($"the names of the class folders{place} cannot be labels. {fault}");
    }

    /// <summary>The class folders of a part other than train, in the order of the labels; null for one that is missing.</summary>
    private string?[] MatchClasses(string part, string first, List<string> differences)
    {
        var matching = new string?[Labels.Count];
        foreach (string name in FolderNames(Path.Combine(Root, part)))
        {
            int label = Labels.IndexOf(name.Trim());
            if (label < 0)
            {
                differences.Add($"{part} has {name}, which {first} has not");
            }
            else if (matching[label] is string twin)
            {
                throw Fault(
                    $"the class folders {Excerpt.Names([$"{part}/{twin}", $"{part}/{name}"], " and ")} have the same name, ignoring case; expected one of them.");
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
                _folders.Add(new ClassFolder(FolderEntries.Join(parent, name), part, (byte)label));
            }
        }
    }

    private void AddFiles(bool skipBad)
    {
        foreach (ClassFolder folder in _folders)
        {
            foreach (FileSystemInfo entry in Entries(Path.Combine(Root, folder.Path)))
            {
                string path = FolderEntries.Join(folder.Path, entry.Name);
                if (FolderFiles.IsImage(entry.Name))
                {
                    _files.Add(new FaceFile(path, folder));
                }
                else if (entry is DirectoryInfo)
                {
                    throw Fault($"the class folder {Excerpt.Names([folder.Path])} has a folder {Excerpt.Names([entry.Name])}; expected {_layout}.");
                }
                else if (FolderFiles.OtherUseOf(entry.Name) is string use)
                {
                    throw Fault($"the folder {Excerpt.Names([folder.Path])} has a {Excerpt.Names([entry.Name])}, {use}.");
                }
                else if (!FolderFiles.IsCompanion(entry.Name))
                {
                    _others.Add(path);
                }
            }
        }

        _files.Sort((a, b) => a.Folder.Part == b.Folder.Part
            ? string.CompareOrdinal(a.Path, b.Path)
            : a.Folder.Part.CompareTo(b.Folder.Part));
        _others.Sort(StringComparer.Ordinal);
        CheckNoClassIsEmpty(_files, "image");
        if (_others.Count > 0 && !skipBad)
        {
            throw Fault(
                $"of the files in the class folders {FolderFiles.Count(_others)} would not be read; "
                + $"expected images (.{FolderFiles.ImageEndings.Replace("|", ", .", StringComparison.Ordinal)}).{ConverterHintFor(_others)}",
                FaceDataRemedy.SkipBad);
        }
    }

    private string DescribeOthers() => _others.Count == 0 ? "" : $" Not read are {FolderFiles.Count(_others)}.{ConverterHintFor(_others)}";

    private static string ConverterHintFor(IReadOnlyCollection<string> paths) =>
        paths.Any(path => Path.GetExtension(path).ToLowerInvariant() is ".tif" or ".tiff" or ".heic" or ".heif" or ".avif" or ".jp2" or ".jxl" or ".pgm" or ".ppm")
            ? $" {ImageCodec.ConverterHint}" : "";

    /// <summary>An image outside the class folders would be lost.</summary>
    private void CheckHasNoImages(string parent)
    {
        foreach (string name in Entries(Path.Combine(Root, parent)).OfType<FileInfo>().Select(entry => entry.Name).Order(StringComparer.Ordinal))
        {
            if (FolderFiles.IsImage(name))
            {
                throw Fault($"the image {Excerpt.Names([FolderEntries.Join(parent, name)])} is in no class folder; expected {_layout}.");
            }
        }
    }

    /// <summary>The names of the folders in a folder, in ordinal order.</summary>
    private string[] FolderNames(string folder) => FolderEntries.FolderNames(folder, _layout, _cancellationToken);

    private List<FileSystemInfo> Entries(string folder) => FolderEntries.List(folder, _cancellationToken);
}
