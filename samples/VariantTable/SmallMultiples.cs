using System.Globalization;
using System.Text;
using FacialAttention;

namespace VariantTable;

/// <summary>One small chart for each condition over its strengths, in svg. Lines are told apart by dashes and markers, without colour.</summary>
internal static class SmallMultiples
{
    private const int Width = 200;
    private const int Height = 158;
    private const int Left = 40;
    private const int Right = 192;
    private const int Top = 30;
    private const int Bottom = 132;

    private static readonly (string Color, string Dashes)[] Lines =
    [
        ("#1f2a37", ""), ("#c2570c", "7 4"), ("#5b6673", "2 3"), ("#08306b", "10 3 2 3"), ("#8a94a0", "14 5"), ("#1f2a37", "1 5"),
    ];

    /// <summary>The charts with their legend, which is left out where one line says all.</summary>
    /// <param name="caption">What the lines show.</param>
    /// <param name="names">Of the lines.</param>
    /// <param name="value">The value of a line, for a condition at a strength from 0, which is the clean face; null for none. A fraction.</param>
    public static string Write(string caption, IReadOnlyList<string> names, Func<int, CorruptionKind, int, double?> value)
    {
        double largest = TestedResult.Kinds.SelectMany(kind => Strengths().SelectMany(strength => names.Select((_, line) => value(line, kind, strength) ?? 0))).Max();
        double top = Math.Max(0.2, Math.Ceiling(5 * largest) / 5);
        var html = new StringBuilder("<figure>\n");
        if (names.Count > 1)
        {
            html.Append("<p class=\"legend\">").AppendJoin(" ", names.Select(Legend)).Append("</p>\n");
        }

        html.Append("<div class=\"multiples\">\n");
        foreach (CorruptionKind kind in TestedResult.Kinds)
        {
            html.Append(Chart(kind, names.Count, top, value));
        }

        return html.Append(CultureInfo.InvariantCulture, $"</div>\n<figcaption>{ReportTable.Encode(caption)}</figcaption></figure>\n").ToString();
    }

    private static IEnumerable<int> Strengths() => Enumerable.Range(0, Corruption.MaxStrength + 1);

    private static string Legend(string name, int line) => string.Create(
        CultureInfo.InvariantCulture,
        $"<span class=\"whole\"><svg width=\"44\" height=\"14\" viewBox=\"0 0 44 14\" aria-hidden=\"true\">{Stroke(line, "M2 7 L42 7")}{Marker(line, 22, 7)}</svg> ")
        + $"{ReportTable.Encode(name)}</span>";

    private static string Chart(CorruptionKind kind, int lines, double top, Func<int, CorruptionKind, int, double?> value)
    {
        string name = ConditionNames.Of(kind);
        var svg = new StringBuilder();
        svg.Append(CultureInfo.InvariantCulture, $"<svg viewBox=\"0 0 {Width} {Height}\" role=\"img\" aria-label=\"{name}\">");
        svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{Left}\" y=\"17\" class=\"name\">{name}</text>");
        foreach (double share in new[] { 0, 0.5, 1 })
        {
            double y = Y(share * top, top);
            svg.Append(CultureInfo.InvariantCulture, $"<path d=\"M{Left} {y:F1} L{Right} {y:F1}\" class=\"grid\"/>");
            svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{Left - 6}\" y=\"{y + 4.5:F1}\" text-anchor=\"end\">{100 * share * top:F0}</text>");
        }

        foreach (int strength in Strengths())
        {
            svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{X(strength):F1}\" y=\"{Bottom + 19}\" text-anchor=\"middle\">{strength}</text>");
        }

        for (int line = lines - 1; line >= 0; line--)
        {
            (double X, double Y)[] points =
            [
                .. Strengths().Select(strength => (strength, Value: value(line, kind, strength))).Where(point => point.Value is not null)
                    .Select(point => (X(point.strength), Y(point.Value!.Value, top))),
            ];
            string path = string.Join(' ', points.Select((point, i) => string.Create(CultureInfo.InvariantCulture, $"{(i == 0 ? 'M' : 'L')}{point.X:F1} {point.Y:F1}")));
            svg.Append(points.Length == 0 ? "" : Stroke(line, path)).AppendJoin("", points.Select(point => Marker(line, point.X, point.Y)));
        }

        return svg.Append("</svg>\n").ToString();
    }

    private static double X(int strength) => Left + 8 + ((Right - Left - 16.0) * strength / Corruption.MaxStrength);

    private static double Y(double value, double top) => Bottom - ((Bottom - Top) * value / top);

    private static string Stroke(int line, string path)
    {
        (string color, string dashes) = Lines[line % Lines.Length];
        return $"<path d=\"{path}\" fill=\"none\" stroke=\"{color}\" stroke-width=\"2.2\"{(dashes.Length == 0 ? "" : $" stroke-dasharray=\"{dashes}\"")}/>";
    }

    private static string Marker(int line, double x, double y)
    {
        string color = Lines[line % Lines.Length].Color;
        return (line % Lines.Length) switch
        {
            0 => string.Create(CultureInfo.InvariantCulture, $"<circle cx=\"{x:F1}\" cy=\"{y:F1}\" r=\"3.6\" fill=\"{color}\"/>"),
            1 => string.Create(
                CultureInfo.InvariantCulture,
                $"<rect x=\"{x - 3.4:F1}\" y=\"{y - 3.4:F1}\" width=\"6.8\" height=\"6.8\" fill=\"#fff\" stroke=\"{color}\" stroke-width=\"1.8\"/>"),
            2 => Shape("M-4.4 3.4 L4.4 3.4 L0 -4.4 Z", "#fff"),
            3 => Shape("M-4.6 0 L0 -4.6 L4.6 0 L0 4.6 Z", color),
            4 => string.Create(CultureInfo.InvariantCulture, $"<circle cx=\"{x:F1}\" cy=\"{y:F1}\" r=\"3.6\" fill=\"#fff\" stroke=\"{color}\" stroke-width=\"1.8\"/>"),
            _ => Shape("M-3.6 -3.6 L3.6 3.6 M-3.6 3.6 L3.6 -3.6", "none"),
        };

        string Shape(string path, string fill) => string.Create(
            CultureInfo.InvariantCulture, $"<path d=\"{path}\" transform=\"translate({x:F1} {y:F1})\" fill=\"{fill}\" stroke=\"{color}\" stroke-width=\"1.8\"/>");
    }
}
