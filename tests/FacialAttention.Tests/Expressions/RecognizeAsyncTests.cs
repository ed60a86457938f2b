using System.Runtime.CompilerServices;

namespace FacialAttention.Tests.Expressions;

public sealed class RecognizeAsyncTests
{
    private static readonly ExpressionLabels Labels = new("dark", "light");
    private static readonly CancellationToken NeverCancelled = CancellationToken.None;

    [Theory]
    [InlineData(1, 1)]
    [InlineData(100, 1)]
    [InlineData(100, 7)]
    [InlineData(5, 16)]
    [InlineData(0, 16)]
    public async Task RecognizeAsync_Faces_GivesThemAllInOrder(int count, int batchSize)
    {
        using var recognizer = new Recorder();

        List<float> values = await ValuesOf(recognizer.RecognizeAsync(Faces(count), batchSize, NeverCancelled));

        values.Should().Equal(Enumerable.Range(0, count).Select(i => i / 255f));
        recognizer.Batches.Where(batch => batch < 1 || batch > batchSize).Should().BeEmpty();
        recognizer.Batches.Sum().Should().Be(count);
    }

    [Fact]
    public async Task RecognizeAsync_FastSource_RunsFullBatches()
    {
        int read = 0;
        // Until the source has read one face more than a batch that waits.
        using var recognizer = new Recorder
        {
            Recognizing = done => SpinWait.SpinUntil(() => Volatile.Read(ref read) >= Math.Min(40, done + 9), TimeSpan.FromSeconds(30)),
        };

        await ValuesOf(recognizer.RecognizeAsync(Faces(40, () => Interlocked.Increment(ref read)), 8, NeverCancelled));

        recognizer.Batches[1].Should().Be(8, "faces wait while others are recognised");
    }

    [Fact]
    public async Task RecognizeAsync_SlowSource_GivesEachFaceBeforeTheNextComes()
    {
        using var recognizer = new Recorder();
        var released = new SemaphoreSlim(1);
        int seen = 0;

        await foreach (ExpressionPrediction _ in recognizer.RecognizeAsync(Released(), 16, NeverCancelled))
        {
            seen++;
            released.Release();
        }

        seen.Should().Be(4);
        recognizer.Batches.Should().Equal(1, 1, 1, 1);

        async IAsyncEnumerable<FaceImage> Released()
        {
            for (int i = 0; i < 4; i++)
            {
                (await released.WaitAsync(TimeSpan.FromSeconds(30))).Should().BeTrue("the face before was answered");
                yield return Face(i);
            }
        }
    }

    [Fact]
    public async Task RecognizeAsync_SlowReader_BoundsWhatIsRead()
    {
        using var recognizer = new Recorder();
        int read = 0;
        IAsyncEnumerator<ExpressionPrediction> predictions =
            recognizer.RecognizeAsync(Faces(10_000, () => read++), 4, NeverCancelled).GetAsyncEnumerator();

        (await predictions.MoveNextAsync()).Should().BeTrue();
        await Task.Delay(100);

        Volatile.Read(ref read).Should().BeLessThanOrEqualTo(4 + 4 + 1, "a batch recognised, one waiting, and one face in the hand");
        await predictions.DisposeAsync();
    }

    [Fact]
    public async Task RecognizeAsync_Left_EndsTheSource()
    {
        using var recognizer = new Recorder();
        bool isEnded = false;

        await foreach (ExpressionPrediction _ in recognizer.RecognizeAsync(Faces(10_000, onEnd: () => isEnded = true), 4, NeverCancelled))
        {
            break;
        }

        isEnded.Should().BeTrue();
    }

    [Fact]
    public async Task RecognizeAsync_Cancelled_StopsSourceAndPredictions()
    {
        using var recognizer = new Recorder();
        using var source = new CancellationTokenSource();
        bool isEnded = false;
        int seen = 0;

        Func<Task> act = async () =>
        {
            await foreach (ExpressionPrediction _ in recognizer.RecognizeAsync(Faces(10_000, onEnd: () => isEnded = true), 4, source.Token))
            {
                if (++seen == 3)
                {
                    await source.CancelAsync();
                }
            }
        };

        await act.Should().ThrowAsync<OperationCanceledException>();
        seen.Should().Be(3);
        isEnded.Should().BeTrue();
    }

