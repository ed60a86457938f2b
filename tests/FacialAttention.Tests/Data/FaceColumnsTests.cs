namespace FacialAttention.Tests.Data;

public sealed class FaceColumnsTests
{
    private static readonly ExpressionLabels Labels = new("calm", "tense");
    private static readonly LandmarkScheme TwoPoints = new("two", 1, 0);

    /// <summary>Three faces of one pixel, with every column.</summary>
    private static readonly FaceColumns All = new()
    {
        Votes = new byte[] { 0, 0, 255, 1, 3, 7 },
        Weights = new float[] { 0, 0.5f, 2 },
        Subjects = new int[] { -4, 7, 7 },
        Landmarks = new FaceLandmarks(TwoPoints, new float[] { 1, 2, 3, 4, 5, 6, 7, 8, -9, 10, 11, 12 }),
        Teacher = new float[] { 0, 1, 0.25f, 0.75f, 0.5f, 0.5f },
    };

    private static FaceDataset Faces(FaceColumns? columns) => new([10, 20, 30], [0, 1, 0], new ImageSize(1, 1), Labels, columns);

    [Fact]
    public void Constructor_Columns_AreShownAndNeverNull()
    {
        Faces(All).Columns.Should().BeSameAs(All);
        Faces(null).Columns.Should().BeSameAs(FaceColumns.None);
    }

    [Fact]
    public void Subset_AnyOrderAndTwice_KeepsEveryColumnWithItsFace()
    {
        FaceColumns columns = Faces(All).Subset([2, 0, 2]).Columns;

        columns.Votes!.Value.ToArray().Should().Equal(3, 7, 0, 0, 3, 7);
        columns.Weights!.Value.ToArray().Should().Equal(2, 0, 2);
        columns.Subjects!.Value.ToArray().Should().Equal(7, -4, 7);
        columns.Landmarks!.Scheme.Should().BeSameAs(TwoPoints);
        columns.Landmarks.Points.ToArray().Should().Equal(-9, 10, 11, 12, 1, 2, 3, 4, -9, 10, 11, 12);
        columns.Teacher!.Value.ToArray().Should().Equal(0.5f, 0.5f, 0, 1, 0.5f, 0.5f);
    }

    [Fact]
    public void Subset_OneColumn_LeavesTheOthersNull()
    {
        FaceColumns columns = Faces(new FaceColumns { Subjects = new int[] { 1, 2, 3 } }).Subset([1]).Columns;

        columns.Subjects!.Value.ToArray().Should().Equal(2);
        (columns with { Subjects = null }).Should().Be(FaceColumns.None);
    }

    public static TheoryData<string, FaceColumns> Bad => new()
    {
        { "Votes has 5 values; expected 6, which is 3 faces x 2 labels.*", new FaceColumns { Votes = new byte[5] } },
        { "Weights has 2 values; expected 3, which is 3 faces x 1 weight.*", new FaceColumns { Weights = new float[2] } },
        { "Subjects has 4 values; expected 3, which is 3 faces x 1 subject.*", new FaceColumns { Subjects = new int[4] } },
        { "Teacher has 0 values; expected 6, which is 3 faces x 2 labels.*", new FaceColumns { Teacher = Array.Empty<float>() } },
        {
            "Votes has 0 values; expected 6, which is 3 faces x 2 labels. Without the column leave the property null; an array that is null *",
            new FaceColumns { Votes = (byte[])null! }
        },
        { "Landmarks has 6 values; expected 12, which is 3 faces x 4 coordinates.*", new FaceColumns { Landmarks = new(TwoPoints, new float[6]) } },
        { "Landmarks have no scheme; expected one.*", new FaceColumns { Landmarks = new(null!, new float[6]) } },
        { "The weight of face 1 is -0.5; expected a finite number of at least 0.*", new FaceColumns { Weights = new[] { 1, -0.5f, 1 } } },
        { "The weight of face 2 is Infinity; expected a finite number of at least 0.*", new FaceColumns { Weights = new[] { 1, 1, float.PositiveInfinity } } },
        { "The weight of face 0 is NaN; expected a finite number of at least 0.*", new FaceColumns { Weights = new[] { float.NaN, 1, 1 } } },
        {
            "Point 1 of the landmarks of face 1 has NaN; expected finite numbers.*",
            new FaceColumns { Landmarks = new(TwoPoints, new[] { 0, 0, 0, 0, 0, 0, 0, float.NaN, 0, 0, 0, 0 }) }
        },
        { "The teacher gives face 1 a probability of -0.5; expected 0 to 1.*", new FaceColumns { Teacher = new[] { 0, 1, -0.5f, 1.5f, 1, 0 } } },
        { "The teacher gives face 2 a probability of NaN; expected 0 to 1.*", new FaceColumns { Teacher = new[] { 0, 1, 0, 1, float.NaN, 0 } } },
        { "The teacher's probabilities of face 1 have a sum of 0.875; expected 1.*", new FaceColumns { Teacher = new[] { 0, 1, 0.5f, 0.375f, 1, 0 } } },
    };

    [Theory]
    [MemberData(nameof(Bad))]
    public void Constructor_ColumnThatDoesNotFit_SaysWhatIsWrong(string message, FaceColumns columns)
    {
        Action act = () => Faces(columns);

        act.Should().Throw<ArgumentException>().WithMessage(message).WithParameterName("columns");
    }

    [Fact]
    public void Constructor_TeacherWithinAThousandthOfOne_IsAccepted() =>
        Faces(new FaceColumns { Teacher = new[] { 0, 1, 0.2505f, 0.75f, 0.5f, 0.4995f } }).Count.Should().Be(3);
}
