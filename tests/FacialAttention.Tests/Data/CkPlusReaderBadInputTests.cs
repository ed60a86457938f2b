namespace FacialAttention.Tests.Data;

/// <summary>What is not CK+, or not all of it: one message with the file, what was got and what was expected.</summary>
public sealed class CkPlusReaderBadInputTests : IDisposable
{
    private const string Codes = "1 anger, 2 contempt, 3 disgust, 4 fear, 5 happy, 6 sadness or 7 surprise";
    private const string Distributed =
        "cohn-kanade-images/S###/###/*.png, Emotion/S###/###/*_emotion.txt and Landmarks/S###/###/*_landmarks.txt (as handed out)";

    private const string Cropped =
        "<class>/S###_###_########.png with the classes anger, contempt, disgust, fear, happy, sadness, surprise (CK+48)";

    private const string Both = $"CK+ in one of two layouts, {Distributed} or {Cropped}";
    private const string Label = "Emotion/S005/001/S005_001_00000006_emotion.txt";
    private const string Points = "Landmarks/S005/001/S005_001_00000006_landmarks.txt";
    private const string Picture = "cohn-kanade-images/S005/001/S005_001_00000006.png";

    private readonly CkPlusFiles _files = new();

    public void Dispose() => _files.Dispose();

    private void ShouldRefuse(string expected, CkPlusOptions? options = null) =>
        FluentActions.Invoking(() => CkPlusReader.Read(_files.Path, options)).Should().Throw<InvalidDataException>()
            .Which.Message.Should().Be($"'{_files.Path}': {expected}");

    [Theory]
    [InlineData("", "is empty")]
    [InlineData(" \n", "is empty")]
    public void Read_EmptyLabel_NamesTheFile(string text, string got)
    {
        _files.AddSmallest().Add(Label, text);

        ShouldRefuse($"1 label(s) or name(s) cannot be used: {Label} {got}; expected the number of an emotion, {Codes}.");
    }

    [Theory]
    [InlineData("   0.0000000e+00", "\"0.0000000e+00\"")]
    [InlineData("   9.0000000e+00", "\"9.0000000e+00\"")]
    [InlineData("-1", "\"-1\"")]
    [InlineData("3.5", "\"3.5\"")]
    [InlineData("NaN", "\"NaN\"")]
    [InlineData("happy", "\"happy\"")]
    [InlineData("3 5", "\"3 5\"")]
    [InlineData("1e999", "\"1e999\"")]
    public void Read_LabelOfNoEmotion_SaysWhichThereAre(string text, string got)
    {
        _files.AddSmallest().Add(Label, text);

        ShouldRefuse($"1 label(s) or name(s) cannot be used: {Label} says {got}; expected the number of an emotion, {Codes}: "
            + "a sequence without one has no such file.");
    }

    [Fact]
    public void Read_LabelThatNeverEnds_IsCutOff()
    {
        _files.AddSmallest().Add(Label, new string(' ', 2000) + "3");

        ShouldRefuse($"1 label(s) or name(s) cannot be used: {Label} has more than 1024 bytes; expected a short text.");
    }

    [Fact]
    public void Read_ManyBadLabels_AreToldTogether()
    {
        _files.AddSmallest().Add(Label, "0").Add("Emotion/S010/002/S010_002_00000004_emotion.txt", "");

        FluentActions.Invoking(() => CkPlusReader.Read(_files.Path)).Should().Throw<InvalidDataException>()
            .WithMessage($"*: 2 label(s) or name(s) cannot be used: {Label} says \"0\"; *; Emotion/S010/002/S010_002_00000004_emotion.txt is empty; *");
    }

    [Fact]
    public void Read_LabelWithoutItsSequence_IsRefused()
    {
        _files.AddSmallest().Delete("cohn-kanade-images/S005");

        ShouldRefuse($"1 label(s) or name(s) cannot be used: {Label} labels a sequence that is not there; expected its pictures in cohn-kanade-images.");
    }

    [Fact]
    public void Read_LabelOfAFrameThatIsNotThere_IsRefused()
    {
        _files.AddSmallest().Delete(Picture);

        ShouldRefuse($"1 label(s) or name(s) cannot be used: {Label} labels a frame that is not among the 5 of cohn-kanade-images/S005/001; "
            + "expected the last of them.");
    }

