using System.Globalization;
using FacialAttention;
using ScottPlot;
using SkiaSharp;

namespace VariantTable;

/// <summary>The pictures of the report. Lines and shades are told apart without colour; letters are legible on a phone's width.</summary>
internal static class ReportPlots
{
    private const int Width = 900;
    private const int Height = 620;
    private const float LetterSize = 26;
    private const float LineWidth = 4;
    private static readonly Color _dark = Color.FromHex("#1f2a37");
    private static readonly Color _light = Color.FromHex("#d9730d");
    private static readonly Color _deepest = Color.FromHex("#08306b");

    // Without one of these, ScottPlot's own choice.
    private static readonly string? _font = new[] { "DejaVu Sans", "Liberation Sans", "Noto Sans", "Segoe UI", "Helvetica Neue", "Arial" }
        .FirstOrDefault(SKFontManager.Default.FontFamilies.Contains);

    /// <summary>Accuracy over the iterations: the mean of the seeds, and a band from the lowest to the highest of them.</summary>
    public static byte[] Curves(
        IReadOnlyList<(string Name, IReadOnlyList<IReadOnlyList<TrainingPoint>> Seeds)> networks, int? markedIteration)
    {
        var plot = new Plot();
        double last = 0;
        for (int i = 0; i < networks.Count; i++)
        {
            Color color = i == 0 ? _dark : _light;
            var reports = networks[i].Seeds.SelectMany(points => points).GroupBy(point => point.Iteration)
                .Where(group => group.Count() == networks[i].Seeds.Count).OrderBy(group => group.Key)
                .Select(group => (Place: (double)group.Key, Values: group.Select(point => 100 * (1 - point.Error)).ToArray())).ToArray();
            double[] places = [.. reports.Select(report => report.Place)];
            if (places.Length == 0)
            {
                continue;
            }

            if (networks[i].Seeds.Count > 1)
            {
                var band = plot.Add.FillY(
                    places, [.. reports.Select(report => report.Values.Min())], [.. reports.Select(report => report.Values.Max())]);
                band.FillColor = color.WithAlpha(0.22);
                band.LineWidth = 0;
            }

            var line = plot.Add.Scatter(places, [.. reports.Select(report => report.Values.Average())], color);
            line.LegendText = networks[i].Name;
            line.LineWidth = LineWidth;
            line.LinePattern = i == 0 ? LinePattern.Solid : LinePattern.DenselyDashed;
            line.MarkerSize = places.Length > 30 ? 0 : 10;
            line.MarkerShape = i == 0 ? MarkerShape.FilledCircle : MarkerShape.OpenSquare;
            last = Math.Max(last, places[^1]);
        }

        if (markedIteration is { } marked && marked < last)
        {
            var mark = plot.Add.VerticalLine(marked, 2, Colors.Gray, LinePattern.Dotted);
            mark.LegendText = string.Create(CultureInfo.InvariantCulture, $"iteration {marked:N0}");
        }

        Legend legend = plot.ShowLegend(Edge.Top).Legend;
        legend.Orientation = Orientation.Horizontal;
        legend.TightHorizontalWrapping = true;
        legend.FontSize = LetterSize;
        legend.SymbolWidth = 70;
        legend.SymbolHeight = 1.6f * LetterSize; // ScottPlot cuts letters off at what it takes for their height, which is less than it is.
        legend.OutlineWidth = 0;
        legend.ShadowColor = Colors.Transparent;
        Finish(plot, "iteration", "accuracy (%)");
        plot.Axes.Right.MinimumSize = 40; // Half of the last tick's number.
        plot.Axes.SetLimitsX(0, 1.02 * last);
        return Render(plot, Height);
    }

