using FacialAttention;

namespace VariantTable;

/// <summary>Networks that were trained once for each fold of persons: one result each, of all faces.</summary>
internal static class CrossValidation
{
    /// <summary>
    /// Puts the folds of one network and seed together: each face has tested once. Where a fold has not ended nothing is told, since figures of other
    /// persons cannot be compared; a note says so. What has no folds stays as it is.
    /// </summary>
    /// <exception cref="InvalidDataException">A fold stands there twice, of different faces.</exception>
    public static IReadOnlyList<Outcome> Join(IReadOnlyList<Outcome> outcomes, List<string> notes)
    {
        var joined = new List<Outcome>();
        foreach (IGrouping<string, Outcome> same in outcomes.GroupBy(KeyOf))
        {
            Outcome[] folds = [.. same.OrderBy(outcome => outcome.Job.Fold?.Number)];
            if (folds[0].Job.Fold is not { } fold)
            {
                joined.AddRange(folds);
                continue;
            }

            if (folds.GroupBy(outcome => outcome.Job.Fold).FirstOrDefault(group => group.Count() > 1) is { } twice)
            {
                throw new InvalidDataException(
                    $"'{twice.First().Source}' and '{twice.Last().Source}' are fold {twice.Key} of different faces; expected results of one data set.");
            }

            if (folds.Length == fold.Count)
            {
                joined.Add(Whole(folds));
            }
            else
            {
                notes.Add(FormattableString.Invariant(
                    $"{(folds[0].Job with { Fold = null }).Name} is left out: {folds.Length} of its {fold.Count} folds have ended"));
            }
        }

        return joined;
    }

    private static string KeyOf(Outcome outcome) => outcome.Job.Fold is null
        ? ""
        : $"{outcome.Data.Name}|{outcome.Job.Fold.Count}|{outcome.Protocol}|{(outcome.Job with { Fold = null }).Name}";

    private static Outcome Whole(Outcome[] folds)
    {
        Outcome first = folds[0];
        return first with
        {
            Folds = folds.Length,
            Job = first.Job with { Fold = null },
            Data = new FacesInfo(
                first.Data.Name,
                FormattableString.Invariant($"by subject, {folds.Length} folds: each tests once, the next selects, the others train and are enlarged"),
                first.Data.Labels,
                Sum(outcome => outcome.Data.Training),
                Sum(outcome => outcome.Data.Validation),
                folds.Sum(outcome => outcome.Data.ValidationUnseen),
                Sum(outcome => outcome.Data.Test!),
                Fingerprint: null),
            TrainAccuracy = Share(outcome => outcome.TrainAccuracy, outcome => outcome.Data.Training.Sum()),
            ValidationAccuracy = Share(outcome => outcome.ValidationAccuracy, outcome => outcome.Data.Validation.Sum()),
            ValidationAccuracyUnseen = folds.All(outcome => outcome.ValidationAccuracyUnseen is not null)
                ? Share(outcome => outcome.ValidationAccuracyUnseen!.Value, outcome => outcome.Data.ValidationUnseen)
                : null,
            TestAccuracy = Share(outcome => outcome.TestAccuracy!.Value, outcome => outcome.Data.Test!.Sum()),
            Confusion = [.. first.Confusion!.Select((row, i) => row.Select((_, j) => folds.Sum(outcome => outcome.Confusion![i][j])).ToArray())],
            Curves = new JobCurves(Mean(curves => curves.Training), Mean(curves => curves.Validation)),
        };

        int[] Sum(Func<Outcome, IReadOnlyList<int>> counts) =>
            [.. counts(first).Select((_, label) => folds.Sum(outcome => counts(outcome)[label]))];

        double Share(Func<Outcome, double> accuracy, Func<Outcome, int> faces) =>
            folds.Sum(outcome => accuracy(outcome) * faces(outcome)) / folds.Sum(faces);

        TrainingPoint[] Mean(Func<JobCurves, IReadOnlyList<TrainingPoint>> points) =>
        [
            .. folds.SelectMany(outcome => points(outcome.Curves!)).GroupBy(point => point.Iteration)
                .Where(group => group.Count() == folds.Length).OrderBy(group => group.Key)
                .Select(group => new TrainingPoint(group.Key, group.Average(point => point.Loss), group.Average(point => point.Error))),
        ];
    }
}
