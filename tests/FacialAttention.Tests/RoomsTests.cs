using System.Text.RegularExpressions;

namespace FacialAttention.Tests;

/// <summary>The tables of docs/architecture.md that say which folder of the sources may use which.</summary>
public sealed partial class RoomsTests
{
    private const string Core = "src/FacialAttention.Core";

    [Fact]
    public void Folders_OfTheSources_UseExactlyWhatTheTablesAllow()
    {
        ILookup<string, string> code = ReadCode();
        string[] used =
        [
            .. from user in code
               from owner in code
               let types = owner.SelectMany(file => DeclaredType().Matches(file)).Select(match => match.Groups[1].Value)
               where user.Key != owner.Key && user.Any(file => Regex.IsMatch(file, $@"\b({string.Join('|', types)})\b"))
               select $"{user.Key} uses {NameOf(IsInCore(owner.Key) && !IsInCore(user.Key) ? Core : owner.Key)}",
        ];
        string[] allowed = [.. ReadTables().SelectMany(row => row.MayUse.Select(name => $"{row.Room} uses {name}"))];

        used.Except(allowed).Should().BeEmpty("docs/architecture.md does not allow it");
        allowed.Except(used).Should().BeEmpty("docs/architecture.md allows it");
    }

    [Fact]
    public void Tables_OfTheSources_AllowNoCircles()
    {
        HashSet<string> above = [NameOf(Core)];
        foreach ((string room, string[] mayUse) in ReadTables())
        {
            mayUse.Except(above).Should().BeEmpty("{0} uses only what stands above it in the table", room);
            above.Add(NameOf(room));
        }
    }

    /// <summary>The files of each folder, without comments. What buildTransitive holds is compiled into applications.</summary>
    private static ILookup<string, string> ReadCode() => Directory
        .GetFiles(Path.Combine(Repository.Root, "src"), "*.cs", SearchOption.AllDirectories)
        .Where(file => !Regex.IsMatch(file, @"[/\\](bin|obj|buildTransitive)[/\\]")).ToLookup(
            file => Path.GetRelativePath(Repository.Root, Path.GetDirectoryName(file)!).Replace('\\', '/'),
            file => Regex.Replace(File.ReadAllText(file), @"(^|\s)//.*$", "", RegexOptions.Multiline));

    private static IEnumerable<(string Room, string[] MayUse)> ReadTables() => TableRow()
        .Matches(File.ReadAllText(Path.Combine(Repository.Root, "docs", "architecture.md")))
        .Select(row => (row.Groups[1].Value, MayUse: row.Groups[2].Value == "-" ? [] : row.Groups[2].Value.Split(", ")))
        .Select(row => (row.Value.Contains('/') ? row.Value : $"{Core}/{row.Value}", row.MayUse));

    private static bool IsInCore(string room) => room.StartsWith(Core, StringComparison.Ordinal);

    private static string NameOf(string room) => room[(room.LastIndexOfAny(['/', '.']) + 1)..];

    [GeneratedRegex(@"^\w[\w ]*\b(?:class|struct|record|interface|enum) (\w+)", RegexOptions.Multiline)]
    private static partial Regex DeclaredType();

    [GeneratedRegex(@"^\| `(src/[\w./]+|[A-Z]\w+)` \| [^|]+ \| ([^|]+) \|\r?$", RegexOptions.Multiline)]
    private static partial Regex TableRow();
}
