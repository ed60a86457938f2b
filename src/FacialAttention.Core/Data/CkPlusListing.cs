namespace FacialAttention;

/// <summary>The frames of a folder of CK+ that are faces, found and put in order before any picture is opened.</summary>
internal sealed class CkPlusListing
{
    private const int MaxFoldersLookedInto = 20;
    private const string Images = "cohn-kanade-images";
    private const string Emotions = "Emotion";
    private const string Landmarks = "Landmarks";
    private const string Classes = "anger, contempt, disgust, fear, happy, sadness, surprise";
    private const string Cropped = "<class>/" + CkPlusName.Form + ".png with the classes " + Classes + " (CK+48)";
    private const string Distributed =
        Images + "/S###/###/*.png, " + Emotions + "/S###/###/*_emotion.txt and " + Landmarks + "/S###/###/*_landmarks.txt (as handed out)";

    private const string Both = "CK+ in one of two layouts, " + Distributed + " or " + Cropped;

    // By the code of the emotion; those that go by other names in copies stand behind.
    private static readonly string[][] ClassNames =
    [
        ["neutral", "neutrality"], ["anger", "angry"], ["contempt", "contemptuous"], ["disgust", "disgusted"], ["fear", "fearful", "afraid"],
        ["happy", "happiness", "joy"], ["sadness", "sad"], ["surprise", "surprised"],
    ];

    private readonly CkPlusOptions _options;
    private readonly CancellationToken _cancellationToken;
    private readonly List<string> _faults = [];
    private readonly List<CkPlusFrame> _frames = [];
    private readonly HashSet<(int Subject, int Sequence)> _labelled = [];

    private CkPlusListing(string root, CkPlusOptions options, CancellationToken cancellationToken)
    {
        Root = root;
        _options = options;
        _cancellationToken = cancellationToken;
        FolderEntries.CheckExists(root, Both);
    }

    public string Root { get; }

    public CkPlusLayout Layout { get; private set; }

    /// <summary>Subject after subject, sequence after sequence, frame after frame, whatever the layout.</summary>
    public IReadOnlyList<CkPlusFrame> Frames => _frames;

    /// <summary>The labelled ones.</summary>
    public int Sequences { get; private set; }

    public int UnlabelledSequences { get; private set; }

    public static CkPlusLayout? FindLayout(string? root)
    {
        if (!Directory.Exists(root))
        {
            return null;
        }

        if (Find(root, Images, "extended-" + Images) is not null)
        {
            return CkPlusLayout.Distributed;
        }

        string[] folders = [.. FolderEntries.List(root, CancellationToken.None).OfType<DirectoryInfo>().Select(entry => entry.Name)];
        return Array.TrueForAll(folders, name => CodeOf(name) >= 0)
            && Array.Exists(folders, name => FolderEntries.List(Path.Combine(root, name), CancellationToken.None)
                .Exists(entry => FolderFiles.IsImage(entry.Name) && NameOf(entry.Name) is not null))
            ? CkPlusLayout.Cropped
            : null;
    }

    public static CkPlusListing Of(string root, CkPlusOptions options, CancellationToken cancellationToken)
    {
        var listing = new CkPlusListing(root, options, cancellationToken);
        if (Find(root, Images, "extended-" + Images) is { } images)
        {
            listing.Layout = CkPlusLayout.Distributed;
            listing.AddSequences(images);
        }
        else
        {
            listing.Layout = CkPlusLayout.Cropped;
            listing.AddClasses();
        }

        listing._frames.Sort((a, b) => a.Name.CompareTo(b.Name));
        return listing;
    }

    public InvalidDataException Fault(string gotAndExpected) => FaceDataFault.Exception($"{Excerpt.Name(Root)}: {gotAndExpected}");

    /// <summary>The emotion that a class folder is named after; below 0 for none.</summary>
    private static int CodeOf(string name) =>
        Array.FindIndex(ClassNames, names => names.Contains(name.Trim(), StringComparer.OrdinalIgnoreCase));

    private static CkPlusName? NameOf(string file) => CkPlusName.TryParse(Path.GetFileNameWithoutExtension(file));

    /// <summary>The path of a folder by its name in any case, which may stand in another or in one of its own name; null for none.</summary>
    private static string? Find(string root, string name, string wrapper)
    {
        string? found = Child(root, "", name) ?? (Child(root, "", wrapper) is { } around ? Child(root, around, name) : null);
        return found is null ? null : Child(root, found, name) ?? found;
    }

    private static string? Child(string root, string parent, string name) =>
        FolderEntries.List(Path.Combine(root, parent), CancellationToken.None).OfType<DirectoryInfo>()
            .Select(entry => entry.Name).Order(StringComparer.Ordinal)
            .FirstOrDefault(child => child.Equals(name, StringComparison.OrdinalIgnoreCase)) is { } found
            ? FolderEntries.Join(parent, found)
            : null;

    private List<FileSystemInfo> Entries(string folder) => FolderEntries.List(Path.Combine(Root, folder), _cancellationToken);

