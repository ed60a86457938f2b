namespace FacialAttention;

/// <summary>
/// The scales and biases of the classes that make the targets likeliest within their ranges: Newton's method on a convex loss, of the numbers
/// that no bound holds (Bertsekas, "Projected Newton methods", 1982), halving steps that do not lower it enough.
/// </summary>
/// <param name="faces">The faces.</param>
/// <param name="scale">Where all scales begin, and what they are drawn to by a little.</param>
internal sealed class VectorScaling(ScoredFaces faces, double scale)
{
    private const double Pull = 1e-6;
    private const double Flat = 1e-10;
    private const double Enough = 1e-4; // of what the slope promises
    private const int MaxSteps = 200;
    private const int MaxHalvings = 40;

    private readonly int _classes = faces.Classes;

    public ClassScaling[] Solve()
    {
        int size = 2 * _classes; // the scales, then the biases
        double[] place = [.. Enumerable.Repeat(scale, _classes), .. new double[_classes]];
        var slope = new double[size];
        var curvature = new double[size, size];
        double loss = LossAt(place);
        for (int step = 0; step < MaxSteps; step++)
        {
            Derive(place, slope, curvature);
            HoldAtBounds(place, slope, curvature);
            double[]? next = Array.TrueForAll(slope, value => Math.Abs(value) < Flat)
                ? null
                : Descend(place, slope, SolvePositive(curvature, slope), ref loss);
            if (next is null)
            {
                break;
            }

            place = next;
        }

        return [.. Enumerable.Range(0, _classes).Select(k => new ClassScaling(place[k], place[_classes + k]))];
    }

    private double[]? Descend(double[] place, double[] slope, double[] direction, ref double loss)
    {
        double length = 1;
        for (int i = 0; i < MaxHalvings; i++, length /= 2)
        {
            var next = new double[place.Length];
            double promised = 0;
            for (int k = 0; k < place.Length; k++)
            {
                (double least, double most) = RangeOf(k);
                next[k] = Math.Clamp(place[k] - (length * direction[k]), least, most);
                promised += slope[k] * (place[k] - next[k]);
            }

            double nextLoss = LossAt(next);
            if (nextLoss < loss - (Enough * promised))
            {
                loss = nextLoss;
                return next;
            }
        }

        return null;
    }

    private (double Least, double Most) RangeOf(int k) =>
        k < _classes ? (Calibration.MinTemperature, Calibration.MaxTemperature) : (-Calibration.MaxBias, Calibration.MaxBias);

    /// <summary>Leaves a number out of the step that is at a bound and would go beyond it.</summary>
    private void HoldAtBounds(double[] place, double[] slope, double[,] curvature)
    {
        for (int k = 0; k < place.Length; k++)
        {
            (double least, double most) = RangeOf(k);
            if ((place[k] > least || slope[k] < 0) && (place[k] < most || slope[k] > 0))
            {
                continue;
            }

            slope[k] = 0;
            for (int j = 0; j < place.Length; j++)
            {
                curvature[k, j] = curvature[j, k] = k == j ? 1 : 0;
            }
        }
    }

    private double LossAt(double[] place)
    {
        Span<double> scaled = stackalloc double[_classes], probabilities = stackalloc double[_classes];
        double sum = 0;
        for (int face = 0; face < faces.Count; face++)
        {
            ReadOnlySpan<double> targets = faces.TargetsOf(face);
            ScaleTo(place, face, scaled);
            double logSum = ScoredFaces.Softmax(scaled, probabilities);
            for (int k = 0; k < _classes; k++)
            {
                sum += faces.WeightOf(face) * targets[k] * (logSum - scaled[k]);
            }
        }

        double pull = 0;
        for (int k = 0; k < place.Length; k++)
        {
            double away = AwayFromStart(place, k);
            pull += 0.5 * Pull * away * away;
        }

        return (sum / faces.TotalWeight) + pull;
    }

    private void Derive(double[] place, double[] slope, double[,] curvature)
    {
        Array.Clear(slope);
        Array.Clear(curvature);
        Span<double> scaled = stackalloc double[_classes], probabilities = stackalloc double[_classes];
        for (int face = 0; face < faces.Count; face++)
        {
            double weight = faces.WeightOf(face) / faces.TotalWeight;
            if (weight == 0)
            {
                continue;
            }

            ReadOnlySpan<double> logits = faces.LogitsOf(face), targets = faces.TargetsOf(face);
            ScaleTo(place, face, scaled);
            ScoredFaces.Softmax(scaled, probabilities);
            for (int k = 0; k < _classes; k++)
            {
                double difference = weight * (probabilities[k] - targets[k]);
                slope[k] += difference * logits[k];
                slope[_classes + k] += difference;
                for (int j = 0; j < _classes; j++)
                {
                    double bend = weight * ((k == j ? probabilities[k] : 0) - (probabilities[k] * probabilities[j]));
                    curvature[k, j] += bend * logits[k] * logits[j];
                    curvature[k, _classes + j] += bend * logits[k];
                    curvature[_classes + k, j] += bend * logits[j];
                    curvature[_classes + k, _classes + j] += bend;
                }
            }
        }

        for (int k = 0; k < slope.Length; k++)
        {
            slope[k] += Pull * AwayFromStart(place, k);
            curvature[k, k] += Pull;
        }
    }

    private double AwayFromStart(double[] place, int k) => place[k] - (k < _classes ? scale : 0);

    private void ScaleTo(double[] place, int face, Span<double> scaled)
    {
        ReadOnlySpan<double> logits = faces.LogitsOf(face);
        for (int k = 0; k < _classes; k++)
        {
            scaled[k] = (place[k] * logits[k]) + place[_classes + k];
        }
    }

    /// <summary>Solves a system whose matrix is symmetric and positive, by Cholesky's factors, which take the matrix's place.</summary>
    private static double[] SolvePositive(double[,] matrix, double[] right)
    {
        int size = right.Length;
        var solution = (double[])right.Clone();
        for (int row = 0; row < size; row++)
        {
            for (int column = 0; column <= row; column++)
            {
                double sum = matrix[row, column];
                for (int k = 0; k < column; k++)
                {
                    sum -= matrix[row, k] * matrix[column, k];
                }

                matrix[row, column] = row == column ? Math.Sqrt(Math.Max(sum, Pull)) : sum / matrix[column, column];
            }
        }

        for (int row = 0; row < size; row++)
        {
            for (int k = 0; k < row; k++)
            {
                solution[row] -= matrix[row, k] * solution[k];
            }

            solution[row] /= matrix[row, row];
        }

        for (int row = size - 1; row >= 0; row--)
        {
            for (int k = row + 1; k < size; k++)
            {
                solution[row] -= matrix[k, row] * solution[k];
            }

            solution[row] /= matrix[row, row];
        }

        return solution;
    }
}
