using System.Runtime.InteropServices;
using System.Text.Json;
using FacialAttention.Fuzz.Targets;

namespace FacialAttention.Fuzz.Run;

/// <summary>
/// What runs in a process of its own, so that its death can be told: a line when it is ready, then one for each case, when it has ended.
/// </summary>
internal static class Worker
{
    public const string Ready = "ready";

    public static void Run(string targetName, int seed, int first, int end, TimeSpan limit, string workFolder, string? keepFolder)
    {
        // Ctrl-C reaches this process as well; what happens then is the parent's to say.
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, context => context.Cancel = true);
        using Target target = TargetNames.Create(targetName);
        var runner = new CaseRunner(target, seed, limit, workFolder);
        using var output = new StreamWriter(Console.OpenStandardOutput()) { AutoFlush = true };
        output.WriteLine(Ready);
        for (int number = first; number < end; number++)
        {
            CaseResult result = runner.Run(number);
            if (result.Outcome == CaseOutcome.Fault && keepFolder is not null)
            {
                KeptInput.Copy(runner.InputPath, keepFolder, targetName, seed, number);
            }

            output.WriteLine(JsonSerializer.Serialize(result));
        }
    }
}
