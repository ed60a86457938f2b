namespace FacialAttention.Tests.Data;

public sealed class FaceEnlargementTests
{
    private static readonly ImageSize Size = new(Height: 40, Width: 48);
    private static readonly FaceEnlargement Still = new() { MaxRotationDegrees = 0, MaxBrightness = 0, MaxSaturation = 0 };

    private static FaceDataset Faces(int count = 4) => SyntheticFaces.Generate(count, seed: 1, size: Size);

    private static byte[] Mirror(ReadOnlySpan<byte> pixels)
    {
        byte[] mirrored = pixels.ToArray();
        for (int row = 0; row < Size.Height; row++)
        {
            mirrored.AsSpan(row * Size.Width, Size.Width).Reverse();
        }

        return mirrored;
    }

    [Fact]
    public void Enlarge_Default_MakesThreeOfEachFaceAndSaysOfWhich()
    {
        FaceDataset faces = Faces();

        (FaceDataset enlarged, int[] originals) = new FaceEnlargement().Enlarge(faces);

        originals.Should().Equal(0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3);
        enlarged.Count.Should().Be(12);
        for (int row = 0; row < enlarged.Count; row++)
        {
            int face = originals[row];
            enlarged.LabelIndices.Span[row].Should().Be(faces.LabelIndices.Span[face]);
            enlarged.Columns.Subjects!.Value.Span[row].Should().Be(faces.Columns.Subjects!.Value.Span[face]);
            enlarged.PixelsOf(row).SequenceEqual(faces.PixelsOf(face)).Should().Be(row % 3 == 0, "the first is the face itself, the others are changed");
        }

        enlarged.GroupsOfEqualFaces().Should().OnlyHaveUniqueItems();
    }

    [Fact]
    public void Enlarge_NothingButMirrors_MirrorsEachSecondCopyWithItsLandmarks()
    {
        FaceDataset faces = Faces(1);

        FaceDataset enlarged = (Still with { Copies = 3 }).Enlarge(faces).Faces;

        byte[] mirrored = Mirror(faces.PixelsOf(0));
        enlarged.PixelsOf(1).ToArray().Should().Equal(mirrored);
        enlarged.PixelsOf(2).ToArray().Should().Equal(faces.PixelsOf(0).ToArray());
        enlarged.PixelsOf(3).ToArray().Should().Equal(mirrored);
        ReadOnlySpan<float> points = enlarged.Columns.Landmarks!.Points.Span;
        for (int i = 0; i < 68; i++)
        {
            int twin = LandmarkScheme.Points68.Mirror[i];
            points[136 + (2 * i)].Should().BeApproximately(Size.Width - points[2 * twin], 1e-4f);
            points[136 + (2 * i) + 1].Should().BeApproximately(points[(2 * twin) + 1], 1e-4f);
        }
    }

    [Fact]
    public void Enlarge_Rotation_TurnsLandmarksWithThePixels()
    {
        // One bright dot, with a landmark on it.
        var pixels = new byte[Size.Pixels];
        (int dotX, int dotY) = (34, 12);
        for (int i = 0; i < pixels.Length; i++)
        {
            double distance = Math.Sqrt(Math.Pow((i % Size.Width) - dotX, 2) + Math.Pow((i / Size.Width) - dotY, 2));
            pixels[i] = (byte)(distance < 4 ? 250 - (60 * distance) : 0);
        }

        var faces = new FaceDataset(pixels, [0], Size, ExpressionLabels.CkPlus, new FaceColumns
        {
            Landmarks = new FaceLandmarks(new LandmarkScheme("dot", [0]), new[] { dotX + 0.5f, dotY + 0.5f }),
        });

        FaceDataset enlarged = (Still with { Copies = 6, MaxRotationDegrees = 40 }).Enlarge(faces).Faces;

        var angles = new List<double>();
        for (int copy = 1; copy <= 6; copy++)
        {
            double sum = 0, x = 0, y = 0;
            ReadOnlySpan<byte> turned = enlarged.PixelsOf(copy);
            for (int i = 0; i < turned.Length; i++)
            {
                sum += turned[i];
                x += turned[i] * ((i % Size.Width) + 0.5);
                y += turned[i] * ((i / Size.Width) + 0.5);
            }

            ReadOnlySpan<float> point = enlarged.Columns.Landmarks!.Points.Span.Slice(2 * copy, 2);
            (x / sum).Should().BeApproximately(point[0], 0.1);
            (y / sum).Should().BeApproximately(point[1], 0.1);
            double side = copy % 2 == 1 ? -1 : 1;
            angles.Add(Math.Atan2(point[1] - 20, side * (point[0] - 24)) - Math.Atan2(dotY + 0.5 - 20, dotX + 0.5 - 24));
        }

        angles.Should().OnlyContain(angle => Math.Abs(angle) <= 40 * Math.PI / 180);
        angles.Max(Math.Abs).Should().BeGreaterThan(0.2);
        angles.Should().OnlyHaveUniqueItems();
    }