    [Fact]
    public void Read_TooFewFrames_AreNotTakenForTheEmotion()
    {
        _files.AddSmallest();

        ShouldRefuse(
            "1 label(s) or name(s) cannot be used: Emotion/S010/002/S010_002_00000004_emotion.txt labels frame 4 of cohn-kanade-images/S010/002; "
            + "expected at least 4 before it, of which the first is neutral.",
            new CkPlusOptions { FramesPerSequence = 4 });
    }

    [Fact]
    public void Read_TwoLabels_AreRefused()
    {
        _files.AddSmallest().Add("Emotion/S005/001/S005_001_00000005_emotion.txt", "3");

        ShouldRefuse($"1 label(s) or name(s) cannot be used: {Label} is a second label of its sequence; expected one.");
    }

    [Fact]
    public void Read_FrameTwice_IsRefused()
    {
        _files.AddSmallest().Add(Picture.Replace(".png", ".jpg", StringComparison.Ordinal), CkPlusFiles.Picture(1));

        ShouldRefuse($"1 label(s) or name(s) cannot be used: {Label} labels cohn-kanade-images/S005/001, which has a frame twice; expected each once.");
    }

    [Fact]
    public void Read_SequencesWithoutLabels_AreAllowedUnlessAllAreSo()
    {
        _files.AddSequence(5, 1, 6).AddSequence(5, 2, 6);

        ShouldRefuse($"none of the 2 sequences has a label; expected {Distributed}.");
        CkPlusReader.Read(_files.AddSequence(7, 1, 6, 3).Path).UnlabelledSequences.Should().Be(2);
    }

    [Theory]
    [InlineData("cohn-kanade-images/Sabc", "no subject by its name; expected S and digits, as in cohn-kanade-images/S005.")]
    [InlineData("Emotion/005", "no subject by its name; expected S and digits, as in Emotion/S005.")]
    [InlineData("cohn-kanade-images/S005/first", "no sequence by its name; expected digits, as in cohn-kanade-images/S005/001.")]
    public void Read_FolderOfNoSubject_IsRefused(string folder, string expected)
    {
        _files.AddSmallest().AddFolder(folder);

        ShouldRefuse($"the folder {folder} is {expected}");
    }

    [LinuxFact]
    public void Read_SubjectTwiceInOtherCase_IsRefused()
    {
        _files.AddSmallest().AddFolder("cohn-kanade-images/s005/001");

        ShouldRefuse("the folders cohn-kanade-images/S005/001 and cohn-kanade-images/s005/001 are the same sequence; expected one of them.");
    }

    [Fact]
    public void Read_FileOfAnotherSubject_IsRefused()
    {
        _files.AddSmallest().Add("cohn-kanade-images/S005/001/S006_001_00000001.png", CkPlusFiles.Picture(1));

        ShouldRefuse("1 label(s) or name(s) cannot be used: cohn-kanade-images/S005/001/S006_001_00000001.png does not say its subject and sequence "
            + "in its name; expected S005_001_########.png.");
    }

    [Theory]
    [InlineData("", "has 0 points; expected 68, each a line of x and y.")]
    [InlineData("short", "has 67 points; expected 68, each a line of x and y.")]
    [InlineData("long", "has 69 points; expected 68, each a line of x and y.")]
    [InlineData("NaN 3", "has \"NaN 3\" as point 68; expected x and y, two finite numbers.")]
    [InlineData("3", "has \"3\" as point 68; expected x and y, two finite numbers.")]
    [InlineData("3 4 5", "has \"3 4 5\" as point 68; expected x and y, two finite numbers.")]
    [InlineData("a b", "has \"a b\" as point 68; expected x and y, two finite numbers.")]
    [InlineData("1e39 4", "has \"1e39 4\" as point 68; expected x and y, two finite numbers.")]
    [InlineData("44.5 4", "has point 68 at (44.5, 4); expected one in the picture of 40 x 30 pixels.")]
    [InlineData("4 -3.5", "has point 68 at (4, -3.5); expected one in the picture of 40 x 30 pixels.")]
    public void Read_BadLandmarks_NamePictureAndPoint(string last, string expected)
    {
        string[] lines = CkPlusFiles.Landmarks.TrimEnd('\n').Split('\n');
        string text = last switch
        {
            "" => "",
            "short" => string.Join('\n', lines[..67]),
            "long" => CkPlusFiles.Landmarks + lines[0],
            _ => string.Join('\n', [.. lines[..67], last]),
        };
        _files.AddSmallest().Add(Points, text);

        ShouldRefuse($"1 of 6 image(s) cannot be used: {Picture}: its landmarks file {Points} {expected}");
    }