    [Fact]
    public async Task RecognizeAsync_SourceThatFails_GivesTheFacesBeforeAndThenItsException()
    {
        using var recognizer = new Recorder();
        int seen = 0;

        Func<Task> act = async () =>
        {
            await foreach (ExpressionPrediction _ in recognizer.RecognizeAsync(Failing(), 4, NeverCancelled))
            {
                seen++;
            }
        };

        await act.Should().ThrowExactlyAsync<IOException>().WithMessage("the camera is gone");
        seen.Should().Be(6);

        static async IAsyncEnumerable<FaceImage> Failing()
        {
            for (int i = 0; i < 6; i++)
            {
                yield return Face(i);
            }

            await Task.Yield();
            throw new IOException("the camera is gone");
        }
    }

    [Fact]
    public async Task RecognizeAsync_DisposedRecogniser_Throws()
    {
        var recognizer = new Recorder();
        bool isEnded = false;
        recognizer.Dispose();

        Func<Task> act = () => ValuesOf(recognizer.RecognizeAsync(Faces(10_000, onEnd: () => isEnded = true), 4, NeverCancelled));

        await act.Should().ThrowAsync<ObjectDisposedException>();
        isEnded.Should().BeTrue();
    }

    [Fact]
    public void RecognizeAsync_WrongArguments_AreNamedAtOnce()
    {
        using var recognizer = new Recorder();

        FluentActions.Invoking(() => recognizer.RecognizeAsync(null!)).Should().Throw<ArgumentNullException>();
        FluentActions.Invoking(() => ((IExpressionRecognizer)null!).RecognizeAsync(Faces(1))).Should().Throw<ArgumentNullException>();
        FluentActions.Invoking(() => recognizer.RecognizeAsync(Faces(1), batchSize: 0)).Should().Throw<ArgumentOutOfRangeException>()
            .WithMessage("batchSize is 0; expected 1 to 1024.*");
    }

    private static FaceImage Face(int value) => FaceImage.FromGray(new[] { (byte)value }, new ImageSize(1, 1));

    private static async IAsyncEnumerable<FaceImage> Faces(
        int count, Action? onRead = null, Action? onEnd = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        try
        {
            for (int i = 0; i < count; i++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (i % 5 == 0)
                {
                    await Task.Yield();
                }

                onRead?.Invoke();
                yield return Face(i % 256);
            }
        }
        finally
        {
            onEnd?.Invoke();
        }
    }

    private static async Task<List<float>> ValuesOf(IAsyncEnumerable<ExpressionPrediction> predictions)
    {
        var values = new List<float>();
        await foreach (ExpressionPrediction prediction in predictions)
        {
            values.Add(prediction.Probabilities[1]);
        }

        return values;
    }

    /// <summary>Takes the one pixel of a face for the probability of light.</summary>
    private sealed class Recorder : IExpressionRecognizer
    {
        private bool _isDisposed;

        public List<int> Batches { get; } = [];

        /// <summary>Called in each batch, with the number of faces up to its last one.</summary>
        public Action<int> Recognizing { get; init; } = _ => { };

        public ExpressionLabels Labels => RecognizeAsyncTests.Labels;

        public ExpressionPrediction Recognize(FaceImage image, FaceBox? crop = null)
        {
            float light = image.Pixels.Span[0] / 255f;
            return new ExpressionPrediction(Labels, [1 - light, light]);
        }

        public IReadOnlyList<ExpressionPrediction> Recognize(IReadOnlyList<FaceImage> faces)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            Batches.Add(faces.Count);
            Recognizing(Batches.Sum());
            return [.. faces.Select(face => Recognize(face))];
        }

        public void Dispose() => _isDisposed = true;
    }
}
