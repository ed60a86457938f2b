using System.Security.Cryptography;

namespace FacialAttention.Tests.Corruptions;

public sealed class CorruptionTests
{
    private static readonly ImageSize Size = new(Height: 20, Width: 24);

    public static TheoryData<CorruptionKind> Kinds => [.. Enum.GetValues<CorruptionKind>()];

    public static TheoryData<CorruptionKind> HidingKinds =>
        [.. Enum.GetValues<CorruptionKind>().Where(kind => new Corruption(kind, 1).Hides)];

    private static FaceDataset Faces(ImageSize size, params byte[] pixels) =>
        new(pixels, new byte[pixels.Length / size.Pixels], size, ExpressionLabels.Fer2013);

    private static FaceDataset Constant(ImageSize size, byte gray, int count = 1)
    {
        var pixels = new byte[count * size.Pixels];
        Array.Fill(pixels, gray);
        return Faces(size, pixels);
    }

    private static byte[] Spoil(CorruptionKind kind, int strength, FaceDataset faces, long seed = 1) =>
        new Corruption(kind, strength, seed).Apply(faces).Pixels.ToArray();

    [Theory]
    [InlineData(CorruptionKind.Darkness, 3, new byte[] { 0, 25, 50, 64 })] // times 0.25
    [InlineData(CorruptionKind.OverExposure, 2, new byte[] { 0, 200, 255, 255 })] // times 2
    public void Apply_Light_MultipliesEachPixel(CorruptionKind kind, int strength, byte[] expected)
    {
        Spoil(kind, strength, Faces(new ImageSize(1, 4), 0, 100, 200, 255)).Should().Equal(expected);
    }

    [Fact]
    public void Apply_LowContrast_BringsEachPixelTowardsTheMeanOfItsFace()
    {
        byte[] spoilt = Spoil(CorruptionKind.LowContrast, 4, Faces(new ImageSize(1, 4), 0, 100, 200, 100, 50, 50, 50, 70));

        spoilt.Should().Equal(90, 100, 110, 100, 55, 55, 55, 57); // a tenth of the distance from 100, and from 55
    }

    [Fact]
    public void Apply_SideLight_FallsEvenlyFromEitherSide()
    {
        byte[] spoilt = Spoil(CorruptionKind.SideLight, 3, Constant(new ImageSize(2, 2), 100, count: 20));

        byte[][] faces = [.. spoilt.Chunk(4)];
        faces.Should().OnlyContain(face => face.SequenceEqual(new byte[] { 130, 70, 130, 70 }) || face.SequenceEqual(new byte[] { 70, 130, 70, 130 }));
        faces.Select(face => face[0]).Should().Contain(130).And.Contain(70);
    }

    [Fact]
    public void Apply_Blur_SpreadsADotByAGaussianAndKeepsAPlainFace()
    {
        var size = new ImageSize(48, 48);
        var dot = new byte[size.Pixels];
        dot[(24 * 48) + 24] = 255;

        byte[] spoilt = Spoil(CorruptionKind.Blur, 1, Faces(size, dot));

        // A deviation of 0.6 pixels: 0.6638 in the middle, 0.1655 beside it, 0.0026 two pixels away.
        (spoilt[(24 * 48) + 24], spoilt[(24 * 48) + 23], spoilt[(25 * 48) + 24], spoilt[(25 * 48) + 25], spoilt[(24 * 48) + 27])
            .Should().Be((112, 28, 28, 7, 0));
        Spoil(CorruptionKind.Blur, 5, Constant(size, 77)).Should().OnlyContain(pixel => pixel == 77);
    }

    [Fact]
    public void Apply_Noise_HasTheDeviationThatItSays()
    {
        byte[] spoilt = Spoil(CorruptionKind.Noise, 1, Constant(new ImageSize(64, 64), 128));

        double mean = spoilt.Average(pixel => (double)pixel);
        mean.Should().BeApproximately(128, 1.2);
        Math.Sqrt(spoilt.Average(pixel => (pixel - mean) * (pixel - mean))).Should().BeApproximately(0.08 * 255, 0.8);
    }

    [Fact]
    public void Apply_Jpeg_KeepsGrayAndDropsWhatIsFinerThanItsSteps()
    {
        var size = new ImageSize(16, 8);
        byte[] board = [.. Enumerable.Range(0, size.Pixels).Select(i => (byte)(128 + (((i % 8) + (i / 8)) % 2 == 0 ? 3 : -3)))];

        Spoil(CorruptionKind.Jpeg, 1, Faces(size, board)).Should().OnlyContain(pixel => pixel == 128, "the finest pattern is below half a step");
    }

