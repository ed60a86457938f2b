using System.Globalization;

namespace VariantTable;

/// <summary>Figures as text, the same in every culture.</summary>
internal static class Words
{
    public static string Lstm(int? hidden, int? layers) =>
        hidden is null ? "-" : string.Create(CultureInfo.InvariantCulture, $"{hidden} x {layers}");

    public static string Count(long count) => count.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>A fraction in percent, to a tenth.</summary>
    public static string Percent(double fraction) => (100 * fraction).ToString("F1", CultureInfo.InvariantCulture) + " %";

    public static string PercentOrDash(double? fraction) => fraction is { } value ? Percent(value) : "-";

    public static string Percent(Interval interval) => string.Create(
        CultureInfo.InvariantCulture, $"{100 * interval.Low:F1} to {100 * interval.High:F1} %");

    /// <summary>
    /// A difference of fractions in percentage points, with its sign, to a tenth; to a hundredth where the tenth would hide on which side it lies
    /// of what decides a claim, 0 or <see cref="Claims.SameWithin"/>.
    /// </summary>
    public static string Points(double difference)
    {
        string tenths = In("0.0");
        return tenths is "0.0" or "+1.0" or "-1.0" ? In("0.00") : tenths;

        string In(string digits) => (100 * difference).ToString($"+{digits};-{digits};0.0", CultureInfo.InvariantCulture);
    }

    public static string Points(Interval interval) => $"{Points(interval.Low)} to {Points(interval.High)}";
}