    /// <summary>A dot for each network with its 95 % interval, and a small one for each seed.</summary>
    public static byte[] Accuracies(IReadOnlyList<(string Name, double Mean, Interval Interval, IReadOnlyList<double> Seeds)> networks)
    {
        var plot = new Plot();
        int count = networks.Count;
        for (int i = 0; i < count; i++)
        {
            double place = count - 1 - i;
            (_, double mean, Interval interval, IReadOnlyList<double> seeds) = networks[i];
            var line = plot.Add.Line(100 * interval.Low, place, 100 * interval.High, place);
            (line.LineColor, line.LineWidth) = (_dark, LineWidth);
            foreach (double end in new[] { interval.Low, interval.High })
            {
                var cap = plot.Add.Line(100 * end, place - 0.12, 100 * end, place + 0.12);
                (cap.LineColor, cap.LineWidth) = (_dark, LineWidth);
            }

            plot.Add.Marker(100 * mean, place, MarkerShape.FilledCircle, 18, _dark);
            foreach (double seed in seeds.Count > 1 ? seeds : [])
            {
                plot.Add.Marker(100 * seed, place - 0.25, MarkerShape.OpenCircle, 11, _light);
            }
        }

        Finish(plot, "accuracy (%)", "");
        plot.Axes.Left.SetTicks([.. Enumerable.Range(0, count).Select(i => (double)(count - 1 - i))], [.. networks.Select(network => network.Name)]);
        plot.Axes.SetLimitsY(-0.6, count - 0.4);
        return Render(plot, 180 + 90 * count);
    }

    /// <summary>Cells shaded from the lowest value to the highest, each with its text; null where there is none.</summary>
    public static byte[] Heat(
        IReadOnlyList<string> rows, IReadOnlyList<string> columns, Func<int, int, (double Shade, string Text)?> cell, string left, string bottom)
    {
        var plot = new Plot();
        for (int row = 0; row < rows.Count; row++)
        {
            for (int column = 0; column < columns.Count; column++)
            {
                double y = rows.Count - 1 - row;
                (double shade, string text) = cell(row, column) ?? (0, "none");
                var box = plot.Add.Rectangle(column - 0.5, column + 0.5, y - 0.5, y + 0.5);
                box.FillColor = Colors.White.MixedWith(_deepest, Math.Clamp(shade, 0, 1));
                (box.LineColor, box.LineWidth) = (Colors.White, 2);
                var label = plot.Add.Text(text, column, y);
                label.LabelAlignment = Alignment.MiddleCenter;
                label.LabelFontSize = LetterSize;
                label.LabelFontColor = shade > 0.5 ? Colors.White : _dark;
            }
        }

        Finish(plot, bottom, left);
        plot.HideGrid();
        plot.Axes.Bottom.SetTicks([.. Enumerable.Range(0, columns.Count).Select(i => (double)i)], [.. columns]);
        plot.Axes.Left.SetTicks([.. Enumerable.Range(0, rows.Count).Select(i => (double)(rows.Count - 1 - i))], [.. rows]);
        plot.Axes.SetLimits(-0.5, columns.Count - 0.5, -0.5, rows.Count - 0.5);
        return Render(plot, 170 + 75 * rows.Count);
    }

    private static Color MixedWith(this Color from, Color to, double share) => new(
        (byte)Math.Round(from.R + share * (to.R - from.R)),
        (byte)Math.Round(from.G + share * (to.G - from.G)),
        (byte)Math.Round(from.B + share * (to.B - from.B)));

    private static void Finish(Plot plot, string bottom, string left)
    {
        plot.XLabel(bottom, LetterSize);
        plot.YLabel(left, LetterSize);
        foreach (IAxis edge in new IAxis[] { plot.Axes.Bottom, plot.Axes.Left })
        {
            edge.TickLabelStyle.FontSize = LetterSize;
            edge.Label.Bold = false;
            edge.TickGenerator = new ScottPlot.TickGenerators.NumericAutomatic
            {
                LabelFormatter = position => position.ToString("G6", CultureInfo.InvariantCulture),
                MinimumTickSpacing = edge == plot.Axes.Bottom ? 110 : 60,
            };
        }

        plot.Axes.Right.FrameLineStyle.Width = 0;
        plot.Axes.Top.FrameLineStyle.Width = 0;
        if (_font is not null)
        {
            plot.Font.Set(_font);
        }
    }

    private static byte[] Render(Plot plot, int height) => plot.GetImage(Width, height).GetImageBytes(ImageFormat.Png);
}