    [Fact]
    public void Apply_LowResolution_TakesTheMeanOfWhatASmallPictureCannotTellApart()
    {
        byte[] stripes = [.. Enumerable.Range(0, 16 * 16).Select(i => (byte)(i % 2 == 0 ? 0 : 200))];

        byte[] spoilt = Spoil(CorruptionKind.LowResolution, 1, Faces(new ImageSize(16, 16), stripes));

        spoilt.Chunk(16).Should().OnlyContain(row => row.Skip(3).Take(10).All(pixel => pixel == 100));
        (spoilt[0], spoilt[15]).Should().Be((86, 114), "a mean at the edge is of three pixels: 0 and 0.75 and 0.25 of 200 and 0, over 1.75");
    }

    [Theory]
    [InlineData(3, 0.5, 0.866025)] // 30 degrees
    [InlineData(5, 0.766044, 0.642788)] // 50 degrees
    public void Apply_Rotation_TurnsPixelsAndLandmarksAboutTheCentreEitherWay(int strength, double sin, double cos)
    {
        const int Count = 12;
        var size = new ImageSize(40, 44);
        byte[] dot = [.. Enumerable.Range(0, size.Pixels).Select(i =>
            (byte)Math.Max(0, 250 - (50 * Math.Sqrt(Math.Pow((i % 44) + 0.5 - 32, 2) + Math.Pow((i / 44) + 0.5 - 26, 2)))))]; // 10 right of the centre, 6 below
        var faces = new FaceDataset([.. Enumerable.Repeat(dot, Count).SelectMany(face => face)], new byte[Count], size, ExpressionLabels.Fer2013, new FaceColumns
        {
            Landmarks = new FaceLandmarks(new LandmarkScheme("dot", [0]), Enumerable.Repeat(new[] { 32f, 26f }, Count).SelectMany(point => point).ToArray()),
        });

        FaceDataset turned = new Corruption(CorruptionKind.Rotation, strength).Apply(faces);

        float[][] points = [.. turned.Columns.Landmarks!.Points.ToArray().Chunk(2)];
        bool[] isClockwise = [.. points.Select(point => point[1] > 20 + (6 * cos))];
        isClockwise.Should().Contain(true).And.Contain(false);
        for (int row = 0; row < Count; row++)
        {
            double turn = isClockwise[row] ? sin : -sin;
            points[row][0].Should().BeApproximately((float)(22 + (10 * cos) - (6 * turn)), 0.001f);
            points[row][1].Should().BeApproximately((float)(20 + (10 * turn) + (6 * cos)), 0.001f);
            byte[] pixels = turned.PixelsOf(row).ToArray();
            double sum = pixels.Sum(pixel => pixel);
            (pixels.Select((pixel, i) => pixel * ((i % 44) + 0.5)).Sum() / sum).Should().BeApproximately(points[row][0], 0.15);
            (pixels.Select((pixel, i) => pixel * ((i / 44) + 0.5)).Sum() / sum).Should().BeApproximately(points[row][1], 0.15);
        }

        faces.Columns.Landmarks!.Points.Span[0].Should().Be(32, "the clean faces stay as they are");
    }

    [Theory]
    [MemberData(nameof(HidingKinds))]
    public void FindHidden_IsWhereTheFaceIsPaintedOver(CorruptionKind kind)
    {
        const int Count = 8;
        FaceDataset black = Constant(Size, 0, Count), white = Constant(Size, 255, Count);
        var corruption = new Corruption(kind, 4, seed: 3);

        byte[] onBlack = corruption.Apply(black).Pixels.ToArray(), onWhite = corruption.Apply(white).Pixels.ToArray();

        for (int row = 0; row < Count; row++)
        {
            bool[] isHidden = corruption.FindHidden(Size, row);
            for (int i = 0; i < isHidden.Length; i++)
            {
                (byte first, byte second) = (onBlack[(row * Size.Pixels) + i], onWhite[(row * Size.Pixels) + i]);
                (first == second).Should().Be(isHidden[i], "what is hidden looks the same whatever is behind it");
                (isHidden[i] || (first == 0 && second == 255)).Should().BeTrue();
            }
        }
    }

