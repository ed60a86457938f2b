using System.Globalization;
using System.Text;

namespace FacialAttention.Fuzz.Run;

/// <summary>The table that closes a run, in Markdown, and the faults below it.</summary>
internal static class Table
{
    public static string Of(IReadOnlyList<TargetTotals> totals)
    {
        var text = new StringBuilder();
        text.AppendLine("| target | cases | succeeded | refused | faults | slowest case | most memory above baseline | largest input |");
        text.AppendLine("|---|---|---|---|---|---|---|---|");
        foreach (TargetTotals it in totals)
        {
            text.AppendLine(CultureInfo.InvariantCulture,
                $"| {it.Target} | {it.Cases} | {it.Succeeded} | {Counts(it.Refused)} | {Counts(it.Faults)} "
                + $"| {1000 * it.SlowestSeconds:F0} ms (case {it.SlowestCase}) | {it.LargestMegabytes:F0} MB (case {it.LargestCase}) "
                + $"| {it.LargestInputBytes / 1024} KB |");
        }

        foreach (TargetTotals it in totals)
        {
            foreach (CaseResult fault in it.FaultsTold)
            {
                text.AppendLine(CultureInfo.InvariantCulture, $"\nfault: {it.Target}, case {fault.Case}: {fault.Kind}: {fault.Detail}");
            }
        }

        return text.ToString();
    }

    private static string Counts(SortedDictionary<string, int> counts) => counts.Count == 0
        ? "0"
        : string.Join(", ", counts.Select(pair => FormattableString.Invariant($"{pair.Value} {pair.Key}")));
}
