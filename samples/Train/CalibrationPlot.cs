using FacialAttention;
using ScottPlot;

namespace Train;

/// <summary>A picture of how far probabilities can be believed: reliability, and risk over coverage, before and after calibration.</summary>
internal static class CalibrationPlot
{
    private const double LeastShare = 0.005; // A bin of one or two faces is no reading.

    private static readonly (string Name, Color Color)[] Lines = [("as trained", Colors.C0), ("calibrated", Colors.C1)];

    public static void Save(string path, CalibrationReport before, CalibrationReport after)
    {
        Multiplot panels = CurvePlot.Panels();
        Plot reliability = panels.GetPlot(0), risk = panels.GetPlot(1);
        var diagonal = reliability.Add.Scatter(new double[] { 0, 100 }, new double[] { 0, 100 }, Colors.Gray);
        (diagonal.LinePattern, diagonal.MarkerSize, diagonal.LegendText) = (LinePattern.Dashed, 0, "perfect");
        foreach ((CalibrationReport report, (string name, Color color)) in new[] { before, after }.Zip(Lines))
        {
            ReliabilityBin[] bins = [.. report.Reliability.Where(bin => bin.Share >= LeastShare)];
            var points = reliability.Add.Scatter(
                bins.Select(bin => 100 * bin.Confidence).ToArray(), bins.Select(bin => 100 * bin.Accuracy).ToArray(), color);
            (points.LineWidth, points.MarkerSize, points.LegendText) = (2, 7, name);
            IReadOnlyList<RiskCoveragePoint> curve = report.RiskCoverage.Points;
            var line = risk.Add.Scatter(curve.Select(point => 100 * point.Coverage).ToArray(), curve.Select(point => 100 * point.Risk).ToArray(), color);
            (line.LineWidth, line.MarkerSize, line.LegendText) = (2, 0, name);
        }

        CurvePlot.Finish(reliability, "reliability, from 0.5 % of the faces on", "confidence (%)", "accuracy (%)", last: 100);
        CurvePlot.Finish(risk, "wrong answers if the least sure faces get none", "answered (%)", "wrong (%)", last: 100);
        CurvePlot.Write(path, panels);
    }
}
