using System.Numerics;

namespace FacialAttention.Tests.Images;

public sealed class FaceFramingTests
{
    private static readonly FaceBox Face = new(10, 20, 40, 50);

    [Fact]
    public void Frame_Defaults_AreTheBox() => new FaceFraming().Frame(Face).Should().Be(Face);

    [Fact]
    public void Frame_Scale_GrowsAboutTheCentre() =>
        new FaceFraming { Scale = 1.5 }.Frame(Face).Should().Be(new FaceBox(0, 7.5f, 60, 75));

    [Fact]
    public void Frame_Shift_IsInSidesOfTheBox() =>
        new FaceFraming { Scale = 2, ShiftX = 0.25, ShiftY = -0.1 }.Frame(Face).Should().Be(new FaceBox(0, -10, 80, 100));

    [Fact]
    public void Frame_Square_HasTheLongerSide() =>
        new FaceFraming { IsSquare = true, Scale = 1.2 }.Frame(Face).Should().Be(new FaceBox(0, 15, 60, 60));

    [Fact]
    public void Frame_TurnedBox_ShiftsAlongItsSides()
    {
        FaceBox frame = new FaceFraming { ShiftX = 0.5, ShiftY = 0.1 }.Frame(Face with { Roll = 90 });

        // Its right is down in the picture and its down is left.
        frame.X.Should().BeApproximately(10 - 5, 1e-4f);
        frame.Y.Should().BeApproximately(20 + 20, 1e-4f);
        (frame.Width, frame.Height, frame.Roll).Should().Be((40, 50, 90));
    }

    [Theory]
    [InlineData(20, 40, 40, 40, 0)]
    [InlineData(20, 40, 40, 60, 45)]
    [InlineData(40, 60, 20, 40, 45)]
    [InlineData(40, 40, 20, 60, -45)]
    [InlineData(30, 10, 30, 90, 90)]
    public void Frame_Eyes_TurnTheBoxToTheirSlope(float x, float y, float otherX, float otherY, float roll)
    {
        FaceBox frame = new FaceFraming { Scale = 2 }.Frame(Face with { Roll = 7 }, new Vector2(x, y), new Vector2(otherX, otherY));

        Math.Abs(frame.Roll).Should().BeApproximately(Math.Abs(roll), 1e-4f);
        (Math.Abs(roll) == 90 || Math.Sign(frame.Roll) == Math.Sign(roll)).Should().BeTrue();
        (frame with { Roll = 0 }).Should().Be(new FaceFraming { Scale = 2 }.Frame(Face));
    }

    [Fact]
    public void Frame_EyesOfATurnedFace_LevelThem()
    {
        // A face whose eyes are two dark dots on a slope of 30 degrees.
        var pixels = new byte[100 * 100];
        Array.Fill(pixels, (byte)200);
        (Vector2 eye, Vector2 other) = (new(50 - 17.32f, 40), new(50 + 17.32f, 60));
        for (int i = 0; i < pixels.Length; i++)
        {
            var place = new Vector2((i % 100) + 0.5f, (i / 100) + 0.5f);
            if (Vector2.Distance(place, eye) < 5 || Vector2.Distance(place, other) < 5)
            {
                pixels[i] = 0;
            }
        }

        FaceBox frame = new FaceFraming().Frame(new FaceBox(20, 20, 60, 60), eye, other);
        byte[] level = new FacePreprocessor(new ImageSize(30, 30)).ToGray(FaceImage.FromGray(pixels, new ImageSize(100, 100)), frame);

        double[] rows = [.. Enumerable.Range(0, 2).Select(half => level
            .Select((value, i) => (Dark: 200 - value, Column: i % 30, Row: i / 30))
            .Where(pixel => pixel.Dark > 0 && pixel.Column < 15 == (half == 0)).ToArray())
            .Select(dark => dark.Sum(pixel => pixel.Dark * (pixel.Row + 0.5)) / dark.Sum(pixel => (double)pixel.Dark))];
        rows[0].Should().BeApproximately(15, 0.1);
        rows[1].Should().BeApproximately(15, 0.1);
    }

    [Fact]
    public void Frame_EyesThatAreNone_AreRefused()
    {
        var framing = new FaceFraming();

        framing.Invoking(it => it.Frame(Face, new Vector2(3, 4), new Vector2(3, 4))).Should().Throw<ArgumentException>()
            .WithMessage("Got eyes at (3, 4) and (3, 4); expected two places.*");
        framing.Invoking(it => it.Frame(Face, new Vector2(float.NaN, 4), new Vector2(3, 4))).Should().Throw<ArgumentException>()
            .WithMessage("Got eyes at (NaN, 4) and (3, 4); expected two places.*");
    }

    [Theory]
    [InlineData(20, 21, 21)]
    [InlineData(20, -21, -21)]
    [InlineData(20, 19, 0)]
    [InlineData(0, 3, 3)]
    [InlineData(90, 60, 0)]
    public void Frame_DetectedFace_IsTurnedFromTheSlopeOfItsEyesOn(double levelFrom, double slope, float expected)
    {
        (double sin, double cos) = double.SinCos(double.DegreesToRadians(slope));
        var points = new FacePoints(new Vector2(10, 20), new Vector2((float)(10 + (30 * cos)), (float)(20 + (30 * sin))), default, default);
        var framing = new FaceFraming { Scale = 2, LevelFrom = levelFrom };

        FaceBox frame = new DetectedFace(Face, 0.9f, points).Frame(framing);

        frame.Roll.Should().BeApproximately(expected, 1e-4f);
        (frame with { Roll = 0 }).Should().Be(framing.Frame(Face));
    }

    [Fact]
    public void Frame_DetectedFaceWithoutEyes_IsThatOfItsBox()
    {
        var framing = new FaceFraming { Scale = 2, LevelFrom = 0 };

        new DetectedFace(Face, 0.9f).Frame(framing).Should().Be(framing.Frame(Face));
        new DetectedFace(Face, 0.9f, new FacePoints()).Frame(framing).Should().Be(framing.Frame(Face), "both eyes are at one place");
    }

    [Theory]
    [InlineData(0, 5, 0)]
    [InlineData(5, -1, 0)]
    [InlineData(float.NaN, 5, 0)]
    [InlineData(5, 5, float.NaN)]
    public void Frame_BoxThatIsNone_IsRefused(float width, float height, float x)
    {
        new FaceFraming().Invoking(it => it.Frame(new FaceBox(x, 0, width, height))).Should().Throw<ArgumentOutOfRangeException>()
            .WithMessage("Got FaceBox * expected finite numbers, and sides of more than 0.*");
    }

    [Fact]
    public void Init_ValueOutOfRange_IsNamed()
    {
        FluentActions.Invoking(() => new FaceFraming { Scale = 0 }).Should().Throw<ArgumentOutOfRangeException>()
            .WithMessage("Scale is 0; expected 0.1 to 10.*");
        FluentActions.Invoking(() => new FaceFraming { ShiftX = double.NaN }).Should().Throw<ArgumentOutOfRangeException>()
            .WithMessage("ShiftX is NaN; expected -2 to 2.*");
        FluentActions.Invoking(() => new FaceFraming { ShiftY = 2.1 }).Should().Throw<ArgumentOutOfRangeException>()
            .WithMessage("ShiftY is 2.1; expected -2 to 2.*");
        FluentActions.Invoking(() => new FaceFraming { LevelFrom = 91 }).Should().Throw<ArgumentOutOfRangeException>()
            .WithMessage("LevelFrom is 91; expected 0 to 90.*");
    }
}