    [Fact]
    public void Enlarge_Brightness_ShiftsAllPixelsAlikeWithinItsRange()
    {
        byte[] pixels = [.. Enumerable.Range(0, Size.Pixels).Select(i => (byte)(100 + (i % 50)))];
        var faces = new FaceDataset(pixels, [0], Size, ExpressionLabels.CkPlus);

        FaceDataset enlarged = (Still with { Copies = 20, MaxBrightness = 0.2 }).Enlarge(faces).Faces;

        int[] shifts = [.. Enumerable.Range(1, 10).Select(k => 2 * k).Select(copy =>
        {
            int shift = enlarged.PixelsOf(copy)[0] - 100;
            enlarged.PixelsOf(copy).ToArray().Should().Equal(pixels.Select(pixel => (byte)(pixel + shift)));
            return shift;
        })];
        shifts.Should().OnlyContain(shift => Math.Abs(shift) <= 51);
        shifts.Max().Should().BePositive();
        shifts.Min().Should().BeNegative();
    }

    [Fact]
    public void Enlarge_Saturation_IsThatOfHsvBeforeThePictureTurnsGray()
    {
        (double red, double green, double blue) = (200, 150, 100);
        double gray = (0.299 * red) + (0.587 * green) + (0.114 * blue);
        var faces = new FaceDataset(
            Enumerable.Repeat((byte)Math.Round(gray), Size.Pixels).ToArray(), [0], Size, ExpressionLabels.CkPlus);
        byte[] brightest = Enumerable.Repeat((byte)red, Size.Pixels).ToArray();
        FaceEnlargement enlargement = Still with { Copies = 12, MaxSaturation = 0.4 };

        int[] grays = [.. Enumerable.Range(1, 12).Select(copy => (int)enlargement.Enlarge(faces, brightest).Faces.PixelsOf(copy)[0])];

        // From 0.6 to 1.4 times the saturation, at value and hue as they are.
        grays.Min().Should().BeGreaterThanOrEqualTo((int)Gray(1.4) - 1);
        grays.Max().Should().BeLessThanOrEqualTo((int)Gray(0.6) + 1);
        grays.Max().Should().BeGreaterThan((int)gray + 5);
        grays.Min().Should().BeLessThan((int)gray - 5);
        enlargement.Enlarge(faces).Faces.Pixels.ToArray().Should().OnlyContain(value => value == (byte)Math.Round(gray), "gray has no saturation");

        double Gray(double saturation) =>
            (0.299 * red) + (0.587 * (red - (saturation * (red - green)))) + (0.114 * (red - (saturation * (red - blue))));
    }

    [Fact]
    public void Enlarge_SeedsAndCopies_HaveTheirEffect()
    {
        FaceDataset faces = Faces();
        string usual = new FaceEnlargement().Enlarge(faces).Faces.Fingerprint();

        new FaceEnlargement().Enlarge(faces).Faces.Fingerprint().Should().Be(usual);
        new FaceEnlargement { Seed = 2 }.Enlarge(faces).Faces.Fingerprint().Should().NotBe(usual);
        new FaceEnlargement { Copies = 0 }.Enlarge(faces).Faces.Fingerprint().Should().Be(faces.Fingerprint());
        new FaceEnlargement { Copies = 5 }.Enlarge(faces).Faces.Count.Should().Be(24);
        new FaceEnlargement().Enlarge(faces.Subset([0, 1])).Faces.Pixels.ToArray()
            .Should().Equal(new FaceEnlargement().Enlarge(faces).Faces.Pixels[..(6 * Size.Pixels)].ToArray());
    }

    [Fact]
    public void Options_OutOfRange_AreRefused()
    {
        foreach (Action make in new Action[]
        {
            () => _ = new FaceEnlargement { Copies = -1 },
            () => _ = new FaceEnlargement { Copies = 21 },
            () => _ = new FaceEnlargement { MaxRotationDegrees = 181 },
            () => _ = new FaceEnlargement { MaxRotationDegrees = double.NaN },
            () => _ = new FaceEnlargement { MaxBrightness = 1.1 },
            () => _ = new FaceEnlargement { MaxSaturation = -0.1 },
        })
        {
            make.Should().Throw<ArgumentOutOfRangeException>().WithMessage("*; expected *");
        }

        FluentActions.Invoking(() => new FaceEnlargement().Enlarge(null!)).Should().Throw<ArgumentNullException>();
    }
}
