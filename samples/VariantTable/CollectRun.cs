using System.Globalization;

namespace VariantTable;

/// <summary><c>collect</c>: tables and report of whatever has ended.</summary>
internal static class CollectRun
{
    public static void Run(CollectSettings settings, CancellationToken cancellationToken)
    {
        Collection collection = Collection.Read(settings.Sources);
        if (collection.Trained.Count == 0)
        {
            throw new InvalidDataException(string.Create(
                CultureInfo.InvariantCulture,
                $"None of {collection.Planned} planned jobs has ended; expected at least one. Run them with run, and --resume."));
        }

        cancellationToken.ThrowIfCancellationRequested();
        var report = Report.Of(collection, settings.IsReproducible);
        report.Write(settings.ReportFolder);
        foreach (string note in collection.Notes)
        {
            Console.WriteLine($"note: {note}");
        }

        foreach (Job job in collection.Missing)
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Not ended: job {job.Number}, {job.Name}"));
        }

        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"Collected {collection.Trained.Count} networks into {Path.Combine(settings.ReportFolder, "report.html")}"));
    }
}