    [Fact]
    public void Read_PointJustOutsideThePicture_IsTaken()
    {
        string[] lines = CkPlusFiles.Landmarks.TrimEnd('\n').Split('\n');
        _files.AddSmallest().Add(Points, string.Join('\n', [.. lines[..67], "4 32.5"]));

        FluentActions.Invoking(() => CkPlusReader.Read(_files.Path)).Should().NotThrow("a chin may be cut off");
    }

    [Fact]
    public void Read_LandmarksInOnePlaceOrMissing_AreRefused()
    {
        _files.AddSmallest().Add(Points, string.Concat(Enumerable.Repeat("5 5\n", 68)));
        ShouldRefuse($"1 of 6 image(s) cannot be used: {Picture}: its landmarks file {Points} has all points within 0 x 0 pixels; expected those of a face.");

        _files.Delete(Points);
        ShouldRefuse($"1 label(s) or name(s) cannot be used: {Picture} has no landmarks; expected a file S005_001_00000006_landmarks.txt.");
        _files.Delete("Landmarks");
        ShouldRefuse($"there is no folder Landmarks, by which faces are cut out of the pictures; expected {Distributed}.");
        _files.Delete("Emotion");
        ShouldRefuse($"there is no folder Emotion; expected {Distributed}.");
    }

    [Fact]
    public void Read_FramingBesideThePicture_IsRefused()
    {
        _files.AddSmallest();

        FluentActions.Invoking(() => CkPlusReader.Read(_files.Path, new CkPlusOptions { Framing = new FaceFraming { ShiftX = 2, Scale = 0.1 } }))
            .Should().Throw<InvalidDataException>().WithMessage("*: its landmarks file * leads out of the picture: Got a box of *");
    }

    [Fact]
    public void Read_BrokenPicture_IsNamed()
    {
        _files.AddSmallest().Add(Picture, CkPlusFiles.Picture(1)[..60]);
        FluentActions.Invoking(() => CkPlusReader.Read(_files.Path)).Should().Throw<InvalidDataException>()
            .WithMessage($"*: 1 of 6 image(s) cannot be used: {Picture}: *; expected a complete *");

        _files.Add(Picture, []);
        ShouldRefuse($"1 of 6 image(s) cannot be used: {Picture}: is empty; expected an image file.");
    }

    [Fact]
    public void Read_NeitherLayout_SaysBoth()
    {
        ShouldRefuse($"there is no folder in it; expected {Both}.");
        _files.AddFolder("one").AddFolder("two");
        ShouldRefuse($"the folders are one, two; expected {Both}.");
        _files.Add("two/happy/S005_001_00000011.png", CkPlusFiles.Picture(1));
        ShouldRefuse($"the folders are one, two; expected {Both}. Did you mean '{Path.Combine(_files.Path, "two")}'?");
        FluentActions.Invoking(() => CkPlusReader.Read(Path.Combine(_files.Path, "none"))).Should().Throw<DirectoryNotFoundException>()
            .WithMessage($"There is no folder *; expected a folder of {Both}.");
        FluentActions.Invoking(() => CkPlusReader.Read(Path.Combine(_files.Path, "two/happy/S005_001_00000011.png"))).Should().Throw<IOException>()
            .WithMessage("* is no folder; expected a folder of *");
        FluentActions.Invoking(() => CkPlusReader.Read("")).Should().Throw<ArgumentException>();
    }

