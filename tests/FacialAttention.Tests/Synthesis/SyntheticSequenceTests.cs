namespace FacialAttention.Tests.Synthesis;

public sealed class SyntheticSequenceTests
{
    private static readonly ImageSize Size = new(Height: 60, Width: 80);

    private static IReadOnlyList<SyntheticFrame> Draw(FacialExpression expression, long identity = 1, long variation = 1, int frames = 5) =>
        SyntheticFaces.DrawSequence(expression, identity, variation, frames, Size);

    /// <summary>From the lower edge of the upper lip to the upper edge of the lower one, in pixels.</summary>
    private static double OpeningOf(SyntheticFrame frame)
    {
        ReadOnlySpan<float> points = frame.Landmarks.Span;
        return Math.Sqrt(Math.Pow(points[2 * 66] - points[2 * 62], 2) + Math.Pow(points[(2 * 66) + 1] - points[(2 * 62) + 1], 2));
    }

    [Fact]
    public void DrawSequence_Surprise_OpensTheMouthFrameByFrame()
    {
        double[] openings = [.. Draw(FacialExpression.Surprise).Select(OpeningOf)];

        openings.Should().HaveCount(5).And.BeInAscendingOrder();
        openings[0].Should().BeLessThan(0.35 * openings[4]);
        (openings[3] - openings[2]).Should().BeApproximately(openings[2] - openings[1], 0.02, "strength rises evenly");
    }

    [Fact]
    public void DrawSequence_Frames_AreOfOneScene()
    {
        IReadOnlyList<SyntheticFrame> frames = Draw(FacialExpression.Happy, frames: 8);

        double[] changes = [.. frames.Skip(1).Select(frame => Difference(frames[0], frame))];

        changes.Should().OnlyContain(change => change > 0, "the face moves");
        double other = Difference(frames[7], Draw(FacialExpression.Happy, variation: 2, frames: 8)[7]);
        changes.Max().Should().BeLessThan(other / 3, "pose, light and background stay");
    }

    [Fact]
    public void DrawSequence_EqualArguments_GiveEqualPictures()
    {
        IReadOnlyList<SyntheticFrame> frames = Draw(FacialExpression.Fear), again = Draw(FacialExpression.Fear);

        foreach ((SyntheticFrame first, SyntheticFrame second) in frames.Zip(again))
        {
            first.Image.Pixels.ToArray().Should().Equal(second.Image.Pixels.ToArray());
            first.Landmarks.ToArray().Should().Equal(second.Landmarks.ToArray());
        }

        frames.Should().OnlyContain(frame => frame.Image.Height == 60 && frame.Image.Width == 80 && frame.Image.Channels == 1);
        Difference(frames[4], Draw(FacialExpression.Fear, identity: 2)[4]).Should().BePositive();
        Difference(frames[4], Draw(FacialExpression.Sad)[4]).Should().BePositive();
    }

    [Fact]
    public void DrawSequence_Faces_TakeUpHalfOfThePictureAndStayInIt()
    {
        for (int person = 0; person < 20; person++)
        {
            float[] points = Draw(FacialExpression.Angry, person, frames: 2)[1].Landmarks.ToArray();
            float[] x = [.. points.Where((_, i) => i % 2 == 0)], y = [.. points.Where((_, i) => i % 2 == 1)];

            x.Should().OnlyContain(place => place > 0 && place < 80);
            y.Should().OnlyContain(place => place > 0 && place < 60);
            (y.Max() - y.Min()).Should().BeInRange(18, 45);
        }
    }

    [Fact]
    public void DrawSequence_ArgumentOutOfRange_IsRefused()
    {
        FluentActions.Invoking(() => Draw(FacialExpression.Sad, frames: 1)).Should().Throw<ArgumentOutOfRangeException>()
            .WithMessage("frames is 1; expected 2 to 1000.*");
        FluentActions.Invoking(() => Draw((FacialExpression)9)).Should().Throw<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => SyntheticFaces.DrawSequence(FacialExpression.Sad, 1, 1, 2, new ImageSize(15, 16))).Should()
            .Throw<ArgumentOutOfRangeException>();
    }

    /// <summary>The mean difference of two pictures' pixels.</summary>
    private static double Difference(SyntheticFrame one, SyntheticFrame other) =>
        one.Image.Pixels.ToArray().Zip(other.Image.Pixels.ToArray()).Average(pair => Math.Abs(pair.First - pair.Second));
}
