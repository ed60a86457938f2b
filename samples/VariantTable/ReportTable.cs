using System.Globalization;
using System.Net;
using System.Text;
using System.Text.RegularExpressions;

namespace VariantTable;

/// <summary>A table of the report, as text and as html.</summary>
/// <param name="Title">What stands above it.</param>
/// <param name="Columns">The heads.</param>
/// <param name="Rows">The cells of each row, as many as there are heads.</param>
/// <param name="Note">What stands below it; null for nothing.</param>
internal sealed partial record ReportTable(string Title, IReadOnlyList<string> Columns, IReadOnlyList<IReadOnlyList<string>> Rows, string? Note = null)
{
    private const int ShortCell = 8;
    private const int ShortestCell = 5;

    /// <summary>The column in which a row is told from others by a class of its own; -1 for none.</summary>
    public int MarkedColumn { get; init; } = -1;

    // Few columns of short cells fit on a phone as they are.
    private string Class => (Columns.Count <= 5 && HasCellsOf(ShortCell)) || (Columns.Count <= 7 && HasCellsOf(ShortestCell)) ? " class=\"numbers\""
        : Columns.Count <= 2 ? ""
        : " class=\"cards\"";

    private bool HasCellsOf(int length) => Rows.All(row => row.Skip(1).All(cell => cell.Length <= length));

    public string ToMarkdown()
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"### {Title}\n\n");
        text.Append(CultureInfo.InvariantCulture, $"| {string.Join(" | ", Columns.Select(Cell))} |\n|{string.Concat(Columns.Select(_ => "---|"))}\n");
        foreach (IReadOnlyList<string> row in Rows)
        {
            text.Append(CultureInfo.InvariantCulture, $"| {string.Join(" | ", row.Select(Cell))} |\n");
        }

        if (Note is not null)
        {
            text.Append(CultureInfo.InvariantCulture, $"\n{Note}\n");
        }

        return text.Append('\n').ToString();

        static string Cell(string value) => value.Replace("|", "\\|", StringComparison.Ordinal);
    }

    /// <summary>On a narrow screen each row becomes a card, whose cells say their column.</summary>
    public string ToHtml()
    {
        var html = new StringBuilder();
        html.Append(CultureInfo.InvariantCulture, $"<h3>{Encode(Title)}</h3>\n<table{Class}>\n<thead><tr>");
        html.AppendJoin("", Columns.Select(column => $"<th>{Encode(column)}</th>")).Append("</tr></thead>\n<tbody>\n");
        foreach (IReadOnlyList<string> row in Rows)
        {
            html.Append("<tr>");
            for (int i = 0; i < row.Count; i++)
            {
                string mark = i == MarkedColumn ? $" class=\"{row[i].Split(':')[0].Replace(' ', '-')}\"" : "";
                html.Append(
                    CultureInfo.InvariantCulture,
                    $"<td data-label=\"{Encode(Columns[i])}\"{mark}>{(row[i].Length == 0 ? "" : $"<span>{Unbroken(Encode(row[i]))}</span>")}</td>");
            }

            html.Append("</tr>\n");
        }

        html.Append("</tbody>\n</table>\n");
        if (Note is not null)
        {
            html.Append(CultureInfo.InvariantCulture, $"<p class=\"note\">{Unbroken(Encode(Note))}</p>\n");
        }

        return html.ToString();
    }

    /// <summary>Options, folders, networks and dates are not to be parted at their hyphens, and no number from its unit.</summary>
    private static string Unbroken(string html) =>
        Hyphened().Replace(html, "<span class=\"whole\">$0</span>").Replace(" %", "&nbsp;%", StringComparison.Ordinal);

    [GeneratedRegex(@"(--|runs/)[a-z0-9-]*|(?<= )-c|[A-Z]+-[A-Z]+|\d{4}-\d\d-\d\d")]
    private static partial Regex Hyphened();

    public static string Encode(string text) => WebUtility.HtmlEncode(text);
}
