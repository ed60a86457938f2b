using System.Numerics;

namespace FacialAttention.Tests.Detection;

public sealed class FaceCandidateTests
{
    [Fact]
    public void Merge_BoxesOfOneFace_IsTheirMeanByScore()
    {
        FaceCandidate[] candidates = [Candidate(0.3f, 14), Candidate(0.9f, 10)];

        FaceCandidate face = FaceCandidate.Merge([.. candidates], 0.3).Should().ContainSingle().Subject;

        face.Score.Should().Be(0.9f);
        face.TopLeft.X.Should().BeApproximately(11, 1e-4f);
        face.BottomRight.X.Should().BeApproximately(31, 1e-4f);
        (face.TopLeft.Y, face.BottomRight.Y).Should().Be((0, 20));
        face.Points.RightEye.X.Should().BeApproximately(11, 1e-4f);
        face.Points.LeftEye.X.Should().BeApproximately(12, 1e-4f);
        face.Points.NoseTip.X.Should().BeApproximately(13, 1e-4f);
        face.Points.MouthCentre.X.Should().BeApproximately(14, 1e-4f);
    }

    [Theory]
    [InlineData(0, 2)] // boxes at 0, 10 and 30 of width 20: the first two share a third of what they cover
    [InlineData(0.33, 2)]
    [InlineData(0.34, 3)]
    [InlineData(1, 3)]
    public void Merge_Overlap_DecidesWhatIsOneFace(double overlap, int faces)
    {
        List<FaceCandidate> merged = FaceCandidate.Merge([Candidate(0.5f, 30.5f), Candidate(0.7f, 0), Candidate(0.6f, 10)], overlap);

        merged.Should().HaveCount(faces).And.BeInDescendingOrder(face => face.Score);
        merged[0].Score.Should().Be(0.7f);
    }

    [Fact]
    public void Merge_None_IsNone() => FaceCandidate.Merge([], 0.3).Should().BeEmpty();

    private static FaceCandidate Candidate(float score, float x) => new(
        score,
        new Vector2(x, 0),
        new Vector2(x + 20, 20),
        new FacePoints(new(x, 0), new(x + 1, 0), new(x + 2, 0), new(x + 3, 0)));
}
