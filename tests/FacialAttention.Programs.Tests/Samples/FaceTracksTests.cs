using Recognize;

namespace FacialAttention.Tests.Samples;

/// <summary>How <c>facial-attention</c> follows faces over the frames of a video.</summary>
public sealed class FaceTracksTests
{
    private static readonly FaceImage Picture = FaceImage.FromGray(new byte[100 * 200], new ImageSize(100, 200));

    private readonly FaceTracks _tracks = new(ExpressionLabels.Fer2013);

    [Fact]
    public void Update_FacesThatMove_KeepTheirNumbersInWhateverOrderTheyAreFound()
    {
        for (int frame = 0; frame < 20; frame++)
        {
            DetectedFace left = Face(10 + (4 * frame), 20), right = Face(150 - (4 * frame), 60);
            _tracks.Update(TimeSpan.FromSeconds(frame / 10.0), frame % 2 == 0 ? [left, right] : [right, left]);

            _tracks.Visible.Select(track => (track.Number, track.Face)).Should().Equal((1, left), (2, right));
        }

        _tracks.Count.Should().Be(2);
    }

    [Theory]
    [InlineData(1.9, 1)]
    [InlineData(2.1, 2)]
    public void Update_AFaceThatIsFoundAgain_IsTheSameForTwoSeconds(double seconds, int expected)
    {
        _tracks.Update(TimeSpan.Zero, [Face(10, 20)]);
        _tracks.Update(TimeSpan.FromSeconds(0.1), []);
        _tracks.Visible.Should().BeEmpty();

        _tracks.Update(TimeSpan.FromSeconds(seconds), [Face(12, 20)]);

        _tracks.Visible.Should().ContainSingle().Which.Number.Should().Be(expected);
    }

    [Theory]
    [InlineData(20, 1)] // 20 of 60 in common
    [InlineData(24, 2)] // 16 of 64
    public void Update_AFaceElsewhere_IsAnotherOneUnlessItOverlaps(int step, int expected)
    {
        _tracks.Update(TimeSpan.Zero, [Face(10, 20)]);
        _tracks.Update(TimeSpan.FromSeconds(0.1), [Face(10 + step, 20)]);

        _tracks.Visible.Should().ContainSingle().Which.Number.Should().Be(expected);
    }

    [Fact]
    public void Update_AThousandFaces_AreAllFollowed()
    {
        DetectedFace[] faces = [.. Enumerable.Range(0, 1000).Select(i => Face(50 * (i % 40), 50 * (i / 40)))];
        _tracks.Update(TimeSpan.Zero, faces);
        _tracks.Update(TimeSpan.FromSeconds(0.1), [.. faces.Reverse()]);

        _tracks.Visible.Select(track => track.Face).Should().Equal(faces);
        _tracks.Count.Should().Be(1000);
    }

    [Fact]
    public void VideoFaces_WithDetectionInEveryThirdFrame_KeepsTheBoxAndSmoothsTheExpression()
    {
        int looked = 0;
        var recognizer = new FirstThenLast();
        var faces = new VideoFaces(
            recognizer, _ => [Face(10 + looked++, 20), Face(150, 20)], new FaceFraming { Scale = 2 }, detectEvery: 3);
        var seen = new List<IReadOnlyList<RecognizedFace>>();
        for (int frame = 0; frame < 7; frame++)
        {
            seen.Add(faces.Update(new VideoFrame(TimeSpan.FromSeconds(0.1 * frame), Picture)));
        }

        looked.Should().Be(3);
        seen.Select(frame => frame[0].Box.X).Should().Equal(10, 10, 10, 11, 11, 11, 12);
        seen.Should().OnlyContain(frame => frame.Count == 2 && frame[0].Number == 1 && frame[1].Number == 2);
        recognizer.Boxes[0].Should().Be(new FaceBox(-10, 0, 80, 80), "the framing makes it twice as large");
        seen[0][0].Probability.Should().BeApproximately(0.9f, 1e-5f);
        seen[1][0].Label.Should().Be("first", "one frame does not decide");
        seen[1][0].Prediction.Probabilities[0].Should().BeInRange(0.5f, 0.89f);
        seen[6][0].Label.Should().Be("last");
        seen.Should().OnlyContain(frame => frame[0].Prediction.IsUncertain);
    }

    private static DetectedFace Face(float x, float y) => new(new FaceBox(x, y, 40, 40), 0.9f);

    /// <summary>Says the first class of the first frame, and then the last.</summary>
    private sealed class FirstThenLast : IExpressionRecognizer
    {
        public ExpressionLabels Labels { get; } = new("first", "last");

        public List<FaceBox> Boxes { get; } = [];

        public ExpressionPrediction Recognize(FaceImage image, FaceBox? crop = null) => throw new NotSupportedException();

        public IReadOnlyList<ExpressionPrediction> Recognize(IReadOnlyList<FaceImage> faces) => throw new NotSupportedException();

        public IReadOnlyList<ExpressionPrediction> RecognizeAll(FaceImage image, IReadOnlyList<FaceBox> faces)
        {
            float first = Boxes.Count == 0 ? 0.9f : 0.1f;
            Boxes.AddRange(faces);
            return [.. faces.Select(_ => new ExpressionPrediction(Labels, [first, 1 - first]) { IsUncertain = true })];
        }

        public void Dispose()
        {
        }
    }
}
