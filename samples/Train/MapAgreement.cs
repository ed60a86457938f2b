using FacialAttention;

namespace Train;

/// <summary>How well the ranks of a map's cells agree with those of how far the probability falls when they are hidden.</summary>
/// <param name="Map">Which map.</param>
/// <param name="Faces">The faces that can tell: neither their map nor their falls are all equal.</param>
/// <param name="Mean">The mean of Spearman's correlation over these faces, -1 to 1; null, like the rest, without one.</param>
/// <param name="Median">The median.</param>
/// <param name="Low">The lower end of the 95 % interval of the mean, by bootstrap over faces.</param>
/// <param name="High">Its upper end.</param>
/// <param name="FallAtMost">
/// How far the probability falls when the cell is hidden where the map is greatest (of several such, their mean): the mean over all faces.
/// </param>
internal sealed record MapAgreement(string Map, int Faces, double? Mean, double? Median, double? Low, double? High, double FallAtMost)
{
    private const int Resamples = 2000;
    private const double Tail = 0.025;

    public static MapAgreement Of(string map, IReadOnlyList<double[]> maps, IReadOnlyList<double[]> falls, int seed)
    {
        double[] correlations = [.. maps.Zip(falls, RankCorrelation.Of).OfType<double>().Order()];
        int count = correlations.Length;
        double fallAtMost = maps.Zip(falls, FallWhereGreatest).Average();
        if (count == 0)
        {
            return new MapAgreement(map, 0, null, null, null, null, fallAtMost);
        }

        var random = new SeededRandom(seed);
        var means = new double[Resamples];
        for (int resample = 0; resample < Resamples; resample++)
        {
            double sum = 0;
            for (int draw = 0; draw < count; draw++)
            {
                sum += correlations[random.NextInt32(count)];
            }

            means[resample] = sum / count;
        }

        Array.Sort(means);
        double median = (correlations[(count - 1) / 2] + correlations[count / 2]) / 2;
        return new MapAgreement(
            map, count, correlations.Average(), median, means[(int)(Tail * Resamples)], means[(int)((1 - Tail) * Resamples) - 1],
            fallAtMost);
    }

    private static double FallWhereGreatest(double[] map, double[] falls)
    {
        double most = map.Max();
        return map.Zip(falls).Where(cell => cell.First == most).Average(cell => cell.Second);
    }
}
