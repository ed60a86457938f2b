namespace Train;

/// <summary><c>curves</c>: finished runs in one picture.</summary>
internal static class CurvesRun
{
    public static void Run(CurvesSettings settings, CancellationToken cancellationToken)
    {
        if (File.Exists(settings.OutputPath))
        {
            throw new IOException($"--output: '{settings.OutputPath}' exists; expected a new file.");
        }

        var runs = new List<(string Name, RunCurves Curves, double EpochsPerIteration)>();
        foreach (string path in settings.Runs)
        {
            cancellationToken.ThrowIfCancellationRequested();
            (RunCurves curves, double epochsPerIteration) = RunFolder.ReadCurves(path);
            runs.Add((Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(path))), curves, epochsPerIteration));
        }

        CurvePlot.Save(settings.OutputPath, runs);
        Console.WriteLine($"Drew {runs.Count} runs into {settings.OutputPath}.");
    }
}
