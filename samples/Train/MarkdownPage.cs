using System.Text;
using FacialAttention;

namespace Train;

/// <summary>A page of markdown with sections that a program writes, each between two lines that name it.</summary>
internal static class MarkdownPage
{
    public static string StartOf(string section) => $"<!-- {section}: made by samples/Train card -->";

    public static string EndOf(string section) => $"<!-- end of {section} -->";

    /// <summary>Puts a text in the place of a section.</summary>
    /// <exception cref="IOException">There is no such page.</exception>
    /// <exception cref="InvalidDataException">It has no such section, or has it twice.</exception>
    public static void Replace(string path, string section, string text)
    {
        (string[] lines, int start, int end) = Find(path, section);
        string result = string.Join('\n', [.. lines[..(start + 1)], "", text.TrimEnd('\n'), "", .. lines[end..]]);
        AtomicFile.Write(path, stream => stream.Write(Encoding.UTF8.GetBytes(result)));
    }

    /// <summary>Sees that there is such a section, before minutes are spent.</summary>
    /// <exception cref="IOException">There is no such page.</exception>
    /// <exception cref="InvalidDataException">It has no such section, or has it twice.</exception>
    public static void Check(string path, string section) => Find(path, section);

    private static (string[] Lines, int Start, int End) Find(string path, string section)
    {
        string[] lines = File.ReadAllText(path).ReplaceLineEndings("\n").Split('\n');
        (int start, int end) = (IndexOf(StartOf(section)), IndexOf(EndOf(section)));
        return start < end
            ? (lines, start, end)
            : throw new InvalidDataException($"'{path}' has the line '{EndOf(section)}' above the first of its section; expected it below.");

        int IndexOf(string line) => lines.Count(other => other == line) == 1
            ? Array.IndexOf(lines, line)
            : throw new InvalidDataException(
                $"'{path}' has {lines.Count(other => other == line)} lines '{line}'; expected one: the tables go between '{StartOf(section)}' and "
                + $"'{EndOf(section)}'.");
    }

    /// <summary>A table, whose first row is its head; columns of numbers stand right.</summary>
    public static string Table(params IReadOnlyList<string[]> rows)
    {
        var text = new StringBuilder();
        foreach ((int index, string[] cells) in rows.Index())
        {
            text.Append("| ").AppendJoin(" | ", cells.Select(cell => cell.Replace("|", "\\|", StringComparison.Ordinal))).Append(" |\n");
            if (index == 0)
            {
                text.Append('|').AppendJoin('|', cells.Select((_, column) => rows.Skip(1).All(row => IsNumber(row[column])) ? "---:" : "---")).Append("|\n");
            }
        }

        return text.Append('\n').ToString();
    }

    private static bool IsNumber(string cell) => cell.Length == 0 || cell == "-" || char.IsAsciiDigit(cell[0]);
}
