using System.Globalization;
using System.Text;

namespace VariantTable;

/// <summary>The report as one html file that needs no other.</summary>
internal static class ReportPage
{
    private const string Style = """
        :root { --ink: #1f2a37; --soft: #5b6673; --line: #d5dae0; --paper: #ffffff; --shade: #f3f5f7; }
        * { box-sizing: border-box; }
        body { margin: 0 auto; max-width: 70rem; padding: 1rem 1rem 4rem; color: var(--ink); background: var(--paper);
          font: 1rem/1.55 system-ui, -apple-system, "Segoe UI", "DejaVu Sans", "Liberation Sans", sans-serif; }
        h1 { font-size: 1.7rem; line-height: 1.2; margin: 1rem 0 .5rem; }
        h2 { font-size: 1.3rem; margin: 2.5rem 0 .5rem; padding-top: .75rem; border-top: 2px solid var(--ink); }
        h3 { font-size: 1.05rem; margin: 1.75rem 0 .5rem; }
        p { margin: .5rem 0; max-width: 46rem; }
        a { color: inherit; }
        nav { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; margin: 1rem 0; }
        table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
        table.numbers { width: auto; }
        .numbers th:not(:first-child), .numbers td:not(:first-child) { text-align: right; padding-left: 1.5rem; }
        th, td { text-align: left; vertical-align: top; padding: .4rem .75rem .4rem 0; border-bottom: 1px solid var(--line); }
        th { font-weight: 600; border-bottom: 1.5px solid var(--ink); }
        td { overflow-wrap: break-word; }
        td:first-child { font-weight: 600; }
        .note, figcaption { color: var(--soft); font-size: .9em; }
        .figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 27rem), 1fr)); gap: 1.5rem; margin: 1.5rem 0; }
        figure { margin: 0; break-inside: avoid; }
        figure img { width: 100%; height: auto; display: block; }
        td.holds span, td.does-not-hold span, td.undecided span, td.not-judged span { display: inline-block; white-space: nowrap;
          padding: 0 .5rem; border: 1.5px solid var(--ink); border-radius: 1rem; font-weight: 600; }
        td.holds span { background: var(--ink); color: var(--paper); }
        td.does-not-hold span { background: repeating-linear-gradient(135deg, #fff 0 4px, #e3e7eb 4px 8px); }
        td.undecided span { border-style: dashed; }
        td.not-judged span { border: 0; padding: 0; color: var(--soft); font-weight: 400; }
        .whole { white-space: nowrap; }
        .legend { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; max-width: none; }
        .legend svg { vertical-align: -2px; }
        .multiples { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(46%, 13rem), 1fr)); gap: .75rem 1rem; margin: 1rem 0; }
        .multiples svg { width: 100%; height: auto; break-inside: avoid; }
        .multiples text { font-size: 13px; fill: var(--ink); }
        .multiples .name { font-size: 15px; font-weight: 600; }
        .multiples .grid { stroke: var(--line); fill: none; }
        tr { break-inside: avoid; }
        h2, h3 { break-after: avoid; }
        @media screen and (max-width: 44rem) {
          .cards thead { display: none; }
          th, td { padding-right: .5rem; }
          table.numbers { width: 100%; font-size: .9rem; }
          .numbers th:not(:first-child), .numbers td:not(:first-child) { padding: .4rem 0 .4rem .3rem; }
          .cards, .cards tbody, .cards tr, .cards td { display: block; width: 100%; }
          .cards tr { margin: 0 0 .75rem; padding: .5rem .75rem; background: var(--shade); border-radius: .5rem; }
          .cards td { display: flex; justify-content: space-between; gap: 1rem; border: 0; padding: .15rem 0; }
          .cards td::before { content: attr(data-label); color: var(--soft); font-weight: 400; flex: 0 0 auto; max-width: 40%; }
          .cards td > span { text-align: right; min-width: 0; overflow-wrap: anywhere; }
          .cards td:first-child { font-size: 1.05rem; }
          .cards td:first-child::before { content: none; }
          .cards td:first-child > span { text-align: left; }
          .cards td:empty { display: none; }
        }
        @media print {
          @page { size: A4; margin: 16mm 14mm; }
          html { font-size: 9.5pt; }
          body { max-width: none; padding: 0; }
          table { break-inside: avoid; }
          nav { display: none; }
          .figures { grid-template-columns: 1fr 1fr; gap: 6mm; }
          .multiples { grid-template-columns: repeat(4, 1fr); gap: 3mm; }
          h2 { margin-top: 8mm; }
          td.holds span, td.does-not-hold span { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
        }
        """;

    public static string Write(Report report)
    {
        var parts = new List<(string Title, string Body)> { ("Claims", string.Concat(report.Claims.Select(table => table.ToHtml()))) };
        parts.AddRange(report.Sections.Select(section => (
            section.Title,
            string.Concat(section.Tables.Select(table => table.ToHtml())) + Figures(section.Figures))));
        parts.Add(("Protocol", string.Concat(report.Protocol.Select(table => table.ToHtml())) + Paragraphs(report.Readings)));
        if (report.Missing is not null)
        {
            parts.Add(("Not ended", report.Missing.ToHtml()));
        }

        if (report.Machines is not null)
        {
            parts.Add(("Machines and hours", report.Machines.ToHtml() + Paragraphs(report.Notes)));
        }

        return Write(Report.Title, report.Summary, parts);
    }

    /// <summary>A page of parts, each an html text under its title.</summary>
    public static string Write(string title, string summary, IReadOnlyList<(string Title, string Body)> parts)
    {
        var html = new StringBuilder();
        html.Append("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
        html.Append("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
        html.Append(CultureInfo.InvariantCulture, $"<title>{Encode(title)}</title>\n<style>\n{Style}\n</style>\n</head>\n<body>\n");
        html.Append(CultureInfo.InvariantCulture, $"<h1>{Encode(title)}</h1>\n<p>{Encode(summary)}</p>\n");
        html.Append("<nav>");
        html.AppendJoin("", parts.Select((part, i) => FormattableString.Invariant($"<a href=\"#part{i + 1}\">{Encode(part.Title)}</a>")));
        html.Append("</nav>\n");
        for (int i = 0; i < parts.Count; i++)
        {
            html.Append(CultureInfo.InvariantCulture, $"<section id=\"part{i + 1}\">\n<h2>{Encode(parts[i].Title)}</h2>\n{parts[i].Body}</section>\n");
        }

        return html.Append("</body>\n</html>\n").ToString();
    }

    private static string Figures(IReadOnlyList<ReportFigure> figures)
    {
        var html = new StringBuilder("<div class=\"figures\">\n");
        foreach (ReportFigure figure in figures)
        {
            html.Append(
                CultureInfo.InvariantCulture,
                $"<figure><img alt=\"{Encode(figure.Caption)}\" src=\"data:image/png;base64,{Convert.ToBase64String(figure.Png)}\">"
                + $"<figcaption>{Encode(figure.Caption)}</figcaption></figure>\n");
        }

        return html.Append("</div>\n").ToString();
    }

    private static string Paragraphs(IReadOnlyList<string> texts) => string.Concat(texts.Select(text => $"<p>{Encode(text)}</p>\n"));

    private static string Encode(string text) => ReportTable.Encode(text);
}