    private void AddSequences(string images)
    {
        string emotions = Find(Root, Emotions, "Emotion_labels") ?? throw Fault($"there is no folder {Emotions}; expected {Distributed}.");
        string landmarks = Find(Root, Landmarks, Landmarks) ?? throw Fault(
            $"there is no folder {Landmarks}, by which faces are cut out of the pictures; expected {Distributed}.");
        SortedDictionary<(int Subject, int Sequence), string> pictures = FindSequences(images), points = FindSequences(landmarks);
        foreach (((int, int) key, string folder) in FindSequences(emotions))
        {
            foreach ((CkPlusName name, string path) in FilesOf(folder, key, "_emotion", IsText))
            {
                (int code, string? fault) = CkPlusText.ReadEmotion(Path.Combine(Root, path));
                if (fault is null && !pictures.ContainsKey(key))
                {
                    fault = $"labels a sequence that is not there; expected its pictures in {images}.";
                }

                fault ??= AddSequence(pictures[key], points.GetValueOrDefault(key), name, code);
                if (fault is not null)
                {
                    _faults.Add($"{path} {fault}");
                }
            }
        }

        RefuseFaults("label(s) or name(s)");
        UnlabelledSequences = pictures.Count - Sequences;
        if (Sequences == 0)
        {
            throw Fault($"none of the {pictures.Count} sequences has a label; expected {Distributed}.");
        }
    }

    /// <summary>The last frames of a labelled sequence, and its first one where neutral faces are wanted.</summary>
    /// <returns>What is wrong with the label, or null.</returns>
    private string? AddSequence(string folder, string? pointsFolder, CkPlusName labelled, int code)
    {
        (CkPlusName Name, string Path)[] frames =
            [.. FilesOf(folder, labelled.Key, "", FolderFiles.IsImage).OrderBy(frame => frame.Name.Frame)];
        int last = Array.FindIndex(frames, frame => frame.Name == labelled);
        int count = _options.FramesPerSequence;
        if (last < 0)
        {
            return $"labels a frame that is not among the {frames.Length} of {folder}; expected the last of them.";
        }

        if (last < count)
        {
            // The first one is neutral, and a label of an emotion would be wrong.
            return $"labels frame {last + 1} of {folder}; expected at least {count} before it, of which the first is neutral.";
        }

        if (frames.Zip(frames.Skip(1)).Any(pair => pair.First.Name == pair.Second.Name))
        {
            return $"labels {folder}, which has a frame twice; expected each once.";
        }

        if (!_labelled.Add(labelled.Key))
        {
            return "is a second label of its sequence; expected one.";
        }

        Sequences++;
        Dictionary<CkPlusName, string> points = pointsFolder is null
            ? []
            : FilesOf(pointsFolder, labelled.Key, "_landmarks", IsText).DistinctBy(file => file.Name).ToDictionary(file => file.Name, file => file.Path);
        foreach ((CkPlusName name, string path) in frames[(last + 1 - count)..(last + 1)].Prepend(frames[0]).Skip(_options.IncludesNeutral ? 0 : 1))
        {
            if (points.TryGetValue(name, out string? landmarksPath))
            {
                _frames.Add(new CkPlusFrame(path, landmarksPath, name == frames[0].Name ? 0 : code, name));
            }
            else
            {
                _faults.Add($"{path} has no landmarks; expected a file {name}_landmarks.txt.");
            }
        }

        return null;
    }

    /// <summary>The folders S###/### in a folder, by their numbers.</summary>
    private SortedDictionary<(int Subject, int Sequence), string> FindSequences(string parent)
    {
        var found = new SortedDictionary<(int, int), string>();
        foreach (string subject in FolderNames(parent))
        {
            if (CkPlusName.SubjectOf(subject) is not { } number)
            {
                throw Fault($"the folder {Excerpt.Names([$"{parent}/{subject}"])} is no subject by its name; expected S and digits, as in {parent}/S005.");
            }

            foreach (string sequence in FolderNames($"{parent}/{subject}"))
            {
                string path = $"{parent}/{subject}/{sequence}";
                if (CkPlusName.SequenceOf(sequence) is not { } order)
                {
                    throw Fault($"the folder {Excerpt.Names([path])} is no sequence by its name; expected digits, as in {parent}/S005/001.");
                }

                if (!found.TryAdd((number, order), path))
                {
                    throw Fault($"the folders {Excerpt.Names([found[(number, order)], path], " and ")} are the same sequence; expected one of them.");
                }
            }
        }

        return found;
    }

    private string[] FolderNames(string folder) => FolderEntries.FolderNames(Path.Combine(Root, folder), Both, _cancellationToken);

    /// <summary>The files of a sequence's folder that are wanted; a name that does not say this sequence is a fault.</summary>
    private List<(CkPlusName Name, string Path)> FilesOf(
        string folder, (int Subject, int Sequence) key, string suffix, Func<string, bool> isWanted)
    {
        var files = new List<(CkPlusName, string)>();
        foreach (string file in Entries(folder).Select(entry => entry.Name).Where(isWanted).Order(StringComparer.Ordinal))
        {
            CkPlusName? name = CkPlusName.TryParse(Path.GetFileNameWithoutExtension(file), suffix);
            if (name is { } known && known.Key == key)
            {
                files.Add((known, $"{folder}/{file}"));
            }
            else
            {
                _faults.Add($"{folder}/{file} does not say its subject and sequence in its name; expected "
                    + $"{new CkPlusName(key.Subject, key.Sequence, 0).ToString()[..^8]}########{suffix}{Path.GetExtension(file)}.");
            }
        }

        return files;
    }

