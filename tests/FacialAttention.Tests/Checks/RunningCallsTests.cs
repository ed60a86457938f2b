namespace FacialAttention.Tests.Checks;

public sealed class RunningCallsTests
{
    private readonly RunningCalls _calls;
    private int _freed;

    public RunningCallsTests() => _calls = new RunningCalls(this, () => _freed++);

    [Fact]
    public void Close_WithoutCalls_FreesOnce()
    {
        _calls.Begin().Dispose();

        _calls.Close();
        _calls.Close();

        _freed.Should().Be(1);
    }

    [Fact]
    public void Close_UnderCalls_LeavesItToTheLast()
    {
        RunningCalls.Call first = _calls.Begin();
        RunningCalls.Call second = _calls.Begin();

        _calls.Close();
        second.Dispose();
        _freed.Should().Be(0);

        first.Dispose();
        _freed.Should().Be(1);
    }

    [Fact]
    public void Begin_OnceClosed_NamesTheOwner()
    {
        RunningCalls.Call running = _calls.Begin();
        _calls.Close();

        FluentActions.Invoking(() => _calls.Begin().Dispose()).Should().ThrowExactly<ObjectDisposedException>()
            .Which.ObjectName.Should().Be(typeof(RunningCallsTests).FullName);
        _freed.Should().Be(0);
        running.Dispose();
        _freed.Should().Be(1);
    }

    [Fact]
    public void Begin_ManyThreadsBesideClose_FreesAfterTheLastOfThem()
    {
        for (int round = 0; round < 60; round++)
        {
            int running = 0, freed = 0, freedUnderCall = 0;
            RunningCalls calls = new(this, () =>
            {
                Interlocked.Increment(ref freed);
                freedUnderCall += Volatile.Read(ref running);
            });
            Thread[] threads = [.. Enumerable.Range(0, 8).Select(_ => new Thread(() =>
            {
                try
                {
                    while (true)
                    {
                        using RunningCalls.Call call = calls.Begin();
                        Interlocked.Increment(ref running);
                        Interlocked.Decrement(ref running);
                    }
                }
                catch (ObjectDisposedException)
                {
                    // How each of them ends.
                }
            }))];
            Array.ForEach(threads, thread => thread.Start());

            calls.Close();

            Array.ForEach(threads, thread => thread.Join());
            (freed, freedUnderCall).Should().Be((1, 0));
        }
    }
}
