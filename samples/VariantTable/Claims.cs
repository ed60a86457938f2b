using System.Globalization;
using FacialAttention;
using Samples;

namespace VariantTable;

/// <summary>The claims of the paper's section 4.3, and how our results judge them.</summary>
internal static class Claims
{
    /// <summary>Our reading of "the same effect": within one percentage point.</summary>
    public const double SameWithin = 0.01;

    /// <summary>The iteration after which, the paper says, CNN-LSTM surpassed CNN on the training set of FER2013.</summary>
    public const int Overtaking = 1900;

    // Fewer iterations beyond it would be a handful of points.
    private const int LeastIterations = Overtaking + 500;
    private const string Table4Section = "4.3.2, Table 4";
    private const string LstmSection = "4.3.1, Figure 3";
    private const string CurvesSection = "4.3.2, Figure 4";

    private static readonly (string Better, string Worse)[] Order =
    [
        (Variants.AcnnAlstm, Variants.CnnAlstm), (Variants.CnnAlstm, Variants.AcnnLstm), (Variants.AcnnLstm, Variants.CnnLstm),
    ];

    /// <summary>Every claim, on each data set that there are results of, and those that none of them can judge.</summary>
    public static IReadOnlyList<JudgedClaim> Judge(IReadOnlyList<Outcome> outcomes)
    {
        var claims = new List<JudgedClaim>();
        foreach (IGrouping<string, Outcome> setting in outcomes.GroupBy(outcome => outcome.Setting))
        {
            Outcome[] own = [.. setting];
            claims.AddRange(OfTable4(own));
            claims.AddRange(OfLstm(own));
            claims.AddRange(OfCurves(own));
        }

        foreach (string data in new[] { DataNames.Fer2013, DataNames.CkPlus })
        {
            foreach ((string claim, string section, string experiment) in Named(data))
            {
                if (!claims.Any(judged => judged.Data == data && judged.Section == section && judged.Claim == claim))
                {
                    string need = outcomes.Any(outcome => outcome.Data.Name == data) ? "the networks compared, with seeds that both have" : data;
                    string faces = data == DataNames.Fer2013
                        ? $"--data fer2013.csv --output runs/{experiment}"
                        : $"--data CK+ --protocol paper --output runs/ckplus-{experiment}";
                    claims.Add(new JudgedClaim(claim, section, data, "", $"needs {need}: run {experiment} {faces}", Verdict.NotJudged));
                }
            }
        }

        return [.. claims.OrderBy(claim => claim.Data == DataNames.Fer2013 ? 0 : claim.Data == DataNames.CkPlus ? 1 : 2)];
    }

    /// <summary>Greater by how much, seed by seed.</summary>
    public static (Verdict Verdict, string Figures) Greater(IReadOnlyList<double> differences)
    {
        Verdict verdict = Interval.OfMean(differences) switch
        {
            { Low: > 0 } => Verdict.Holds,
            { High: < 0 } => Verdict.DoesNotHold,
            _ => Verdict.Undecided,
        };
        return (verdict, Figures(differences));
    }

    /// <summary>The same but for <see cref="SameWithin"/>, seed by seed.</summary>
    public static (Verdict Verdict, string Figures) Same(IReadOnlyList<double> differences)
    {
        Verdict verdict = Interval.OfMean(differences) switch
        {
            { Low: > -SameWithin, High: < SameWithin } => Verdict.Holds,
            { Low: > SameWithin } or { High: < -SameWithin } => Verdict.DoesNotHold,
            _ => Verdict.Undecided,
        };
        return (verdict, Figures(differences));
    }

    private static string Figures(IReadOnlyList<double> differences) => Interval.OfMean(differences) is { } interval
        ? string.Create(
            CultureInfo.InvariantCulture,
            $"{Words.Points(differences.Average())} points, 95 % {Words.Points(interval)}, {differences.Count} seeds")
        : $"{Words.Points(differences[0])} points with one seed: no interval";

    private static string GreaterName(string better, string worse) => $"{better} recognises more than {worse}";

