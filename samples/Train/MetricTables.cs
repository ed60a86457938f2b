using System.Globalization;
using FacialAttention;
using Samples;
using Spectre.Console;

namespace Train;

/// <summary>What is printed of a run and of an evaluation.</summary>
internal static class MetricTables
{
    // Where the terminal is narrower or none, lines are not cut.
    private const int LeastWidth = 140;

    public static void Print(RunResult result)
    {
        Table table = NewTable("split", "faces", "accuracy", "macro F1", "loss");
        Add("training", result.Training);
        Add("validation*", result.Validation);
        if (result.Test is not null)
        {
            Add("test", result.Test);
        }

        Write(table);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"* selection split: the weights of iteration {result.BestIteration} of {result.Iterations} were chosen on it"
            + $"{(result.StoppedEarly ? ", and training stopped early" : "")}"));
        if (result.ValidationFacesUnseen == 0)
        {
            Console.WriteLine("  all validation faces also stand in training: their accuracy says nothing of other faces");
        }
        else if (result.ValidationAccuracyUnseen is { } unseen && unseen != result.Validation.Accuracy)
        {
            Console.WriteLine($"  less the faces that also stand in training: {TrainingView.Percent(unseen)}");
        }

        void Add(string name, SplitMetrics metrics) => table.AddRow(
            name,
            metrics.Count.ToString("N0", CultureInfo.InvariantCulture),
            TrainingView.Percent(metrics.Accuracy),
            TrainingView.Percent(metrics.MacroF1),
            metrics.Loss.ToString("F4", CultureInfo.InvariantCulture));
    }

    public static void Print(EvaluationResult result)
    {
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{result.Confusion.Total:N0} faces: accuracy {TrainingView.Percent(result.Accuracy)}, macro F1 {TrainingView.Percent(result.MacroF1)}, "
            + $"loss {result.Loss:F4}"));
        int[] classes = [.. Enumerable.Range(0, result.Labels.Count)];
        Table figures = NewTable("class", "faces", "precision", "recall", "F1");
        foreach (int label in classes)
        {
            figures.AddRow(
                Markup.Escape(result.Labels[label]),
                classes.Sum(predicted => result.Confusion[label, predicted]).ToString("N0", CultureInfo.InvariantCulture),
                TrainingView.Percent(result.Confusion.Precision(label)),
                TrainingView.Percent(result.Confusion.Recall(label)),
                TrainingView.Percent(result.Confusion.F1(label)));
        }

        Write(figures);
        Console.WriteLine("Confusion: rows are the actual classes, columns the predicted ones");
        Table confusion = NewTable(["", .. result.Labels.Names.Select(Markup.Escape)]);
        foreach (int actual in classes)
        {
            confusion.AddRow(
            [
                Markup.Escape(result.Labels[actual]),
                .. classes.Select(predicted => result.Confusion[actual, predicted].ToString(CultureInfo.InvariantCulture)),
            ]);
        }

        Write(confusion);
    }

    public static Table NewTable(params string[] columns)
    {
        var table = new Table().Border(TableBorder.Rounded);
        foreach (string column in columns)
        {
            Justify side = table.Columns.Count == 0 ? Justify.Left : Justify.Right;
            table.AddColumn(column, cell => cell.NoWrap().Alignment(side));
        }

        return table;
    }

    public static void Write(Table table)
    {
        AnsiConsole.Profile.Width = Math.Max(AnsiConsole.Profile.Width, LeastWidth);
        AnsiConsole.Write(table);
    }
}
