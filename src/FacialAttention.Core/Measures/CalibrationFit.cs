namespace FacialAttention;

/// <summary>Fits a <see cref="Calibration"/> to faces that the network was not trained on, by the least negative log-likelihood.</summary>
/// <remarks>No random numbers: equal faces give equal calibrations. Source: Guo et al., "On Calibration of Modern Neural Networks", 2017.</remarks>
public static class CalibrationFit
{
    private const int Halvings = 60;

    /// <summary>One temperature for all classes.</summary>
    /// <param name="faces">Faces to fit to.</param>
    /// <returns>The calibration; at a bound of <see cref="Calibration.Temperature"/> if the best one is beyond it.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="faces"/> is null.</exception>
    public static Calibration Temperature(ScoredFaces faces)
    {
        ArgumentNullException.ThrowIfNull(faces);

        // The likelihood is convex in the inverse of the temperature: its slope has one zero, found by halving.
        double low = Math.Log(1 / Calibration.MaxTemperature), high = Math.Log(1 / Calibration.MinTemperature);
        if (SlopeAt(faces, Math.Exp(low)) >= 0)
        {
            return new Calibration { Temperature = Calibration.MaxTemperature };
        }

        if (SlopeAt(faces, Math.Exp(high)) <= 0)
        {
            return new Calibration { Temperature = Calibration.MinTemperature };
        }

        for (int i = 0; i < Halvings; i++)
        {
            double middle = (low + high) / 2;
            (low, high) = SlopeAt(faces, Math.Exp(middle)) < 0 ? (middle, high) : (low, middle);
        }

        return new Calibration { Temperature = Math.Exp(-(low + high) / 2) };
    }

    /// <summary>Scale and bias of each class: vector scaling.</summary>
    /// <param name="faces">
    /// Faces to fit to, with the network's own logits; some tens of each class at least, for 2 K numbers are fitted. A millionth of how far
    /// they are from plain temperature, squared, is added to the loss, so that what the faces say nothing about stays where it is.
    /// </param>
    /// <returns>The calibration, of temperature 1.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="faces"/> is null.</exception>
    public static Calibration Vector(ScoredFaces faces)
    {
        ArgumentNullException.ThrowIfNull(faces);
        return new Calibration { Classes = new VectorScaling(faces, 1 / Temperature(faces).Temperature).Solve() };
    }

    /// <summary>
    /// The faces with logits calibrated by what was fitted without them: to measure how well a calibration works, on the faces that it is fitted
    /// to. The faces are divided into folds, and each fold is calibrated by a fit to the others.
    /// </summary>
    /// <param name="faces">The faces.</param>
    /// <param name="groups">
    /// A number for each face; faces of one number are never apart, for example those of equal pixels
    /// (<see cref="FaceDataset.GroupsOfEqualFaces"/>) or of one person.
    /// </param>
    /// <param name="fit">For example <see cref="Temperature"/> or <see cref="Vector"/>.</param>
    /// <param name="folds">The number of folds, 2 to 100.</param>
    /// <param name="seed">Another seed divides otherwise.</param>
    /// <exception cref="ArgumentNullException">The faces or the fit is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The number of folds is out of range.</exception>
    /// <exception cref="ArgumentException">
    /// There is not a number for each face, there are fewer groups than folds, or all faces outside of a fold have weight 0.
    /// </exception>
    public static ScoredFaces CrossFit(
        ScoredFaces faces, ReadOnlySpan<int> groups, Func<ScoredFaces, Calibration> fit, int folds = 5, long seed = 1)
    {
        ArgumentNullException.ThrowIfNull(faces);
        ArgumentNullException.ThrowIfNull(fit);
        Require.InRange(folds, 2, 100, nameof(folds));
        if (groups.Length != faces.Count)
        {
            throw new ArgumentException($"Got {groups.Length} groups; expected {faces.Count}, one for each face.", nameof(groups));
        }

        int[] different = [.. groups.ToArray().Distinct()];
        if (different.Length < folds)
        {
            throw new ArgumentException($"Got faces of {different.Length} groups; expected at least {folds}, one for each fold.", nameof(groups));
        }

        var random = new SeededRandom(seed);
        random.Shuffle<int>(different);
        Dictionary<int, int> foldOf = different.Index().ToDictionary(group => group.Item, group => group.Index % folds);
        int[] rowFolds = Array.ConvertAll(groups.ToArray(), group => foldOf[group]);
        ScoredFaces[] calibrated =
        [
            .. Enumerable.Range(0, folds).Select(fold =>
            {
                int[] others = [.. Enumerable.Range(0, faces.Count).Where(row => rowFolds[row] != fold)];
                return faces.Calibrate(fit(faces.Subset(others)));
            }),
        ];
        return faces.WithLogitsOf(calibrated, rowFolds);
    }

    /// <summary>How the loss changes with the inverse of the temperature.</summary>
    private static double SlopeAt(ScoredFaces faces, double inverse)
    {
        Span<double> scaled = stackalloc double[faces.Classes], probabilities = stackalloc double[faces.Classes];
        double slope = 0;
        for (int face = 0; face < faces.Count; face++)
        {
            double weight = faces.WeightOf(face);
            if (weight == 0)
            {
                continue;
            }

            ReadOnlySpan<double> logits = faces.LogitsOf(face), targets = faces.TargetsOf(face);
            for (int k = 0; k < logits.Length; k++)
            {
                scaled[k] = inverse * logits[k];
            }

            ScoredFaces.Softmax(scaled, probabilities);
            for (int k = 0; k < logits.Length; k++)
            {
                slope += weight * (probabilities[k] - targets[k]) * logits[k];
            }
        }

        return slope;
    }
}