    private static string SameName(int width, int wider) => FormattableString.Invariant($"{wider:N0} hidden nodes do as well as {width:N0}");

    private static string WiderName(int width, int wider) => FormattableString.Invariant($"{wider:N0} hidden nodes recognise more than {width:N0}");

    private static string DeeperName(int depth, int deeper) =>
        FormattableString.Invariant($"{deeper} LSTM layers recognise more than {depth}");

    private static string OvertakingName(string data) => DataNames.IsAsCkPlus(data)
        ? "in training CNN-LSTM is always above CNN"
        : FormattableString.Invariant($"in training CNN-LSTM passes CNN after about {Overtaking:N0} iterations");

    private static IEnumerable<(string Claim, string Section, string Experiment)> Named(string data)
    {
        foreach ((string better, string worse) in Order)
        {
            yield return (GreaterName(better, worse), Table4Section, "table4");
        }

        yield return (WiderName(128, 256), LstmSection, "lstm");
        yield return (WiderName(256, 512), LstmSection, "lstm");
        yield return (SameName(512, 1024), LstmSection, "lstm");
        yield return (DeeperName(1, 2), LstmSection, "lstm");
        yield return (DeeperName(2, 3), LstmSection, "lstm");
        yield return (OvertakingName(data), CurvesSection, "curves");
    }

    private static IEnumerable<JudgedClaim> OfTable4(Outcome[] outcomes)
    {
        foreach (Table4Block table in Table4Block.Of(outcomes))
        {
            foreach ((string better, string worse) in Order)
            {
                double[] differences = Paired(table.Of(better), table.Of(worse));
                if (differences.Length > 0)
                {
                    (Verdict verdict, string figures) = Greater(differences);
                    yield return new JudgedClaim(
                        GreaterName(better, worse), Table4Section, DataOf(outcomes), SettingOf(outcomes, table.Title), figures, verdict);
                }
            }
        }
    }

    private static IEnumerable<JudgedClaim> OfLstm(Outcome[] outcomes)
    {
        foreach (LstmGrid grid in LstmGrid.Of(outcomes))
        {
            (int Here, int There, bool IsSame)[] widths = [(128, 256, false), (256, 512, false), (512, 1024, true)];
            foreach ((int width, int wider, bool isSame) in widths)
            {
                double[] differences = grid.PairedByDepth(width, wider);
                if (differences.Length > 0)
                {
                    (Verdict verdict, string figures) = isSame ? Same(differences) : Greater(differences);
                    yield return new JudgedClaim(
                        isSame ? SameName(width, wider) : WiderName(width, wider), LstmSection, DataOf(outcomes), SettingOf(outcomes, grid.Title), figures, verdict);
                }
            }

            (int Here, int There)[] depths = [(1, 2), (2, 3)];
            foreach ((int depth, int deeper) in depths)
            {
                double[] differences = grid.PairedByWidth(depth, deeper);
                if (differences.Length > 0)
                {
                    (Verdict verdict, string figures) = Greater(differences);
                    yield return new JudgedClaim(DeeperName(depth, deeper), LstmSection, DataOf(outcomes), SettingOf(outcomes, grid.Title), figures, verdict);
                }
            }
        }
    }

    private static IEnumerable<JudgedClaim> OfCurves(Outcome[] outcomes)
    {
        foreach (Table4Block table in Table4Block.Of(outcomes))
        {
            (JobCurves Cnn, JobCurves CnnLstm)[] pairs =
            [
                .. table.Of(Variants.Cnn).Join(
                    table.Of(Variants.CnnLstm), outcome => outcome.Job.Seed, outcome => outcome.Job.Seed, (cnn, lstm) => (cnn.Curves, lstm.Curves))
                    .Where(pair => pair is { Item1: not null, Item2: not null })
                    .Select(pair => (pair.Item1!, pair.Item2!)),
            ];
            if (pairs.Length > 0)
            {
                string data = DataOf(outcomes);
                (Verdict verdict, string figures) = DataNames.IsAsCkPlus(data) ? AlwaysAbove(pairs) : Overtakes(pairs);
                yield return new JudgedClaim(OvertakingName(data), CurvesSection, data, SettingOf(outcomes, table.Title), figures, verdict);
            }
        }
    }