    [Theory]
    [InlineData(CorruptionKind.OccludingBar, 1, new[] { 40, 48 })] // 2 columns of 24, or 2 rows of 20
    [InlineData(CorruptionKind.OccludingBar, 5, new[] { 200, 192 })] // 10 columns, or 8 rows
    [InlineData(CorruptionKind.OccludingBox, 1, new[] { 4 * 5 })]
    [InlineData(CorruptionKind.OccludingBox, 5, new[] { 13 * 16 })]
    public void FindHidden_BarAndBox_AreAsLargeAsTheySay(CorruptionKind kind, int strength, int[] pixels)
    {
        int[] counts = [.. Enumerable.Range(0, 40).Select(row => new Corruption(kind, strength).FindHidden(Size, row).Count(hidden => hidden))];

        counts.Should().BeSubsetOf(pixels);
        counts.Distinct().Should().HaveCount(pixels.Length);
    }

    [Fact]
    public void FindHidden_Mask_CoversTheChinAndLeavesTheEyes()
    {
        for (int row = 0; row < 20; row++)
        {
            bool[] isHidden = new Corruption(CorruptionKind.OccludingMask, 5).FindHidden(Size, row);

            isHidden[(18 * Size.Width) + 12].Should().BeTrue();
            isHidden.AsSpan(0, 8 * Size.Width).Contains(true).Should().BeFalse();
        }
    }

