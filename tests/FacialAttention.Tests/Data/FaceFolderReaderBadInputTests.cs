using FacialAttention.Tests.Files;
using FacialAttention.Tests.Images;
using FacialAttention.Tests.Storage;
using SkiaSharp;

namespace FacialAttention.Tests.Data;

/// <summary>Every fault gives one message that says where, what was got and what was expected.</summary>
public sealed class FaceFolderReaderBadInputTests : IDisposable
{
    private const string Parts = "expected train|validation|test/<class>/*.png|jpg|webp|bmp|gif.";
    private const string Classes = "expected <class>/*.png|jpg|webp|bmp|gif.";

    private static readonly FacePreprocessor Small = new(new ImageSize(Height: 2, Width: 3));

    private readonly FaceFolderFiles _folder = new();

    public void Dispose() => _folder.Dispose();

    private void ShouldRefuse(string expected, bool skipBad = false) =>
        FluentActions.Invoking(() => FaceFolderReader.Read(_folder.Path, Small, skipBad))
            .Should().Throw<InvalidDataException>().Which.Message.Should().Be($"'{_folder.Path}': {expected}");

    private void ShouldRefuseStratified(string expected, bool skipBad = false) =>
        FluentActions.Invoking(() => FaceFolderReader.ReadStratified(_folder.Path, preprocessor: Small, skipBad: skipBad))
            .Should().Throw<InvalidDataException>().Which.Message.Should().Be($"'{_folder.Path}': {expected}");

    /// <summary>The smallest folder with every kind of bad image in train/calm, and what is said of them, in order.</summary>
    private string[] AddBadImages()
    {
        byte[] noise = [.. Enumerable.Range(0, 24 * 16 * 3).Select(i => (byte)(i * i))];
        byte[] png = EncodedImages.Encode(noise, 24, 16, SKEncodedImageFormat.Png);
        byte[] jpeg = EncodedImages.Encode(noise, 24, 16, SKEncodedImageFormat.Jpeg);
        _folder.AddSmallest()
            .Add("train/calm/0 cmyk.jpg", EncodedImages.FlatJpeg([200, 100, 50, 128]))
            .Add("train/calm/0 cut.jpg", jpeg[..(jpeg.Length / 2)])
            .Add("train/calm/0 cut.png", png[..(png.Length / 2)])
            .Add("train/calm/0 empty.jpeg", [])
            .AddFolder("train/calm/0 folder.png")
            .Add("train/calm/0 huge.png", EncodedImages.ClaimSize(FaceFolderFiles.Png(1), 60_000, 60_000))
            .Add("train/calm/2 text.png", [.. "<html>"u8]);
        return
        [
            "train/calm/0 cmyk.jpg: is a JPEG of four colours (CMYK) without an Adobe marker, so its polarity is unknown; "
                + "expected a gray or RGB image.",
            "train/calm/0 cut.jpg: is a damaged or incomplete image of 24 x 16 pixels (the decoder reports IncompleteInput); "
                + "expected a complete one.",
            "train/calm/0 cut.png: is a damaged or incomplete image of 24 x 16 pixels (the decoder reports IncompleteInput); "
                + "expected a complete one.",
            "train/calm/0 empty.jpeg: is empty; expected an image file.",
            "train/calm/0 folder.png: is a folder; expected an image file.",
            "train/calm/0 huge.png: claims 60000 x 60000 pixels; expected 1 to 16384 a side and at most 100000000 in all.",
            "train/calm/2 text.png: is an HTML page, not the file itself; expected a PNG, JPEG, WebP, BMP or GIF image.",
        ];
    }

    [Fact]
    public void Read_BadImages_NamesAllOfThem()
    {
        string[] reasons = AddBadImages();

        ShouldRefuse($"7 of 11 image(s) cannot be used: {string.Join("; ", reasons)} skipBad leaves them out.");
    }

    [Fact]
    public void Read_SkipBad_LeavesThemOutAndListsThem()
    {
        string[] reasons = AddBadImages();
        _folder.Add("validation/tense/5.png", []);

        FaceFolder faces = FaceFolderReader.Read(_folder.Path, Small, skipBad: true);

        faces.BadImages.Select(bad => $"{bad.Path}: {bad.Reason}").Should()
            .Equal([.. reasons, "validation/tense/5.png: is empty; expected an image file."]);
        faces.Split.Training.LabelIndices.ToArray().Should().Equal(0, 1);
        faces.Split.Training.Pixels.ToArray().Should().Equal([.. FaceFolderFiles.PixelsOf(1), .. FaceFolderFiles.PixelsOf(2)]);
        faces.Split.Validation.LabelIndices.ToArray().Should().Equal(0, 1);
        faces.Split.Validation.Pixels.ToArray().Should().Equal([.. FaceFolderFiles.PixelsOf(3), .. FaceFolderFiles.PixelsOf(4)]);
    }

