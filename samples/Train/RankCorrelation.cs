namespace Train;

/// <summary>Spearman's rank correlation: that of the ranks, of which equal numbers share the mean.</summary>
internal static class RankCorrelation
{
    /// <summary>-1 to 1; null where all numbers of one side are equal, so that nothing can be said.</summary>
    public static double? Of(double[] one, double[] other)
    {
        double[] x = RanksOf(one), y = RanksOf(other);
        double mean = (x.Length + 1) / 2.0;
        double product = 0, squaresX = 0, squaresY = 0;
        for (int i = 0; i < x.Length; i++)
        {
            product += (x[i] - mean) * (y[i] - mean);
            squaresX += (x[i] - mean) * (x[i] - mean);
            squaresY += (y[i] - mean) * (y[i] - mean);
        }

        return squaresX == 0 || squaresY == 0 ? null : product / Math.Sqrt(squaresX * squaresY);
    }

    private static double[] RanksOf(double[] values)
    {
        int[] order = [.. Enumerable.Range(0, values.Length).OrderBy(i => values[i])];
        var ranks = new double[values.Length];
        for (int start = 0; start < order.Length;)
        {
            int end = start;
            while (end < order.Length && values[order[end]] == values[order[start]])
            {
                end++;
            }

            for (int i = start; i < end; i++)
            {
                ranks[order[i]] = (start + 1 + end) / 2.0;
            }

            start = end;
        }

        return ranks;
    }
}
