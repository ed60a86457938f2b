using System.Globalization;
using FacialAttention;
using ScottPlot;
using SkiaSharp;

namespace Train;

/// <summary>Pictures of loss and accuracy, of one run or of several.</summary>
internal static class CurvePlot
{
    private const int Width = 1200;
    private const int Height = 450;

    // Without one of these, ScottPlot's own choice.
    private static readonly string? _font = new[] { "Segoe UI", "Helvetica Neue", "DejaVu Sans", "Liberation Sans", "Noto Sans", "Arial" }
        .FirstOrDefault(SKFontManager.Default.FontFamilies.Contains);

    /// <summary>One run: loss and accuracy, training and validation, over its iterations.</summary>
    public static void Save(string path, string title, RunCurves curves)
    {
        Multiplot panels = Panels();
        Draw(panels.GetPlot(0), $"{title}: loss", "loss", point => point.Loss);
        Draw(panels.GetPlot(1), $"{title}: accuracy", "accuracy (%)", Accuracy);
        Write(path, panels);

        void Draw(Plot plot, string heading, string axis, Func<TrainingPoint, double> value)
        {
            AddLine(plot, "training batches", curves.Training, point => point.Iteration, value, Colors.C0);
            AddLine(plot, "validation (selection split)", curves.Validation, point => point.Iteration, value, Colors.C1);
            plot.Add.Marker(curves.Best.Iteration, value(curves.Best), MarkerShape.OpenCircle, 14, Colors.C3).LegendText =
                string.Create(CultureInfo.InvariantCulture, $"kept ({curves.Best.Iteration})");
            Finish(plot, heading, "iteration", axis, curves.Validation[^1].Iteration);
        }
    }

    /// <summary>Several runs: their accuracy on training batches and on validation, over the passes through the training faces.</summary>
    public static void Save(string path, IReadOnlyList<(string Name, RunCurves Curves, double EpochsPerIteration)> runs)
    {
        Multiplot panels = Panels();
        Draw(panels.GetPlot(0), "training batches, as the network saw them", curves => curves.Training);
        Draw(panels.GetPlot(1), "validation (selection split)", curves => curves.Validation);
        Write(path, panels);

        void Draw(Plot plot, string heading, Func<RunCurves, IReadOnlyList<TrainingPoint>> points)
        {
            var colors = new ScottPlot.Palettes.Category10();
            for (int i = 0; i < runs.Count; i++)
            {
                double scale = runs[i].EpochsPerIteration;
                AddLine(plot, runs[i].Name, points(runs[i].Curves), point => point.Iteration * scale, Accuracy, colors.GetColor(i));
            }

            double epochs = runs.Max(run => run.Curves.Validation[^1].Iteration * run.EpochsPerIteration);
            Finish(plot, heading, "epochs", "accuracy (%)", epochs);
        }
    }

    private static double Accuracy(TrainingPoint point) => 100 * (1 - point.Error);

    public static void Write(string path, Multiplot panels)
    {
        byte[] png = panels.Render(Width, Height).GetImageBytes(ImageFormat.Png);
        AtomicFile.Write(path, stream => stream.Write(png));
    }

    public static Multiplot Panels()
    {
        var panels = new Multiplot();
        panels.AddPlots(2);
        panels.Layout = new ScottPlot.MultiplotLayouts.Columns();
        return panels;
    }

    private static void AddLine(
        Plot plot,
        string name,
        IReadOnlyList<TrainingPoint> points,
        Func<TrainingPoint, double> place,
        Func<TrainingPoint, double> value,
        Color color)
    {
        var line = plot.Add.Scatter(points.Select(place).ToArray(), points.Select(value).ToArray(), color);
        line.LegendText = name;
        line.LineWidth = 2;
        line.MarkerSize = points.Count > 50 ? 0 : 5;
    }

    public static void Finish(Plot plot, string heading, string bottom, string left, double last)
    {
        plot.Title(heading);
        plot.XLabel(bottom);
        plot.YLabel(left);
        foreach (IAxis edge in new IAxis[] { plot.Axes.Bottom, plot.Axes.Left })
        {
            edge.TickGenerator = new ScottPlot.TickGenerators.NumericAutomatic
            {
                LabelFormatter = position => position.ToString("G6", CultureInfo.InvariantCulture),
            };
        }

        plot.Axes.SetLimitsX(0, 1.02 * last);
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
}
