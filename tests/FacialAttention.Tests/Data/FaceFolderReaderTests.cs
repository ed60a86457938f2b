using System.Globalization;
using FacialAttention.Tests.Images;
using SkiaSharp;

namespace FacialAttention.Tests.Data;

public sealed class FaceFolderReaderTests : IDisposable
{
    /// <summary>As large as the images of <see cref="FaceFolderFiles.Png"/>, so that they keep their values.</summary>
    private static readonly FacePreprocessor Small = new(new ImageSize(Height: 2, Width: 3));

    private readonly FaceFolderFiles _folder = new();

    public void Dispose() => _folder.Dispose();

    private static void ShouldHold(FaceDataset? faces, params (byte Value, byte Label)[] expected)
    {
        faces.Should().NotBeNull();
        faces!.Size.Should().Be(new ImageSize(2, 3));
        faces.LabelIndices.ToArray().Should().Equal(expected.Select(face => face.Label));
        faces.Pixels.ToArray().Should().Equal(expected.SelectMany(face => FaceFolderFiles.PixelsOf(face.Value)));
    }

    [Fact]
    public void Read_ThreeParts_ReturnsTheFacesOfEach()
    {
        _folder.AddSmallest().Add("train/calm/0.png", 5).Add("test/calm/a.png", 6).Add("test/tense/b.png", 7).Add("test/tense/c.png", 8);

        FaceFolder faces = FaceFolderReader.Read(_folder.Path, Small);

        faces.Split.Training.Labels.Names.Should().Equal("calm", "tense");
        ShouldHold(faces.Split.Training, (5, 0), (1, 0), (2, 1));
        ShouldHold(faces.Split.Validation, (3, 0), (4, 1));
        ShouldHold(faces.Split.Test, (6, 0), (7, 1), (8, 1));
        faces.Split.Description.Should().Be("folders train, validation and test");
        faces.BadImages.Should().BeEmpty();
    }

    [Fact]
    public void Read_NoTestFolder_TestIsNull()
    {
        _folder.AddSmallest();

        DatasetSplit split = FaceFolderReader.Read(_folder.Path, Small).Split;

        split.Test.Should().BeNull();
        split.Description.Should().Be("folders train and validation");
    }

    [Fact]
    public void Read_DefaultPreprocessor_GivesWhatRecognitionSees()
    {
        byte[] rgb = [.. Enumerable.Range(0, 60 * 52 * 3).Select(i => (byte)(i * 7))];
        _folder.AddSmallest().Add("train/tense/2.png", EncodedImages.Encode(rgb, 60, 52, SKEncodedImageFormat.Png));

        FaceDataset faces = FaceFolderReader.Read(_folder.Path).Split.Training;

        (faces.Size, faces.Count).Should().Be((new ImageSize(48, 48), 2));
        var values = new float[48 * 48];
        new FacePreprocessor().Process(FaceImage.FromRgb(rgb, new ImageSize(52, 60)), values);
        faces.PixelsOf(1).ToArray().Select(pixel => pixel / 255f).Should().Equal(values);
    }

    [Fact]
    public void Read_NonSquarePreprocessor_KeepsWidthAndHeightApart()
    {
        _folder.AddSmallest();

        FaceDataset faces = FaceFolderReader.Read(_folder.Path, new FacePreprocessor(new ImageSize(4, 5))).Split.Validation;

        faces.Size.Should().Be(new ImageSize(4, 5));
        byte[] expected = new FacePreprocessor(new ImageSize(4, 5)).ToGray(FaceImage.FromGray(FaceFolderFiles.PixelsOf(4), new ImageSize(2, 3)));
        faces.PixelsOf(1).ToArray().Should().Equal(expected);
    }