    /// <summary>Behind on the mean up to the iteration that the paper names, ahead on the mean after it: both with their interval.</summary>
    public static (Verdict Verdict, string Figures) Overtakes(IReadOnlyList<(JobCurves Cnn, JobCurves CnnLstm)> pairs)
    {
        (int Iteration, double Lead)[][] leads = [.. pairs.Select(Leads)];
        int last = leads.Min(lead => lead.Length == 0 ? 0 : lead[^1].Iteration);
        if (last < LeastIterations)
        {
            return (Verdict.NotJudged, string.Create(
                CultureInfo.InvariantCulture, $"needs training curves of at least {LeastIterations:N0} iterations; got {last:N0}"));
        }

        double[] before = [.. leads.Select(lead => lead.Where(point => point.Iteration <= Overtaking).Average(point => point.Lead))];
        double[] after = [.. leads.Select(lead => lead.Where(point => point.Iteration > Overtaking).Average(point => point.Lead))];
        Verdict behind = Greater([.. before.Select(lead => -lead)]).Verdict;
        Verdict ahead = Greater(after).Verdict;
        Verdict verdict = (behind, ahead) switch
        {
            (Verdict.Holds, Verdict.Holds) => Verdict.Holds,
            (Verdict.DoesNotHold, _) or (_, Verdict.DoesNotHold) => Verdict.DoesNotHold,
            _ => Verdict.Undecided,
        };
        return (verdict, $"lead of CNN-LSTM up to there {Figures(before)}; after it {Figures(after)}; {Crossings(leads)}");
    }

    private static (Verdict Verdict, string Figures) AlwaysAbove(IReadOnlyList<(JobCurves Cnn, JobCurves CnnLstm)> pairs)
    {
        double[] least = [.. pairs.Select(pair => Leads(pair).Min(point => point.Lead))];
        (Verdict verdict, string figures) = Greater(least);
        return (verdict, $"least lead of CNN-LSTM {figures}");
    }

    private static (int Iteration, double Lead)[] Leads((JobCurves Cnn, JobCurves CnnLstm) pair) =>
    [
        .. pair.Cnn.Training.Join(
            pair.CnnLstm.Training, point => point.Iteration, point => point.Iteration, (cnn, lstm) => (cnn.Iteration, cnn.Error - lstm.Error)),
    ];

    /// <summary>For each seed the first report from which on CNN-LSTM stays ahead.</summary>
    private static string Crossings((int Iteration, double Lead)[][] leads)
    {
        string?[] crossings =
        [
            .. leads.Select(lead =>
            {
                int lastBehind = Array.FindLastIndex(lead, point => point.Lead <= 0);
                return lastBehind == lead.Length - 1 ? null : lead[lastBehind + 1].Iteration.ToString("N0", CultureInfo.InvariantCulture);
            }),
        ];
        return crossings.All(crossing => crossing is null)
            ? "in no seed ahead for good"
            : $"ahead for good from iteration {string.Join(", ", crossings.Select(crossing => crossing ?? "never"))}";
    }

    /// <summary>The differences of accuracy, of the seeds that both have.</summary>
    private static double[] Paired(IEnumerable<Outcome> better, IEnumerable<Outcome> worse) =>
    [
        .. better.Join(worse, outcome => outcome.Job.Seed, outcome => outcome.Job.Seed, (one, other) => one.Accuracy - other.Accuracy),
    ];

    private static string DataOf(Outcome[] outcomes) => outcomes[0].Data.Name;

    /// <summary>What was trained; of CK+ also by which protocol, since both may stand in one table.</summary>
    private static string SettingOf(Outcome[] outcomes, string title) => !DataNames.IsAsCkPlus(DataOf(outcomes)) ? title
        : outcomes[0].Folds is { } folds ? FormattableString.Invariant($"{title}, {folds} folds of persons")
        : $"{title}, the paper's protocol";
}
