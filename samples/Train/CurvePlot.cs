using System.Globalization;
using FacialAttention;
using ScottPlot;
using SkiaSharp;

namespace Train;

/// <summary>curves.png: loss and accuracy over the iterations.</summary>
internal static class CurvePlot
{
    private const int Width = 1200;
    private const int Height = 450;

    // Without one of these, ScottPlot's own choice.
    private static readonly string? _font = new[] { "Segoe UI", "Helvetica Neue", "DejaVu Sans", "Liberation Sans", "Noto Sans", "Arial" }
        .FirstOrDefault(SKFontManager.Default.FontFamilies.Contains);

    public static void Save(string path, string title, TrainingHistory history)
    {
        var panels = new Multiplot();
        panels.AddPlots(2);
        panels.Layout = new ScottPlot.MultiplotLayouts.Columns();
        Draw(panels.GetPlot(0), $"{title}: loss", "loss", history, point => point.Loss);
        Draw(panels.GetPlot(1), $"{title}: accuracy", "accuracy (%)", history, point => 100 * (1 - point.Error));
        panels.SavePng(path, Width, Height);
    }

    private static void Draw(Plot plot, string title, string axis, TrainingHistory history, Func<TrainingPoint, double> value)
    {
        AddLine(plot, "training batches", history.Training, value, Colors.C0);
        AddLine(plot, "validation (selection split)", history.Validation, value, Colors.C1);
        plot.Add.Marker(history.Best.Iteration, value(history.Best), MarkerShape.OpenCircle, 14, Colors.C3).LegendText =
            string.Create(CultureInfo.InvariantCulture, $"kept ({history.Best.Iteration})");
        plot.Title(title);
        plot.XLabel("iteration");
        plot.YLabel(axis);
        foreach (IAxis edge in new IAxis[] { plot.Axes.Bottom, plot.Axes.Left })
        {
            edge.TickGenerator = new ScottPlot.TickGenerators.NumericAutomatic
            {
                LabelFormatter = position => position.ToString("G6", CultureInfo.InvariantCulture),
            };
        }
        plot.Axes.SetLimitsX(0, 1.02 * history.Iterations);
        Legend legend = plot.ShowLegend(Edge.Bottom).Legend;
        legend.Orientation = Orientation.Horizontal;
        legend.TightHorizontalWrapping = true;
        legend.OutlineWidth = 0;
        legend.ShadowColor = Colors.Transparent;
        if (_font is not null)
        {
            plot.Font.Set(_font);
        }
    }

    private static void AddLine(
        Plot plot, string name, IReadOnlyList<TrainingPoint> points, Func<TrainingPoint, double> value, Color color)
    {
        var line = plot.Add.Scatter(points.Select(point => (double)point.Iteration).ToArray(), points.Select(value).ToArray(), color);
        line.LegendText = name;
        line.LineWidth = 2;
        line.MarkerSize = points.Count > 50 ? 0 : 5;
    }
}
