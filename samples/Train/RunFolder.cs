using System.Text.Json.Nodes;
using FacialAttention;
using Samples;

namespace Train;

/// <summary>The output folder. It never holds more than one run: an unfinished one has run.resume, a finished one has the rest.</summary>
internal sealed class RunFolder : IDisposable
{
    private readonly string _path;
    private readonly FileClaim _claim;

    /// <summary>Makes the folder, sees that it can be written to before hours are spent, and keeps other runs out of it.</summary>
    /// <exception cref="ArgumentException">There is a run in it, and it is not to be resumed.</exception>
    /// <exception cref="IOException">Another process writes into it.</exception>
    public RunFolder(string path, bool resumes)
    {
        _path = path;
        _claim = OutputFolder.Claim(path);
        try
        {
            CheckContent(path, resumes);
        }
        catch
        {
            _claim.Dispose();
            throw;
        }
    }

    public bool IsFinished { get; private set; }

    public string ResumePath => Path.Combine(_path, "run.resume");

    private string CheckpointPath => Path.Combine(_path, "checkpoint.safetensors");

    private string ResultsPath => ResultsPathOf(_path);

    /// <summary>The curves of the finished run in a folder, and how many passes through its training faces an iteration is.</summary>
    public static (RunCurves Curves, double EpochsPerIteration) ReadCurves(string path)
    {
        JsonObject run = ReadResult(path).Run;
        RunCurves curves = JsonFile.Read<RunCurves>(HistoryPathOf(path));
        if (run["trainer"]?["batchSize"] is not JsonValue batchSize || run["data"]?["training"] is not JsonValue faces)
        {
            throw new InvalidDataException($"'{ResultsPathOf(path)}' is not as this program writes it: it lacks batch size and faces.");
        }

        return (curves, batchSize.GetValue<double>() / faces.GetValue<double>());
    }

    /// <summary>The result of the finished run in a folder.</summary>
    public static RunResult ReadResult(string path) => JsonFile.Read<RunResult>(ResultsPathOf(path));

    /// <summary>The result of the finished run, which must be of the same options.</summary>
    public RunResult Read(JsonObject run)
    {
        RunResult result = JsonFile.Read<RunResult>(ResultsPath);
        string[] differences = [.. JsonFile.Differences(result.Run, run)];
        return differences.Length == 0
            ? result
            : throw new ArgumentException(
                $"'{_path}' holds a finished run of other options: {string.Join("; ", differences)}. "
                + "Expected the same, or another folder.");
    }

    /// <summary>Writes all that a finished run leaves.</summary>
    public void Write(ExpressionNetwork network, IReadOnlyDictionary<string, string> provenance, RunResult result, TrainingHistory history)
    {
        Checkpoint.Save(CheckpointPath, network, provenance);
        var curves = new RunCurves(history.Training, history.Validation, history.Best);
        JsonFile.Write(HistoryPathOf(_path), curves);
        JsonFile.Write(ResultsPath, result);
        CurvePlot.Save(Path.Combine(_path, "curves.png"), network.Variant.PaperName, curves);
    }

    public void Dispose() => _claim.Dispose();

    private void CheckContent(string path, bool resumes)
    {
        bool isUnfinished = File.Exists(ResumePath);
        IsFinished = !isUnfinished && File.Exists(CheckpointPath);
        if (isUnfinished && !resumes)
        {
            throw new ArgumentException($"'{path}' holds an unfinished run; expected --resume to continue it, or another folder.");
        }

        if (IsFinished && !resumes)
        {
            throw new ArgumentException($"'{path}' holds a finished run; expected another folder, or --resume to see its result.");
        }

        if (IsFinished && !File.Exists(ResultsPath))
        {
            throw new ArgumentException($"'{path}' holds a checkpoint.safetensors without results.json; expected another folder.");
        }
    }

    private static string ResultsPathOf(string path) => Path.Combine(path, "results.json");

    private static string HistoryPathOf(string path) => Path.Combine(path, "history.json");
}