    [Theory]
    [InlineData("")]
    [InlineData("tr-TR")]
    [InlineData("de-DE")]
    public void Read_NamesInAnyCaseAndCulture_AreTheSame(string name)
    {
        byte[] jpeg = EncodedImages.FlatJpeg([200]);
        _folder.Add("TRAIN/Irritated/1.PNG", 1).Add("TRAIN/calm/2.JPG", jpeg)
            .Add("Validation/calm/3.Jpeg", jpeg).Add("Validation/irritated/4.png", 4);
        CultureInfo culture = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo.CurrentCulture = CultureInfo.GetCultureInfo(name);

            DatasetSplit split = FaceFolderReader.Read(_folder.Path, Small).Split;

            split.Training.Labels.Names.Should().Equal("Irritated", "calm");
            split.Training.LabelIndices.ToArray().Should().Equal(0, 1);
            split.Validation.LabelIndices.ToArray().Should().Equal(1, 0); // in the order of the paths
            split.Validation.PixelsOf(1)[0].Should().Be(4);
        }
        finally
        {
            CultureInfo.CurrentCulture = culture;
        }
    }

    [Fact]
    public void Read_ManyNames_SortsThemByTheirCharacters()
    {
        _folder.AddSmallest();
        string[] names = ["10.png", "9.png", "B.png", "_.png", "a b.png", "a-b.png", "ab.png", "Ä.png", "İ.png"];
        for (int i = names.Length - 1; i >= 0; i--)
        {
            _folder.Add($"train/tense/{names[i]}", (byte)(100 + i));
        }

        FaceDataset faces = FaceFolderReader.Read(_folder.Path, Small).Split.Training;

        Enumerable.Range(0, faces.Count).Select(i => faces.PixelsOf(i)[0]).Should()
            .Equal(1, 100, 2, 101, 102, 103, 104, 105, 106, 107, 108);
    }

    [Fact]
    public void Read_OtherFilesAndHiddenOnes_AreIgnored()
    {
        byte[] text = [.. "no image"u8];
        _folder.AddSmallest();
        foreach (string path in new[]
            {
                "README.txt", "train/labels.csv", "train/calm/Thumbs.db", "train/calm/notes.txt", "train/calm/face.json", "train/calm/LICENSE",
                "train/calm/._1.png", "train/calm/.png", "train/calm/.ipynb_checkpoints/1-checkpoint.png", "train/.git/x.png",
                ".cache/x.png", ".hidden.png", "train/.hidden.jpg",
            })
        {
            _folder.Add(path, text);
        }

        ShouldHold(FaceFolderReader.Read(_folder.Path, Small).Split.Training, (1, 0), (2, 1));
    }

    [Fact]
    public void Read_UnusualButWholeImages_AreRead()
    {
        byte[] wide = EncodedImages.Encode([.. Enumerable.Range(0, 24 * 16 * 3).Select(i => (byte)i)], 24, 16, SKEncodedImageFormat.Jpeg);
        (string Name, byte[] Content)[] images =
        [
            ("16 bits.png", EncodedImages.Png(3, 2, 16, 0, [[9, 255, 10, 0, 11, 1], [12, 7, 13, 7, 14, 7]])),
            ("animated.png", EncodedImages.Gif(7, 5, (10, 20, 30), (200, 210, 220), frames: [1, 0])),
            ("cmyk of adobe.jpg", EncodedImages.FlatJpeg([200, 100, 50, 128], adobeTransform: 0)),
            ("jpeg.png", EncodedImages.FlatJpeg([77])),
            ("one pixel.png", EncodedImages.Png(1, 1, 8, 0, [[42]])),
            ("turned.jpeg", EncodedImages.JpegWithOrientation(wide, 6)),
        ];
        _folder.AddSmallest();
        foreach ((string name, byte[] content) in images)
        {
            _folder.Add($"validation/tense/{name}", content);
        }

        FaceDataset faces = FaceFolderReader.Read(_folder.Path, Small).Split.Validation;

        byte[] expected = [.. images.SelectMany(image => Small.ToGray(FaceImage.Decode(image.Content)))];
        int[] rows = [1, 3, 4, 5, 6, 7]; // row 0 is 3.png and row 2 is 4.png of the smallest folder
        rows.SelectMany(row => faces.PixelsOf(row).ToArray()).Should().Equal(expected);
        faces.PixelsOf(3)[0].Should().Be(208, "that is the gray of the first picture"); // (299 x 200 + 587 x 210 + 114 x 220) / 1000
        faces.PixelsOf(1).ToArray().Should().Equal(9, 10, 11, 12, 13, 14);
    }

    [Fact]
    public void ReadStratified_Classes_DividesAsDatasetSplitDoes()
    {
        for (byte i = 0; i < 10; i++)
        {
            _folder.Add($"calm/{i}.png", i).Add($"tense/{i}.png", (byte)(100 + i));
        }

        byte[] pixels = [.. Enumerable.Range(0, 20).SelectMany(i => FaceFolderFiles.PixelsOf((byte)(i < 10 ? i : 90 + i)))];
        byte[] labels = [.. Enumerable.Range(0, 20).Select(i => (byte)(i / 10))];
        var all = new FaceDataset(pixels, labels, new ImageSize(2, 3), new ExpressionLabels("calm", "tense"));
        foreach ((double share, long seed) in new[] { (0.8, 1L), (0.8, 2L), (0.5, 1L) })
        {
            DatasetSplit expected = DatasetSplit.Stratified(all, share, seed);

            DatasetSplit split = FaceFolderReader.ReadStratified(_folder.Path, share, seed, Small).Split;

            split.Description.Should().Be(expected.Description);
            split.Test.Should().BeNull();
            split.Training.Labels.Should().Be(all.Labels);
            split.Training.Pixels.ToArray().Should().Equal(expected.Training.Pixels.ToArray());
            split.Validation.Pixels.ToArray().Should().Equal(expected.Validation.Pixels.ToArray());
            split.Validation.LabelIndices.ToArray().Should().Equal(expected.Validation.LabelIndices.ToArray());
        }
    }

    [Fact]
    public void ReadStratified_ClassWithOneImage_Trains()
    {
        _folder.Add("calm/1.png", 1).Add("tense/2.png", 2).Add("tense/3.png", 3);

        DatasetSplit split = FaceFolderReader.ReadStratified(_folder.Path, preprocessor: Small).Split;

        split.Training.CountByLabel().Should().Equal(1, 1);
        split.Validation.CountByLabel().Should().Equal(0, 1);
    }

    [Fact]
    public void ReadStratified_ClassesNamedLikeOtherParts_AreClasses()
    {
        _folder.Add("test/1.png", 1).Add("test/2.png", 2).Add("validation/3.png", 3);

        FaceFolderReader.ReadStratified(_folder.Path, preprocessor: Small).Split.Training.Labels.Names.Should().Equal("test", "validation");
    }

    [Fact]
    public void Read_256Classes_AreAllowed()
    {
        for (int i = 0; i < 256; i++)
        {
            _folder.Add(FormattableString.Invariant($"{i:000}/a.png"), (byte)i);
        }

        _folder.Add("000/b.png", 7);

        ShouldHold(
            FaceFolderReader.ReadStratified(_folder.Path, 0.5, preprocessor: Small).Split.Training.Subset([255, 1]), (255, 255), (1, 1));
    }

    [Fact]
    public void Read_WithProgress_ReportsRisingFractionsUpToOne()
    {
        AddMany(250);
        var reports = new Reports();

        FaceFolderReader.ReadStratified(_folder.Path, preprocessor: Small, progress: reports);

        reports.Should().BeInAscendingOrder().And.OnlyHaveUniqueItems().And.HaveCountGreaterThan(50).And.HaveCountLessThan(102);
        reports[0].Should().BeInRange(0.01, 0.02);
        reports[^1].Should().Be(1);
    }

    [Fact]
    public void Read_CancelledMidway_Stops()
    {
        AddMany(250);
        using var cancellation = new CancellationTokenSource();
        var reports = new Reports(fraction => cancellation.Cancel());
        Action act = () => FaceFolderReader.ReadStratified(
            _folder.Path, preprocessor: Small, progress: reports, cancellationToken: cancellation.Token);

        act.Should().Throw<OperationCanceledException>();
        reports[^1].Should().BeLessThan(1);
    }

    [Fact]
    public void Read_CancelledBefore_ReadsNothing()
    {
        _folder.AddSmallest();

        FluentActions.Invoking(() => FaceFolderReader.Read(_folder.Path, cancellationToken: new CancellationToken(canceled: true)))
            .Should().Throw<OperationCanceledException>();
    }

    [Fact]
    public void Read_ProgressThrows_PassesItsExceptionOn()
    {
        _folder.AddSmallest();
        var reports = new Reports(fraction => throw new NotSupportedException("no console"));

        FluentActions.Invoking(() => FaceFolderReader.Read(_folder.Path, progress: reports))
            .Should().Throw<NotSupportedException>().WithMessage("no console");
    }

    [LinuxFact]
    public void Read_LinkedFoldersAndFiles_AreFollowed()
    {
        _folder.AddSmallest().Add(".store/tense/5.png", 5);
        Directory.CreateSymbolicLink(_folder.File("test"), _folder.File("validation"));
        Directory.Delete(_folder.File("train/tense"), recursive: true);
        Directory.CreateSymbolicLink(_folder.File("train/tense"), _folder.File(".store/tense"));
        File.CreateSymbolicLink(_folder.File("train/calm/6.png"), _folder.File("validation/tense/4.png"));

        DatasetSplit split = FaceFolderReader.Read(_folder.Path, Small).Split;

        ShouldHold(split.Training, (1, 0), (4, 0), (5, 1));
        ShouldHold(split.Test, (3, 0), (4, 1));
    }

    private void AddMany(int count)
    {
        for (int i = 0; i < count; i++)
        {
            _folder.Add(FormattableString.Invariant($"{(i < 100 ? "calm" : "tense")}/{i:000}.png"), (byte)i);
        }
    }

    /// <summary>Reports at once, where Progress would post them to other threads.</summary>
    private sealed class Reports(Action<double>? act = null) : List<double>, IProgress<double>
    {
        public void Report(double value)
        {
            Add(value);
            act?.Invoke(value);
        }
    }
}
