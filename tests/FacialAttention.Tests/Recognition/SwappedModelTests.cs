using System.Collections.Concurrent;
using FacialAttention.Tests.Export;
using FacialAttention.Tests.Networks;

namespace FacialAttention.Tests.Recognition;

/// <summary>A service swaps its model under load: the old one is disposed while other threads recognise with it.</summary>
public sealed class SwappedModelTests
{
    private static readonly FaceImage[] Faces =
        [.. Enumerable.Range(0, 3).Select(i => SyntheticFaces.Draw(FacialExpression.Sad, i, 1, new ImageSize(TinyNetwork.Height, TinyNetwork.Width)))];

    [Fact]
    public void Dispose_OnnxUnderSixteenThreads_NoCallIsLost()
    {
        using ExpressionNetwork network = TinyNetwork.Create(NetworkVariant.CnnLstm);
        byte[] model = OnnxModel.BytesOf(network);

        SwapUnderLoad(() => OnnxExpressionRecognizer.Load(model, options => options.IntraOpNumThreads = 1), TimeSpan.FromSeconds(4));
    }

    [Fact]
    public void Dispose_TorchUnderSixteenThreads_NoCallIsLostAndEveryNetworkIsFreed()
    {
        var networks = new List<ExpressionNetwork>();

        SwapUnderLoad(
            () =>
            {
                networks.Add(TinyNetwork.Create(NetworkVariant.CnnLstm));
                return new TorchExpressionRecognizer(networks[^1]);
            },
            TimeSpan.FromSeconds(3));

        networks.Should().AllSatisfy(network => network.parameters().Should().BeEmpty("parameters of a disposed network are gone"));
    }

    [Fact]
    public void Dispose_OfTheNetworkUnderCalls_EndsThemWellAndRefusesLaterOnes()
    {
        for (int round = 0; round < 30; round++)
        {
            ExpressionNetwork network = TinyNetwork.Create(NetworkVariant.AcnnAlstm);
            network.eval();
            using var isRunning = new ManualResetEventSlim();
            Exception? end = null;
            var thread = new Thread(() =>
            {
                while (end is null)
                {
                    end = Record.Exception(() => OnnxExporter.CreateModel(network, null));
                    isRunning.Set();
                }
            });
            thread.Start();
            isRunning.Wait(TimeSpan.FromMinutes(1)).Should().BeTrue();

            network.Dispose();
            thread.Join();

            end.Should().BeOfType<ObjectDisposedException>().Which.ObjectName.Should().Be(nameof(ExpressionNetwork));
            network.parameters().Should().BeEmpty("parameters of a disposed network are gone");
        }
    }

    private static void SwapUnderLoad(Func<IExpressionRecognizer> load, TimeSpan time)
    {
        IExpressionRecognizer current = load();
        ExpressionPrediction expected = current.Recognize(Faces[0]);
        var faults = new ConcurrentBag<Exception>();
        long answers = 0;
        using var stop = new CancellationTokenSource(time);
        Thread[] threads = [.. Enumerable.Range(0, 16).Select(_ => new Thread(() =>
        {
            while (!stop.IsCancellationRequested)
            {
                try
                {
                    if (Answer().Label == expected.Label)
                    {
                        Interlocked.Increment(ref answers);
                    }
                }
                catch (Exception exception)
                {
                    faults.Add(exception);
                }
            }
        }))];
        Array.ForEach(threads, thread => thread.Start());
        int swaps = 0;
        while (!stop.IsCancellationRequested)
        {
            IExpressionRecognizer old = Interlocked.Exchange(ref current, load());
            old.Dispose();
            old.Invoking(it => it.Recognize(Faces[0])).Should().ThrowExactly<ObjectDisposedException>();
            swaps++;
        }

        Array.ForEach(threads, thread => thread.Join());
        current.Dispose();

        faults.Should().BeEmpty();
        swaps.Should().BeGreaterThan(5);
        answers.Should().BeGreaterThan(swaps);

        ExpressionPrediction Answer()
        {
            while (true)
            {
                try
                {
                    return Volatile.Read(ref current).Recognize(Faces)[0];
                }
                catch (ObjectDisposedException)
                {
                    // It was swapped between the read and the call: once more, with the new one.
                }
            }
        }
    }
}
