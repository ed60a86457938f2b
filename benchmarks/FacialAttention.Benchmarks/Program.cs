using FacialAttention.Benchmarks;

// The process whose start is measured: no command line to read, and no code that its users do not have.
if (args is [StartBenchmark.ChildCommand, string checkpoint])
{
    return StartBenchmark.RunChild(checkpoint);
}

return new BenchmarkCommand().Command.Parse(args).Invoke();