    [Fact]
    public void ReadStratified_BadImage_IsNamedOrSkipped()
    {
        _folder.Add("calm/1.png", 1).Add("tense/2.png", [1, 2]).Add("tense/3.png", 3).Add("tense/4.png", 4);
        const string Reason = "is 2 bytes that begin with 0102; expected a PNG, JPEG, WebP, BMP or GIF image.";

        ShouldRefuseStratified($"1 of 4 image(s) cannot be used: tense/2.png: {Reason} skipBad leaves them out.");

        FaceFolder faces = FaceFolderReader.ReadStratified(_folder.Path, preprocessor: Small, skipBad: true);
        faces.BadImages.Should().Equal(new BadImage("tense/2.png", Reason));
        faces.Split.Training.CountByLabel().Should().Equal(1, 1);
        faces.Split.Validation.CountByLabel().Should().Equal(0, 1);
    }

    [Fact]
    public void Read_MoreThan20BadImages_NamesTheFirst20AndTheNumber()
    {
        _folder.AddSmallest();
        for (int i = 0; i < 23; i++)
        {
            _folder.Add(FormattableString.Invariant($"train/tense/{i:00}.png"), []);
        }

        string[] named = [.. Enumerable.Range(0, 20).Select(i => FormattableString.Invariant(
            $"train/tense/{i:00}.png: is empty; expected an image file."))];
        ShouldRefuse($"23 of 27 image(s) cannot be used: {string.Join("; ", named)}; and 3 more skipBad leaves them out.");
        FaceFolderReader.Read(_folder.Path, Small, skipBad: true).BadImages.Should().HaveCount(23);
    }

    [Fact]
    public void Read_ImagesOfAFormatThatIsNotRead_TellsOnceHowToConvertThem()
    {
        byte[] heic = [.. "\0\0\0\u001Cftypheic"u8, .. new byte[20]];
        _folder.AddSmallest().Add("train/calm/a.jpg", heic).Add("train/calm/b.jpg", heic);
        const string Reason = "is a HEIC image; expected a PNG, JPEG, WebP, BMP or GIF image.";

        ShouldRefuse($"2 of 6 image(s) cannot be used: train/calm/a.jpg: {Reason}; train/calm/b.jpg: {Reason} "
            + $"{ImageCodec.ConverterHint} skipBad leaves them out.");
        FaceFolderReader.Read(_folder.Path, Small, skipBad: true).BadImages.Select(bad => bad.Reason).Should().Equal(Reason, Reason);
    }

    [LinuxFact]
    public void Read_LinksAndPipesThatAreNoImages_AreNamed()
    {
        _folder.AddSmallest();
        File.CreateSymbolicLink(_folder.File("train/calm/a.png"), _folder.File("gone.png"));
        File.CreateSymbolicLink(_folder.File("train/calm/b.png"), _folder.File("train/calm/b.png"));
        File.CreateSymbolicLink(_folder.File("train/calm/c.png"), "/dev/zero");
        File.CreateSymbolicLink(_folder.File("train/calm/d.png"), _folder.Path);
        NamedPipe.Create(_folder.File("train/calm/e.png"));

        FaceFolder faces = FaceFolderReader.Read(_folder.Path, Small, skipBad: true);

        faces.Split.Training.Count.Should().Be(2);
        faces.BadImages.Select(bad => bad.Path).Should().Equal(
            "train/calm/a.png", "train/calm/b.png", "train/calm/c.png", "train/calm/d.png", "train/calm/e.png");
        faces.BadImages[0].Reason.Should().Be("does not exist, or is a link that leads nowhere; expected an image file.");
        faces.BadImages[1].Reason.Should().StartWith("cannot be read; expected an image file. ");
        faces.BadImages[2].Reason.Should().Be("is empty; expected an image file.");
        faces.BadImages[3].Reason.Should().Be("is a folder; expected an image file.");
        faces.BadImages[4].Reason.Should().Be("is empty; expected an image file.");
    }

    [Fact]
    public void Read_AllImagesOfAClassBad_NamesTheClass()
    {
        _folder.AddSmallest().Add("validation/tense/4.png", []);

        ShouldRefuse("there is no image that can be used in validation/tense; expected at least one in every class folder.", skipBad: true);
    }

    [Fact]
    public void Read_AllImagesBad_SaysSo()
    {
        _folder.Add("calm/1.png", []).Add("tense/2.png", []);

        ShouldRefuseStratified($"there is no image that can be used in any of the 2 class folders; {Classes}", skipBad: true);
    }

