using FacialAttention.Tests.Files;
using static TorchSharp.torch;

namespace FacialAttention.Fuzz.Targets;

/// <summary>
/// Public calls and disposals of everything that owns native memory, in any order, from one thread or two: each call gives the right answer,
/// or throws <see cref="ObjectDisposedException"/> once the disposal has begun.
/// </summary>
internal class DisposalTarget : Target
{
    private const int MostSteps = 8;

    private readonly TemporaryFolder _folder = new();
    private readonly Func<DisposalSubject>[] _subjects;
    private readonly Dictionary<string, string> _answers = [];
    private readonly List<int[]> _steps = [];
    private int _kind;

    public DisposalTarget()
    {
        set_num_threads(1);
        _subjects = CreateMakers(_folder);
        foreach (Func<DisposalSubject> make in _subjects)
        {
            using DisposalSubject subject = make();
            foreach (DisposalCall call in subject.Calls)
            {
                _answers[$"{subject.Name}.{call.Name}"] = call.Run();
            }
        }
    }

    public override string Name => "disposal";

    public override string Extension => ".txt";

    public override IReadOnlyList<Type> Documented { get; } = [typeof(ObjectDisposedException)];

    /// <summary>Writes what is going to be done, for the reader of a fault.</summary>
    public override void Write(string path, Dice dice)
    {
        _kind = dice.Below(_subjects.Length);
        using DisposalSubject subject = _subjects[_kind]();
        int calls = subject.Calls.Count, threads = subject.IsForManyThreads && dice.OneIn(2) ? 2 : 1;
        _steps.Clear();
        for (int thread = 0; thread < threads; thread++)
        {
            // Numbers from `calls` on are disposals. In two threads one calls all the time, and the other disposes now and then.
            bool mayDispose = thread == threads - 1;
            int[] steps = [.. Enumerable.Range(0, 1 + dice.Below(MostSteps)).Select(_ => dice.Below(mayDispose && dice.OneIn(3)
                ? calls + subject.Disposals.Count
                : calls))];
            if (mayDispose && dice.OneIn(2))
            {
                steps[dice.Below(steps.Length)] = calls + dice.Below(subject.Disposals.Count);
            }

            _steps.Add(steps);
        }

        File.WriteAllLines(path, _steps.Select(steps => $"{subject.Name}: {string.Join(", ", steps.Select(step => NameOf(subject, step)))}"));
    }

    public override void Read(string path, Dice dice)
    {
        using DisposalSubject subject = _subjects[_kind]();
        int disposals = 0;
        ObjectDisposedException?[] refusals = new ObjectDisposedException?[_steps.Count];
        Exception?[] faults = new Exception?[_steps.Count];
        if (_steps.Count == 1)
        {
            RunSteps(0);
        }
        else
        {
            Thread[] threads = [.. Enumerable.Range(0, _steps.Count).Select(index => new Thread(() => RunSteps(index)))];
            Array.ForEach(threads, thread => thread.Start());
            Array.ForEach(threads, thread => thread.Join());
        }

        if ((faults.FirstOrDefault(fault => fault is not null) ?? refusals.FirstOrDefault(refusal => refusal is not null)) is { } first)
        {
            throw first;
        }

        void RunSteps(int thread)
        {
            try
            {
                foreach (int step in _steps[thread])
                {
                    if (step >= subject.Calls.Count)
                    {
                        Interlocked.Increment(ref disposals);
                        subject.Disposals[step - subject.Calls.Count]();
                    }
                    else
                    {
                        refusals[thread] = RunCall(subject, subject.Calls[step]) ?? refusals[thread];
                    }
                }
            }
            catch (Exception exception)
            {
                faults[thread] = exception;
            }
        }

        ObjectDisposedException? RunCall(DisposalSubject subject, DisposalCall call)
        {
            int before = Volatile.Read(ref disposals);
            try
            {
                string answer = call.Run(), expected = _answers[$"{subject.Name}.{call.Name}"];
                return answer != expected ? throw new BrokenPromiseException($"{subject.Name}.{call.Name} gave {answer}; expected {expected}.")
                    : before > 0 && call.IsRefusedAfterDisposal && _steps.Count == 1
                    ? throw new BrokenPromiseException($"{subject.Name}.{call.Name} answered after disposal.")
                    : null;
            }
            catch (ObjectDisposedException exception) when (Volatile.Read(ref disposals) > 0)
            {
                return string.IsNullOrWhiteSpace(exception.ObjectName)
                    ? throw new BrokenPromiseException($"{subject.Name}.{call.Name} does not say what was disposed.", exception)
                    : exception;
            }
            catch (Exception exception) when (exception is not BrokenPromiseException)
            {
                throw new BrokenPromiseException($"{subject.Name}.{call.Name}, after {disposals} disposals: {exception.Message}", exception);
            }
        }
    }

    public override void Dispose() => _folder.Dispose();

    protected virtual Func<DisposalSubject>[] CreateMakers(TemporaryFolder folder) => DisposalSubject.CreateMakers(folder);

    private static string NameOf(DisposalSubject subject, int step) => step < subject.Calls.Count
        ? subject.Calls[step].Name
        : $"dispose {step - subject.Calls.Count}";
}
