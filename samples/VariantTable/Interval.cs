namespace VariantTable;

/// <summary>A 95 % interval.</summary>
internal readonly record struct Interval(double Low, double High)
{
    private const double Normal = 1.959963984540054; // 97.5 % of the standard normal distribution lie below.
    private const double Tail = 0.975;

    /// <summary>Wilson's score interval of a share: what faces, drawn anew, would leave open of one network's accuracy.</summary>
    public static Interval Wilson(long right, long total)
    {
        double share = (double)right / total;
        double square = Normal * Normal / total;
        double centre = share + square / 2;
        double half = Normal * Math.Sqrt((share * (1 - share) + square / 4) / total);
        return new Interval((centre - half) / (1 + square), (centre + half) / (1 + square));
    }

    /// <summary>Student's interval of a mean: what other seeds would leave open. Null for fewer than two values.</summary>
    public static Interval? OfMean(IReadOnlyList<double> values)
    {
        int count = values.Count;
        if (count < 2)
        {
            return null;
        }

        double mean = values.Average();
        double deviation = Math.Sqrt(values.Sum(value => (value - mean) * (value - mean)) / (count - 1));
        double half = StudentT(count - 1) * deviation / Math.Sqrt(count);
        return new Interval(mean - half, mean + half);
    }

    /// <summary>The value below which 97.5 % of Student's distribution lie.</summary>
    /// <param name="freedom">Degrees of freedom, at least 1.</param>
    public static double StudentT(int freedom)
    {
        (double low, double high) = (0, 16); // With one degree it is 12.7; more bring it down.
        for (int i = 0; i < 100; i++)
        {
            double middle = (low + high) / 2;
            (low, high) = Below(middle, freedom) < Tail ? (middle, high) : (low, middle);
        }

        return (low + high) / 2;
    }

    /// <summary>Student's distribution function of whole degrees of freedom (Abramowitz and Stegun, 26.7.3 and 26.7.4).</summary>
    private static double Below(double t, int freedom)
    {
        double angle = Math.Atan(t / Math.Sqrt(freedom));
        double cosine = Math.Cos(angle);
        bool isOdd = freedom % 2 == 1;
        double term = isOdd ? cosine : 1;
        double sum = isOdd && freedom == 1 ? 0 : term;
        for (int k = isOdd ? 2 : 1; k < freedom - 2 + (isOdd ? 0 : 1); k += 2)
        {
            term *= cosine * cosine * k / (k + 1);
            sum += term;
        }

        double between = isOdd ? 2 / Math.PI * (angle + Math.Sin(angle) * sum) : Math.Sin(angle) * sum;
        return 0.5 + between / 2;
    }
}
