using FacialAttention;
using Samples;

namespace VariantTable;

/// <summary>
/// The folder of one job, which one process at a time works in: an unfinished job has run.resume, a finished one result.json, which is
/// written last and never again.
/// </summary>
internal sealed class JobFolder : IDisposable
{
    public const string ResultName = "result.json";
    public const string RunName = "run.json";
    private const string ResumeName = "run.resume";
    private const string JobsFolder = "jobs";

    private readonly string _path;
    private readonly FileClaim _claim;

    /// <summary>Claims the folder of a job. The claim is a lock of the system's, so it ends with its process and no clock is asked.</summary>
    /// <exception cref="FileClaim.HeldException">Another process, here or on another machine, runs the job.</exception>
    /// <exception cref="ArgumentException">The file system has no locks and <paramref name="trustsCaller"/> is not set.</exception>
    public JobFolder(string output, Job job, bool trustsCaller)
    {
        _path = PathOf(output, job);
        _claim = OutputFolder.Take(_path, $"job {job.Number} ('{_path}')");
        if (!_claim.KeepsOthersOut && !trustsCaller)
        {
            _claim.Dispose();
            throw new ArgumentException(
                $"'{_path}' is on a file system without locks, where nothing keeps two processes from running one job; expected --output "
                + "on one with locks, or --no-locks where something else, such as Slurm, sees to it that each job runs once.");
        }
    }

    public bool IsFinished => File.Exists(ResultPath);

    public string CheckpointPath => Path.Combine(_path, "checkpoint.safetensors");

    private string ResultPath => Path.Combine(_path, ResultName);

    private string ResumePath => Path.Combine(_path, ResumeName);

    private string OriginPath => Path.Combine(_path, "job.json");

    public static string PathOf(string output, Job job) => Path.Combine(output, JobsFolder, job.Name);

    /// <summary>Whether the job has ended, and whether something of it is there; asked without a claim.</summary>
    public static (bool IsFinished, bool IsBegun) StateOf(string output, Job job)
    {
        string path = PathOf(output, job);
        return (File.Exists(Path.Combine(path, ResultName)), File.Exists(Path.Combine(path, ResumeName)));
    }

    /// <summary>Sees that what the folder holds is of this job, and of none that has begun unless it is to go on.</summary>
    /// <exception cref="ArgumentException">It is of another, whose differences are named, or of one that is not to go on.</exception>
    public void Enter(JobOrigin origin, bool resumes)
    {
        JsonFile.WriteNew(OriginPath, origin);
        string[] differences =
        [
            .. JsonFile.Differences(JsonFile.ToObject(JsonFile.Read<JobOrigin>(OriginPath)), JsonFile.ToObject(origin)),
        ];
        if (differences.Length > 0)
        {
            throw new ArgumentException(
                $"'{_path}' holds a job of another plan: {string.Join("; ", differences)}. Expected the same, or another --output.");
        }

        if (!resumes && (IsFinished || File.Exists(ResumePath)))
        {
            throw new ArgumentException(
                $"'{_path}' holds {(IsFinished ? "a finished" : "an unfinished")} job; expected --resume to "
                + $"{(IsFinished ? "keep" : "continue")} it, or another --output.");
        }
    }

    public ResumeState State(JobOrigin origin) => new(
        ResumePath, new Dictionary<string, string> { ["data"] = origin.Data.Name, ["split"] = origin.Data.Split });

    /// <summary>Writes what a finished job leaves; result.json, which says that it is finished, comes last.</summary>
    public void Write(JobResult result, JobRunInfo run)
    {
        JsonFile.Write(Path.Combine(_path, RunName), run);
        JsonFile.Write(ResultPath, result);
        AtomicFile.Delete(ResumePath);
    }

    public void Dispose() => _claim.Dispose();
}
