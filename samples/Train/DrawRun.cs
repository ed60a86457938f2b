using System.Globalization;
using FacialAttention;
using Samples;

namespace Train;

/// <summary><c>draw</c>: a folder of drawn faces, to try what takes folders without any photographs.</summary>
internal static class DrawRun
{
    private const int Side = 48;

    public static void Run(DrawSettings settings, CancellationToken cancellationToken)
    {
        if (File.Exists(settings.OutputFolder)
            || (Directory.Exists(settings.OutputFolder) && Directory.EnumerateFileSystemEntries(settings.OutputFolder).Any()))
        {
            throw new IOException($"--output: '{settings.OutputFolder}' exists and is not empty; expected a new or empty folder.");
        }

        if (settings.CkPlus is { } layout)
        {
            int pictures = CkPlusStandIn.Write(
                settings.OutputFolder, layout, settings.Persons, settings.Sequences, settings.Seed, cancellationToken);
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"Drew {pictures} pictures of {settings.Persons} persons, {settings.Sequences} labelled sequences each, in {settings.OutputFolder}."));
            return;
        }

        int written = 0;
        int firstPerson = 0;
        foreach ((string part, int persons) in
            new[] { ("train", settings.Persons), ("validation", settings.HeldOutPersons), ("test", settings.HeldOutPersons) })
        {
            for (int label = 0; label < settings.Labels.Count; label++)
            {
                FacialExpression expression = settings.Labels.ExpressionAt(label) ?? throw new ArgumentException(
                    $"--labels: got '{settings.Labels[label]}', expected any of {string.Join(", ", Enum.GetNames<FacialExpression>())}.");
                string folder = Path.Combine(settings.OutputFolder, part, settings.Labels[label]);
                Directory.CreateDirectory(folder);
                for (int person = firstPerson; person < firstPerson + persons; person++, written++)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    SyntheticFaces.Draw(expression, person, settings.Seed, new ImageSize(Side, Side))
                        .Save(Path.Combine(folder, person.ToString("D5", CultureInfo.InvariantCulture) + ".png"));
                }
            }

            firstPerson += persons;
        }

        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"Drew {written} faces of {firstPerson} persons, nobody in two parts, in {settings.OutputFolder}."));
    }
}