    private static bool IsText(string name) => Path.GetExtension(name).Equals(".txt", StringComparison.OrdinalIgnoreCase);

    private void AddClasses()
    {
        (string Name, int Code)[] folders = [.. FolderNames("").Select(name => (name, CodeOf(name)))];
        if (!Array.Exists(folders, folder => folder.Code >= 0))
        {
            string found = folders.Length == 0 ? "there is no folder in it" : $"the folders are {Excerpt.Names([.. folders.Select(folder => folder.Name)])}";
            string[] inside = [.. folders.Take(MaxFoldersLookedInto).Select(folder => folder.Name).Where(name => FindLayout(Path.Combine(Root, name)) is not null)];
            throw Fault($"{found}; expected {Both}.{(inside is [var one] ? $" Did you mean {Excerpt.Name(Path.Combine(Root, one))}?" : "")}");
        }

        string[] unknown = [.. folders.Where(folder => folder.Code < 0).Select(folder => folder.Name)];
        if (unknown.Length > 0)
        {
            throw Fault($"the folder(s) {Excerpt.Names(unknown)} are no classes of CK+; expected {Classes} alone, or neutral.");
        }

        if (Entries("").Find(entry => FolderFiles.IsImage(entry.Name)) is { } outside)
        {
            throw Fault($"the image {Excerpt.Names([outside.Name])} is in no class folder; expected {Cropped}.");
        }

        if (_options.IncludesLandmarks)
        {
            throw Fault($"there are no landmarks in class folders; expected {Distributed}, or {nameof(CkPlusOptions.IncludesLandmarks)} false.");
        }

        if (_options.IncludesNeutral && !Array.Exists(folders, folder => folder.Code == 0))
        {
            throw Fault(
                $"there is no class folder neutral, since CK+48 has the last frames alone; expected {Distributed}, or {nameof(CkPlusOptions.IncludesNeutral)} false.");
        }

        foreach (IGrouping<int, (string Name, int Code)> twins in folders.GroupBy(folder => folder.Code).Where(group => group.Count() > 1))
        {
            throw Fault($"the class folders {Excerpt.Names([.. twins.Select(twin => twin.Name)], " and ")} are the same class; expected one of them.");
        }

        AddFiles(folders);
    }

    private void AddFiles((string Name, int Code)[] folders)
    {
        var sequences = new Dictionary<(int Subject, int Sequence), (string Class, List<CkPlusFrame> Frames)>();
        foreach ((string folder, int code) in folders.Where(folder => folder.Code > 0 || _options.IncludesNeutral))
        {
            string[] files = [.. Entries(folder).Select(entry => entry.Name).Where(FolderFiles.IsImage).Order(StringComparer.Ordinal)];
            if (files.Length == 0)
            {
                throw Fault($"there is no image in {Excerpt.Names([folder])}; expected at least one in every class folder.");
            }

            foreach (string file in files)
            {
                string path = $"{folder}/{file}";
                if (NameOf(file) is not { } name)
                {
                    _faults.Add($"{path} does not say its subject in its name; expected {CkPlusName.Form}{Path.GetExtension(file)}, "
                        + "in which S005_001_00000011 is subject 5, sequence 1, frame 11.");
                    continue;
                }

                var frame = new CkPlusFrame(path, LandmarksPath: null, code, name);
                if (code == 0)
                {
                    _frames.Add(frame);
                }
                else if (!sequences.TryGetValue(name.Key, out (string Class, List<CkPlusFrame> Frames) sequence))
                {
                    sequences.Add(name.Key, (folder, [frame]));
                }
                else if (sequence.Class == folder)
                {
                    sequence.Frames.Add(frame);
                }
                else
                {
                    _faults.Add($"{path} is of a sequence that is {sequence.Class} already; expected one class for a sequence.");
                }
            }
        }

        foreach ((_, List<CkPlusFrame> frames) in sequences.Values)
        {
            _frames.AddRange(frames.OrderBy(frame => frame.Name.Frame).TakeLast(_options.FramesPerSequence));
        }

        foreach (IGrouping<CkPlusName, CkPlusFrame> twins in _frames.GroupBy(frame => frame.Name).Where(group => group.Count() > 1))
        {
            _faults.Add($"{string.Join(" and ", twins.Select(twin => twin.Path))} are the same frame; expected it once.");
        }

        RefuseFaults("name(s)");
        Sequences = sequences.Count;
        if (Sequences == 0)
        {
            throw Fault($"there is no class folder but neutral; expected {Cropped}.");
        }
    }

    private void RefuseFaults(string what)
    {
        if (_faults.Count > 0)
        {
            throw Fault(FormattableString.Invariant($"{_faults.Count} {what} cannot be used: {Excerpt.Names(_faults, "; ")}"));
        }
    }
}
