namespace FacialAttention.Tests.Files;

public sealed class FileClaimTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Take_WhileAnotherHasIt_NamesTheOther()
    {
        using FileClaim first = FileClaim.Take(_folder.File("a"), "The file 'a'");
        Action act = () => FileClaim.Take(_folder.File("a"), "The file 'a'");

        act.Should().Throw<IOException>().WithMessage(
            $"The file 'a' is in use by process {Environment.ProcessId} on {Environment.MachineName} since 20??-*UTC; expected to wait*");
    }

    [Fact]
    public void Dispose_ThenTake_SucceedsAndLeavesNoFile()
    {
        FileClaim.Take(_folder.File("a"), "a").Dispose();
        using (FileClaim.Take(_folder.File("b"), "b"))
        {
            FileClaim.Take(_folder.File("a"), "a").Dispose();
        }

        Directory.GetFileSystemEntries(_folder.Path).Should().BeEmpty();
    }

    [Fact]
    public void Take_WhereThereAreLocks_KeepsOthersOut()
    {
        using FileClaim claim = FileClaim.Take(_folder.File("a"), "a");

        claim.KeepsOthersOut.Should().BeTrue();
    }

    [Fact]
    public void Take_LockFileOfAKilledProcess_Succeeds()
    {
        _folder.Write(".a.lock", "process 1 on nowhere since 2020-01-01 00:00:00 UTC"u8);

        FileClaim.Take(_folder.File("a"), "a").Dispose();

        Directory.GetFileSystemEntries(_folder.Path).Should().BeEmpty();
    }

    [Fact]
    public void Take_ByManyThreadsAtOnce_IsHeldByOneAtATime()
    {
        int holders = 0, most = 0, taken = 0;

        Parallel.For(0, 400, new ParallelOptions { MaxDegreeOfParallelism = 8 }, _ =>
        {
            try
            {
                using FileClaim claim = FileClaim.Take(_folder.File("a"), "a");
                int now = Interlocked.Increment(ref holders);
                InterlockedMax(ref most, now);
                Interlocked.Increment(ref taken);
                Interlocked.Decrement(ref holders);
            }
            catch (IOException)
            {
            }
        });

        most.Should().Be(1);
        taken.Should().BePositive();
    }

    private static void InterlockedMax(ref int target, int value)
    {
        for (int seen = target; value > seen && Interlocked.CompareExchange(ref target, value, seen) != seen; seen = target)
        {
        }
    }
}