    [Fact]
    public void ReadStratified_NoClassWithTwoGoodImages_IsRefused()
    {
        _folder.Add("calm/1.png", 1).Add("tense/2.png", 2).Add("tense/3.png", []);

        ShouldRefuseStratified(
            "no class has two of the 2 images that can be used; expected at least one such class to divide.", skipBad: true);
    }

    [Fact]
    public void Read_ClassFoldersWithoutImages_NamesThem()
    {
        _folder.AddSmallest().Add("train/angry/notes.txt", [1]).AddFolder("validation/angry");

        ShouldRefuse(
            "there is no image in train/angry, validation/angry; expected at least one in every class folder.");
    }

    [Fact]
    public void Read_NoImagesAtAll_SaysSo()
    {
        _folder.AddFolder("train/calm").AddFolder("train/tense").AddFolder("validation/calm").AddFolder("validation/tense");

        ShouldRefuse($"there is no image in any of the 4 class folders; {Parts}");
    }

    [Fact]
    public void Read_ClassesThatDiffer_NamesClassAndPart()
    {
        _folder.AddSmallest().Add("validation/angry/5.png", 5).Add("test/calm/6.png", 6).Add("test/sad/7.png", 7);

        ShouldRefuse(
            "the classes differ: validation has angry, which train has not; test has sad, which train has not; test has no tense; "
            + "expected the same class folders in every part.");
    }

    [Fact]
    public void Read_EmptyTestFolder_LacksTheClasses()
    {
        _folder.AddSmallest().AddFolder("test");

        ShouldRefuse("the classes differ: test has no calm; test has no tense; expected the same class folders in every part.");
    }

    [Theory]
    [InlineData("calm,relaxed", "Label 0 is 'calm,relaxed'; expected a name without commas and control characters.")]
    [InlineData(null, "Got 1 label names; expected 2 to 256.")]
    public void Read_NamesThatCannotBeLabels_SaysWhy(string? name, string reason)
    {
        _folder.Add("train/tense/2.png", 2).Add("validation/tense/3.png", 3);
        _folder.Add("train/" + (name ?? "tense") + "/1.png", 1);

        ShouldRefuse($"the names of the class folders in train cannot be labels. {reason}");
    }

    [Fact]
    public void ReadStratified_257Classes_AreRefused()
    {
        for (int i = 0; i < 257; i++)
        {
            _folder.AddFolder(FormattableString.Invariant($"{i}"));
        }

        ShouldRefuseStratified("the names of the class folders cannot be labels. Got 257 label names; expected 2 to 256.");
    }

    [LinuxFact]
    public void Read_FoldersThatDifferInCaseOnly_AreRefused()
    {
        _folder.AddSmallest().Add("train/Calm/5.png", 5);
        ShouldRefuse(
            "the names of the class folders in train cannot be labels. "
            + "Label 1 is 'calm', which is label 0 already; expected different names, ignoring case.");

        Directory.Delete(_folder.File("train/Calm"), recursive: true);
        _folder.Add("validation/TENSE/5.png", 5);
        ShouldRefuse("the class folders validation/TENSE and validation/tense have the same name, ignoring case; expected one of them.");

        _folder.Add("Validation/calm/5.png", 5);
        ShouldRefuse("the folders Validation and validation are both validation; expected one of them.");

        Directory.Delete(_folder.File("Validation"), recursive: true);
        _folder.Add("Train/calm/5.png", 5);
        ShouldRefuse("the folders Train and train are both train; expected one of them.");
    }

    [Fact]
    public void Read_FolderOfClasses_PointsToReadStratified()
    {
        _folder.Add("calm/1.png", 1).Add("tense/2.png", 2);

        ShouldRefuse(
            $"there is no folder train; {Parts} ReadStratified divides what is not for test, and leaves the test part alone.");
    }

    [Fact]
    public void Read_NoValidation_SaysSo()
    {
        _folder.Add("train/calm/1.png", 1).Add("train/tense/2.png", 2).Add("test/calm/3.png", 3);

        ShouldRefuse(
            $"there is no folder validation; {Parts} ReadStratified divides what is not for test, and leaves the test part alone.");
    }

    [Fact]
    public void Read_OtherFolderBesideTheParts_IsNamed()
    {
        _folder.AddSmallest().Add("tset/calm/1.png", 1);

        ShouldRefuse($"the folder tset is none of train, validation and test; {Parts}");
    }

    [Theory]
    [InlineData("overview.png", "")]
    [InlineData("train/b.JPG", "train/a.jpeg")]
    [InlineData("validation/a.png", "")]
    public void Read_ImageInNoClassFolder_IsNamed(string image, string other)
    {
        _folder.AddSmallest().Add(image, 5);
        if (other.Length > 0)
        {
            _folder.Add(other, 6);
        }

        ShouldRefuse($"the image {(other.Length > 0 ? other : image)} is in no class folder; {Parts}");
    }

