using System.Numerics;

namespace FacialAttention.Tests.Detection;

public sealed class DetectedFaceTests
{
    private static readonly FaceBox Box = new(10, -20.5f, 40, 50);
    private static readonly FacePoints Points = new(new(20, 0), new(40, 10), new(32, 12), new(30, 20));

    [Theory]
    [InlineData(0f)]
    [InlineData(0.75f)]
    [InlineData(1f)]
    public void Constructor_Keeps_WhatItGets(float score)
    {
        var face = new DetectedFace(Box, score, Points);

        (face.Box, face.Score, face.Points).Should().Be((Box, score, Points));
        face.Should().Be(new DetectedFace(Box, score, Points));
        new DetectedFace(Box, score).Points.Should().BeNull();
    }

    [Theory]
    [InlineData(-0.001f)]
    [InlineData(1.001f)]
    [InlineData(float.NaN)]
    public void Constructor_ScoreOutOfRange_IsRefused(float score) => FluentActions.Invoking(() => new DetectedFace(Box, score))
        .Should().Throw<ArgumentOutOfRangeException>().WithMessage($"score is {(float.IsNaN(score) ? "NaN" : score)}; expected 0 to 1.*");

    [Theory]
    [InlineData(float.NaN, 0, 1, 1)]
    [InlineData(0, float.PositiveInfinity, 1, 1)]
    [InlineData(0, 0, 0, 1)]
    [InlineData(0, 0, 1, -1)]
    public void Constructor_BoxWithoutArea_IsRefused(float x, float y, float width, float height) =>
        FluentActions.Invoking(() => new DetectedFace(new FaceBox(x, y, width, height), 1))
            .Should().Throw<ArgumentOutOfRangeException>().WithMessage("Got FaceBox*expected finite numbers, and sides of more than 0.*")
            .WithParameterName("box");

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Constructor_PointNowhere_IsRefused(int point)
    {
        var nowhere = new Vector2(1, float.NaN);
        FacePoints points = point switch
        {
            0 => Points with { RightEye = nowhere },
            1 => Points with { LeftEye = nowhere },
            2 => Points with { NoseTip = nowhere },
            _ => Points with { MouthCentre = nowhere },
        };

        FluentActions.Invoking(() => new DetectedFace(Box, 1, points)).Should().Throw<ArgumentOutOfRangeException>()
            .WithMessage("Got FacePoints*expected finite numbers.*").WithParameterName("points");
    }

    [Fact]
    public void Points_OfATiltedFace_LevelItsFrame()
    {
        FaceBox frame = new FaceFraming().Frame(Box, Points.RightEye, Points.LeftEye);

        frame.Roll.Should().BeApproximately(26.565f, 1e-3f, "one eye is 20 pixels to the right of the other one and 10 below it");
    }
}
