using System.Text.RegularExpressions;

namespace Recognize;

/// <summary>The pictures that files, folders and globs stand for: each once, in the order of the arguments, and by name within one.</summary>
internal static class PictureFiles
{
    private static readonly string[] Endings = [".png", ".jpg", ".jpeg", ".jpe", ".jfif", ".webp", ".bmp", ".dib", ".gif"];

    private static readonly EnumerationOptions AllFolders = new() { RecurseSubdirectories = true, IgnoreInaccessible = true };

    /// <summary>The pictures, and the arguments that stand for none, each with the reason.</summary>
    public static (List<string> Pictures, List<(string Path, string Reason)> Faults) Find(IReadOnlyList<string> arguments)
    {
        var pictures = new List<string>();
        var faults = new List<(string Path, string Reason)>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (string argument in arguments)
        {
            string[] found = [.. Of(argument)];
            if (found.Length == 0)
            {
                faults.Add((argument, Directory.Exists(argument) ? "the folder has no pictures"
                    : IsGlob(argument) ? "no picture has such a name"
                    : "there is no such file or folder"));
            }

            pictures.AddRange(found.Where(path => seen.Add(Path.GetFullPath(path))));
        }

        return (pictures, faults);
    }

    private static IEnumerable<string> Of(string argument)
    {
        if (File.Exists(argument))
        {
            return [argument]; // whatever its ending
        }

        if (Directory.Exists(argument))
        {
            return PicturesIn(argument);
        }

        if (!IsGlob(argument))
        {
            return [];
        }

        string[] parts = argument.Split('/', Path.DirectorySeparatorChar);
        string folder = string.Join('/', parts.TakeWhile(part => !IsGlob(part)));
        string start = folder.Length > 0 ? folder : argument[0] == '/' ? "/" : ".";
        var pattern = new Regex(
            $"^{string.Concat(parts.SkipWhile(part => !IsGlob(part)).Select(PatternOf)).TrimEnd('/')}$", RegexOptions.NonBacktracking);
        return !Directory.Exists(start) ? [] : PicturesIn(start)
            .Where(path => pattern.IsMatch(Path.GetRelativePath(start, path).Replace('\\', '/')))
            .Select(path => folder.Length > 0 || argument[0] == '/' ? path : Path.GetRelativePath(start, path));
    }

    private static IEnumerable<string> PicturesIn(string folder) => Directory.EnumerateFiles(folder, "*", AllFolders)
        .Where(path => Endings.Contains(Path.GetExtension(path), StringComparer.OrdinalIgnoreCase))
        .Order(StringComparer.Ordinal);

    private static bool IsGlob(string text) => text.AsSpan().IndexOfAny('*', '?') >= 0;

    /// <summary>One part between slashes: ** stands for any folders, * and ? for characters of a name.</summary>
    private static string PatternOf(string part) => part == "**" ? "(.+/)?"
        : Regex.Escape(part).Replace(@"\*", "[^/]*", StringComparison.Ordinal).Replace(@"\?", "[^/]", StringComparison.Ordinal) + "/";
}