    [Fact]
    public void Read_UnknownClass_SaysWhichThereAre()
    {
        _files.AddFace("anger", 5, 1, 11).AddFace("bored", 5, 2, 11);

        ShouldRefuse("the folder(s) bored are no classes of CK+; expected anger, contempt, disgust, fear, happy, sadness, surprise alone, or neutral.");
    }

    [Fact]
    public void Read_SubjectThatCannotBeRead_IsNamed()
    {
        _files.AddFace("anger", 5, 1, 11).Add("anger/face (1).png", CkPlusFiles.Picture(1)).Add("anger/S005_001_.png", CkPlusFiles.Picture(1));

        ShouldRefuse("2 name(s) cannot be used: anger/S005_001_.png does not say its subject in its name; expected S###_###_########.png, in which "
            + "S005_001_00000011 is subject 5, sequence 1, frame 11.; anger/face (1).png does not say its subject in its name; expected "
            + "S###_###_########.png, in which S005_001_00000011 is subject 5, sequence 1, frame 11.");
    }

    [Fact]
    public void Read_SequenceInTwoClasses_IsRefused()
    {
        _files.AddFace("anger", 5, 1, 10).AddFace("fear", 5, 1, 11);

        ShouldRefuse("1 name(s) cannot be used: fear/S005_001_00000011.png is of a sequence that is anger already; expected one class for a sequence.");
    }

    [Fact]
    public void Read_FaceTwice_IsRefused()
    {
        _files.AddFace("anger", 5, 1, 10).Add("anger/S005_001_00000010.jpg", CkPlusFiles.Picture(1));

        ShouldRefuse("1 name(s) cannot be used: anger/S005_001_00000010.jpg and anger/S005_001_00000010.png are the same frame; expected it once.");
    }

    [Fact]
    public void Read_ClassFoldersThatLackSomething_AreRefused()
    {
        _files.AddFace("anger", 5, 1, 10).AddFolder("fear");
        ShouldRefuse("there is no image in fear; expected at least one in every class folder.");
        _files.AddFace("fear", 5, 2, 10).Add("1.png", CkPlusFiles.Picture(1));
        ShouldRefuse($"the image 1.png is in no class folder; expected {Cropped}.");
        _files.Delete("1.png").AddFolder("Angry");
        ShouldRefuse("the class folders Angry and anger are the same class; expected one of them.");
        _files.Delete("Angry");
        ShouldRefuse(
            $"there are no landmarks in class folders; expected {Distributed}, or IncludesLandmarks false.", new CkPlusOptions { IncludesLandmarks = true });
        ShouldRefuse(
            $"there is no class folder neutral, since CK+48 has the last frames alone; expected {Distributed}, or IncludesNeutral false.",
            new CkPlusOptions { IncludesNeutral = true });
        _files.Delete("anger").Delete("fear").AddFace("neutral", 5, 1, 1);
        ShouldRefuse($"there is no class folder but neutral; expected {Cropped}.");
    }

    [Fact]
    public void Options_OutOfRange_AreRefused()
    {
        FluentActions.Invoking(() => new CkPlusOptions { FramesPerSequence = 0 }).Should().Throw<ArgumentOutOfRangeException>()
            .WithMessage("FramesPerSequence is 0; expected 1 to 100.*");
        FluentActions.Invoking(() => new CkPlusOptions { FramesPerSequence = 101 }).Should().Throw<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => new CkPlusOptions { Framing = null! }).Should().Throw<ArgumentNullException>();
        FluentActions.Invoking(() => new CkPlusOptions { Preprocessor = null! }).Should().Throw<ArgumentNullException>();
    }

    [LinuxFact]
    public void Read_HostileNames_AreEscaped()
    {
        string name = new('\u0007', 200);
        _files.AddSmallest().Add($"cohn-kanade-images/S005/001/{name}.png", CkPlusFiles.Picture(1)).AddFolder($"Emotion/S005/001/{name}");

        FluentActions.Invoking(() => CkPlusReader.Read(_files.Path)).Should().Throw<InvalidDataException>()
            .Which.Message.Should().Contain("\\u0007").And.Match(message => !message.Any(char.IsControl) && message.Length < 2000);
    }
}