    [Theory]
    [MemberData(nameof(HidingKinds))]
    public void FindHidden_HigherStrength_HidesMoreAtTheSamePlace(CorruptionKind kind)
    {
        for (int row = 0; row < 20; row++)
        {
            bool[][] hidden = [.. Enumerable.Range(1, 5).Select(strength => new Corruption(kind, strength).FindHidden(Size, row))];
            for (int i = 1; i < hidden.Length; i++)
            {
                hidden[i].Count(isHidden => isHidden).Should().BeGreaterThan(hidden[i - 1].Count(isHidden => isHidden));
                hidden[i - 1].Zip(hidden[i]).Should().OnlyContain(pair => !pair.First || pair.Second);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Apply_HigherStrength_ChangesFacesMore(CorruptionKind kind)
    {
        FaceDataset faces = SyntheticFaces.Generate(14, seed: 1);

        double[] harm = [.. Enumerable.Range(1, 5).Select(strength => Spoil(kind, strength, faces)
            .Zip(faces.Pixels.ToArray(), (spoilt, clean) => (double)(spoilt - clean) * (spoilt - clean)).Average())];

        harm[0].Should().BePositive();
        harm.Should().BeInAscendingOrder().And.OnlyHaveUniqueItems();
    }

    [Theory]
    [InlineData(CorruptionKind.Darkness, "9a6410b29bec6dfe")]
    [InlineData(CorruptionKind.OverExposure, "876d2de8d6997a79")]
    [InlineData(CorruptionKind.LowContrast, "59ce59b748df2a95")]
    [InlineData(CorruptionKind.SideLight, "f6b1bb6fddbcf5d5")]
    [InlineData(CorruptionKind.OccludingBar, "8b2ad13f7aed5f1b")]
    [InlineData(CorruptionKind.OccludingBox, "2d601cc1c5364357")]
    [InlineData(CorruptionKind.OccludingHand, "7d9c0e835ff24748")]
    [InlineData(CorruptionKind.OccludingMask, "df6b7739d3e65bbf")]
    [InlineData(CorruptionKind.Blur, "79de44d3b668d988")]
    [InlineData(CorruptionKind.Noise, "b291ef1a2b9c552b")]
    [InlineData(CorruptionKind.Jpeg, "c0e6534c77527f38")]
    [InlineData(CorruptionKind.LowResolution, "69b9c18b5cc27db5")]
    [InlineData(CorruptionKind.Rotation, "6633e52a63f5c638")]
    public void Apply_EqualArguments_GiveTheSameBytesOnEveryMachine(CorruptionKind kind, string golden)
    {
        ImageSize size = kind == CorruptionKind.Blur ? new ImageSize(Height: 24, Width: 28) : Size; // which needs larger faces
        byte[] pattern = [.. Enumerable.Range(0, 3 * size.Pixels).Select(i => (byte)((7 * (i % size.Width)) + (11 * (i / size.Width))))];

        byte[] spoilt = Spoil(kind, 3, Faces(size, pattern), seed: 5);

        Convert.ToHexStringLower(SHA256.HashData(spoilt))[..16].Should().Be(golden);
    }

    [Theory]
    [InlineData(CorruptionKind.SideLight)]
    [InlineData(CorruptionKind.OccludingBar)]
    [InlineData(CorruptionKind.OccludingBox)]
    [InlineData(CorruptionKind.OccludingHand)]
    [InlineData(CorruptionKind.OccludingMask)]
    [InlineData(CorruptionKind.Noise)]
    [InlineData(CorruptionKind.Rotation)]
    public void Apply_OtherSeedOrRow_DrawsOtherwise(CorruptionKind kind)
    {
        FaceDataset face = SyntheticFaces.Generate(1, seed: 1);
        FaceDataset faces = face.Subset(new int[12]);

        byte[] first = Spoil(kind, 3, faces), second = Spoil(kind, 3, faces, seed: 2);

        second.Should().NotEqual(first);
        first.Chunk(face.Size.Pixels).Select(Convert.ToHexString).Distinct().Should().HaveCountGreaterThan(1);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Apply_Dataset_KeepsLabelsAndColumns(CorruptionKind kind)
    {
        FaceDataset drawn = SyntheticFaces.Generate(3, seed: 1, labels: ExpressionLabels.Fer2013);
        FaceDataset faces = drawn.WithColumns(drawn.Columns with
        {
            Votes = Enumerable.Range(0, 21).Select(i => (byte)i).ToArray(),
            Weights = new[] { 1f, 0f, 2f },
            Teacher = Enumerable.Repeat(1 / 7f, 21).ToArray(),
        });
        byte[] before = faces.Pixels.ToArray();

        FaceDataset spoilt = new Corruption(kind, 5).Apply(faces);

        faces.Pixels.ToArray().Should().Equal(before);
        spoilt.LabelIndices.ToArray().Should().Equal(faces.LabelIndices.ToArray());
        spoilt.Labels.Should().Be(faces.Labels);
        FaceColumns kept = kind == CorruptionKind.Rotation ? spoilt.Columns with { Landmarks = faces.Columns.Landmarks } : spoilt.Columns;
        kept.Should().Be(faces.Columns);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(6)]
    public void Constructor_StrengthOutOfRange_SaysTheRange(int strength)
    {
        Action act = () => _ = new Corruption(CorruptionKind.Blur, strength);

        act.Should().Throw<ArgumentOutOfRangeException>().WithMessage($"strength is {strength}; expected 1 to 5.*");
    }

    [Fact]
    public void Constructor_UnknownKind_ListsTheKinds()
    {
        Action act = () => _ = new Corruption((CorruptionKind)13, 1);

        act.Should().Throw<ArgumentOutOfRangeException>().WithMessage("kind is 13; expected one of Darkness, OverExposure, *Rotation.*");
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Apply_FacesOfTheLeastSizeAndBelow_WorksAndSaysWhatIsNeeded(CorruptionKind kind)
    {
        for (int strength = 1; strength <= Corruption.MaxStrength; strength++)
        {
            var corruption = new Corruption(kind, strength);
            int side = corruption.MinSide;
            corruption.Apply(Constant(new ImageSize(side, side), 90)).Size.Should().Be(new ImageSize(side, side));
            if (side > 1)
            {
                Action small = () => corruption.Apply(Constant(new ImageSize(side, side - 1), 90));
                Action hidden = () => corruption.FindHidden(new ImageSize(side - 1, side), 0);

                small.Should().Throw<ArgumentException>().WithMessage(
                    $"The faces are {side}x{side - 1} pixels (height x width); expected at least {side} a side for {kind}.*");
                hidden.Should().Throw<ArgumentException>().WithMessage($"*expected at least {side} a side for {kind}.*");
            }
        }
    }

    [Fact]
    public void Apply_BadArguments_AreRefused()
    {
        Action noFaces = () => new Corruption(CorruptionKind.Blur, 1).Apply(null!);
        Action noRow = () => new Corruption(CorruptionKind.OccludingBox, 1).FindHidden(Size, -1);

        noFaces.Should().Throw<ArgumentNullException>().WithParameterName("faces");
        noRow.Should().Throw<ArgumentOutOfRangeException>().WithParameterName("row");
        new Corruption(CorruptionKind.Noise, 2).FindHidden(Size, 0).Should().OnlyContain(isHidden => !isHidden, "noise hides nothing");
    }
}