    [Fact]
    public void ReadStratified_ImageInNoClassFolder_IsNamed()
    {
        _folder.Add("calm/1.png", 1).Add("tense/2.png", 2).Add("3.png", 3);

        ShouldRefuseStratified($"the image 3.png is in no class folder; {Classes}");
    }

    [Fact]
    public void Read_FolderInAClassFolder_IsNamed()
    {
        _folder.AddSmallest().Add("train/tense/more/5.png", 5);

        ShouldRefuse($"the class folder train/tense has a folder more; {Parts}");
    }

    [LinuxFact]
    public void Read_FolderLinksInACircle_AreNamed()
    {
        _folder.AddSmallest();
        Directory.CreateSymbolicLink(_folder.File("train/tense/up"), _folder.Path);
        ShouldRefuse($"the class folder train/tense has a folder up; {Parts}");

        File.Delete(_folder.File("train/tense/up"));
        Directory.CreateSymbolicLink(_folder.File("train/angry"), _folder.Path);
        Directory.CreateSymbolicLink(_folder.File("validation/angry"), _folder.Path);
        ShouldRefuse($"the class folder train/angry has a folder train; {Parts}");
    }

    [LinuxFact]
    public void Read_FolderLinkThatLeadsNowhere_IsNamed()
    {
        _folder.AddSmallest();
        foreach (string link in new[] { "test", "train/angry", "validation/angry" })
        {
            Directory.CreateSymbolicLink(_folder.File(link), _folder.File(link == "test" ? "gone" : link)); // or to itself

            FluentActions.Invoking(() => FaceFolderReader.Read(_folder.Path, Small)).Should().Throw<IOException>()
                .WithMessage($"'{_folder.File(link)}' is a link that leads nowhere; expected a folder of train|validation|test/<class>*");

            File.Delete(_folder.File(link));
        }
    }

    [Fact]
    public void Read_EmptyFolder_SaysWhatIsExpected()
    {
        ShouldRefuse(
            $"there is no folder train; {Parts} ReadStratified divides what is not for test, and leaves the test part alone.");
        ShouldRefuseStratified($"there is no class folder; {Classes}");

        _folder.AddFolder("train").AddFolder("validation");
        ShouldRefuse($"there is no class folder in train; {Parts}");
    }

    [Fact]
    public void Read_NoSuchFolder_SaysSo()
    {
        string path = _folder.File("gone");
        FluentActions.Invoking(() => FaceFolderReader.Read(path)).Should().Throw<DirectoryNotFoundException>()
            .WithMessage($"There is no folder '{path}'; expected a folder of train|validation|test/<class>/*.png|jpg|webp|bmp|gif.");
        FluentActions.Invoking(() => FaceFolderReader.ReadStratified(path)).Should().Throw<DirectoryNotFoundException>()
            .WithMessage($"There is no folder '{path}'; expected a folder of <class>/*.png|jpg|webp|bmp|gif.");
    }

    [Fact]
    public void Read_PathOfAFile_SaysSo()
    {
        string path = _folder.Add("faces.zip", [1]).File("faces.zip");

        FluentActions.Invoking(() => FaceFolderReader.Read(path)).Should().Throw<IOException>()
            .WithMessage($"'{path}' is no folder; expected a folder of train|validation|test/<class>/*.png|jpg|webp|bmp|gif.");
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    public void Read_NoPath_Throws(string? path)
    {
        FluentActions.Invoking(() => FaceFolderReader.Read(path!)).Should().Throw<ArgumentException>();
        FluentActions.Invoking(() => FaceFolderReader.ReadStratified(path!)).Should().Throw<ArgumentException>();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(double.NaN)]
    public void ReadStratified_BadShare_Throws(double share) =>
        FluentActions.Invoking(() => FaceFolderReader.ReadStratified(_folder.Path, share))
            .Should().Throw<ArgumentOutOfRangeException>();

    [Fact]
    public void Read_MorePixelsThanAnArrayHolds_IsRefusedBeforeDecoding()
    {
        _folder.AddSmallest();
        for (int i = 0; i < 124; i++)
        {
            _folder.Add(FormattableString.Invariant($"train/calm/{i}.jpg"), []);
        }

        // 2^24 pixels each, and an array holds somewhat less than 2^31 bytes
        FluentActions.Invoking(() => FaceFolderReader.Read(_folder.Path, new FacePreprocessor(new ImageSize(4096, 4096))))
            .Should().Throw<InvalidDataException>()
            .WithMessage($"'{_folder.Path}': there are 128 images; expected at most 127 of 4096x4096 pixels (height x width).");
    }
}
