namespace FacialAttention.Tests.Synthesis;

public sealed class SyntheticLandmarksTests
{
    private static readonly LandmarkScheme Scheme = LandmarkScheme.Points68;

    /// <summary>A small dot, painted in face coordinates, has its centre of mass where the canvas says that its place is.</summary>
    [Theory]
    [InlineData(0, 0)]
    [InlineData(-0.5, 0.3)]
    [InlineData(0.62, -0.41)]
    public void PlaceOf_TurnedShiftedAndYawedHead_IsWhereThePaintIs(double x, double y)
    {
        var pose = new HeadPose(0.96, 0.28, 1.1, 0.1, -0.08, 0.12);
        var canvas = new FaceCanvas(new ImageSize(Height: 200, Width: 240), pose);
        canvas.Paint(new Area(x - 0.1, y - 0.1, x + 0.1, y + 0.1), (px, py) => Math.Sqrt(((px - x) * (px - x)) + ((py - y) * (py - y))) - 0.03, 1);
        var pixels = new byte[200 * 240];
        canvas.CopyTo(pixels);

        double sum = pixels.Sum(pixel => (double)pixel);
        double centreX = pixels.Select((pixel, i) => pixel * ((i % 240) + 0.5)).Sum() / sum;
        double centreY = pixels.Select((pixel, i) => pixel * ((i / 240) + 0.5)).Sum() / sum;
        (double placeX, double placeY) = canvas.PlaceOf(x, y);

        placeX.Should().BeApproximately(centreX, 0.1);
        placeY.Should().BeApproximately(centreY, 0.1);
    }

    [Fact]
    public void MarkPoints_MirroredActions_GiveTheMirroredFace()
    {
        for (int identity = 0; identity < 20; identity++)
        {
            foreach (FacialExpression expression in Enum.GetValues<FacialExpression>())
            {
                var random = new SeededRandom(identity, (long)expression);
                FacialActions actions = FacialActions.Perform(expression, ref random);
                double[] points = Mark(identity, actions);
                (actions.CornerPullLeft, actions.CornerPullRight) = (actions.CornerPullRight, actions.CornerPullLeft);
                (actions.DimpleLeft, actions.DimpleRight) = (actions.DimpleRight, actions.DimpleLeft);
                double[] mirrored = Mark(identity, actions);

                for (int i = 0; i < Scheme.Count; i++)
                {
                    int twin = Scheme.Mirror[i];
                    mirrored[2 * twin].Should().BeApproximately(-points[2 * i], 1e-12);
                    mirrored[(2 * twin) + 1].Should().BeApproximately(points[(2 * i) + 1], 1e-12);
                }
            }
        }
    }

    /// <summary>Surprised people open eyes and mouth wide; something flat covers one picture of eight, glasses and blur take more.</summary>
    [Fact]
    public void Generate_SurprisedFaces_HaveDarkPupilsAndMouthsWithinTheirPoints()
    {
        FaceDataset faces = SyntheticFaces.Generate(
            200, seed: 1, labels: new ExpressionLabels("Surprise", "Neutral"), size: new ImageSize(Height: 120, Width: 100));
        int eyes = 0, mouths = 0, count = 0;
        for (int face = 0; face < faces.Count; face += 2, count++)
        {
            eyes += IsDarkerInside(faces, face, 36) ? 1 : 0;
            eyes += IsDarkerInside(faces, face, 42) ? 1 : 0;
            mouths += Value(faces, face, Middle(faces, face, [62, 66])) < Value(faces, face, Point(faces, face, 33)) - 15 ? 1 : 0;
        }

        eyes.Should().BeGreaterThan(2 * count * 8 / 10);
        mouths.Should().BeGreaterThan(count * 8 / 10);
    }

    [Fact]
    public void Generate_EveryFace_HasItsPartsInOrder()
    {
        FaceDataset faces = SyntheticFaces.Generate(140, seed: 3);

        faces.Columns.Landmarks!.Scheme.Should().BeSameAs(Scheme);
        for (int face = 0; face < faces.Count; face++)
        {
            (float X, float Y)[] p = [.. Enumerable.Range(0, 68).Select(i => Point(faces, face, i))];
            p.Should().OnlyContain(point => point.X > -24 && point.X < 72 && point.Y > -24 && point.Y < 72);
            float[] across = [p[0].X, p[36].X, p[39].X, p[42].X, p[45].X, p[16].X];
            across.Should().BeInAscendingOrder(); // left in the picture comes first
            float[] down = [p[27].Y, p[30].Y, p[33].Y, p[51].Y, p[57].Y, p[8].Y];
            down.Should().BeInAscendingOrder();
        }
    }

    private static double[] Mark(int identity, FacialActions actions)
    {
        var points = new double[2 * Scheme.Count];
        new FaceShape(new SyntheticIdentity(identity), actions).MarkPoints(points);
        return points;
    }

    /// <summary>Whether the middle of the eye is darker than the white halfway to its corners.</summary>
    private static bool IsDarkerInside(FaceDataset faces, int face, int first)
    {
        (float X, float Y) middle = Middle(faces, face, [first + 1, first + 2, first + 4, first + 5]);
        (float X, float Y) left = Point(faces, face, first), right = Point(faces, face, first + 3);
        double white = Math.Max(
            Value(faces, face, ((0.3f * middle.X) + (0.7f * left.X), (0.3f * middle.Y) + (0.7f * left.Y))),
            Value(faces, face, ((0.3f * middle.X) + (0.7f * right.X), (0.3f * middle.Y) + (0.7f * right.Y))));
        return Value(faces, face, middle) < white - 15;
    }

    private static (float X, float Y) Middle(FaceDataset faces, int face, int[] points) => (
        points.Average(i => Point(faces, face, i).X), points.Average(i => Point(faces, face, i).Y));

    private static (float X, float Y) Point(FaceDataset faces, int face, int point)
    {
        ReadOnlySpan<float> xy = faces.Columns.Landmarks!.Points.Span.Slice(2 * ((face * Scheme.Count) + point), 2);
        return (xy[0], xy[1]);
    }

    private static double Value(FaceDataset faces, int face, (float X, float Y) place)
    {
        int column = Math.Clamp((int)place.X, 0, faces.Size.Width - 1), row = Math.Clamp((int)place.Y, 0, faces.Size.Height - 1);
        return faces.PixelsOf(face)[(row * faces.Size.Width) + column];
    }
}
