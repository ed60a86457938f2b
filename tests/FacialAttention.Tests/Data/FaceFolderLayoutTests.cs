using FacialAttention.Tests.Images;
using SkiaSharp;

namespace FacialAttention.Tests.Data;

/// <summary>Folders as people have them: other names of the parts, other formats, one folder too high, other files among the images.</summary>
public sealed class FaceFolderLayoutTests : IDisposable
{
    private static readonly FacePreprocessor Small = new(new ImageSize(2, 3));

    private readonly FaceFolderFiles _folder = new();

    public void Dispose() => _folder.Dispose();

    private FaceFolderFiles AddPart(string part, byte first) =>
        _folder.Add(Path.Combine(part, "calm", "1.png"), first).Add(Path.Combine(part, "tense", "2.png"), (byte)(first + 1));

    private static byte[] Values(FaceDataset? faces) => [.. Enumerable.Range(0, faces!.Count).Select(i => faces.PixelsOf(i)[0])];

    private string FaultOf(Action read) => read.Should().Throw<InvalidDataException>().Which.Message;

    private string FaultOfRead() => FaultOf(() => FaceFolderReader.Read(_folder.Path, Small));

    private string FaultOfReadStratified() => FaultOf(() => FaceFolderReader.ReadStratified(_folder.Path, preprocessor: Small));

    [Theory]
    [InlineData("training", "val", "testing")]
    [InlineData("Train", "Valid", "TEST")]
    [InlineData("Training", "PublicTest", "PrivateTest")]
    [InlineData("train", "dev", "test")]
    public void Read_UsualNamesOfParts_AreParts(string train, string validation, string test)
    {
        AddPart(train, 1);
        AddPart(validation, 3);
        AddPart(test, 5);

        DatasetSplit split = FaceFolderReader.Read(_folder.Path, Small).Split;

        Values(split.Training).Should().Equal(1, 2);
        Values(split.Validation).Should().Equal(3, 4);
        Values(split.Test).Should().Equal(5, 6);
    }

    [Fact]
    public void Read_TwoNamesOfOnePart_AreRefused()
    {
        _folder.AddSmallest();
        AddPart("val", 5);

        FaultOfRead().Should().Be($"'{_folder.Path}': the folders val and validation are both validation; expected one of them.");
    }

    [Fact]
    public void ReadStratified_TrainAndTest_DividesTrainAndLeavesTestAlone()
    {
        AddPart("train", 1);
        _folder.Add("train/calm/3.png", 7).Add("train/tense/4.png", 8);
        AddPart("test", 5);

        DatasetSplit split = FaceFolderReader.ReadStratified(_folder.Path, 0.5, preprocessor: Small).Split;

        byte[] divided = [.. Values(split.Training), .. Values(split.Validation)];
        divided.Order().Should().Equal(1, 2, 7, 8);
        split.Training.CountByLabel().Should().Equal(1, 1);
        Values(split.Test).Should().Equal(5, 6);
    }

    [Fact]
    public void ReadStratified_TestAlone_IsNothingToLearnFrom()
    {
        AddPart("Test", 5);

        FaultOfReadStratified().Should().Be(
            $"'{_folder.Path}': there is Test alone, and no folder train to learn from; expected train|validation|test/<class>/*.png|jpg|webp|bmp|gif.");
    }

    [Theory]
    [InlineData("images/", "images")]
    [InlineData("data/fer2013/", "data/fer2013")]
    public void Read_OneFolderTooHigh_NamesTheOneMeant(string wrapper, string meant)
    {
        foreach (string part in new[] { "train", "validation" })
        {
            AddPart(wrapper + part, 1);
        }

        _folder.Add("labels.csv", [1]);
        string expected = $"'{_folder.Path}': the folders of faces are in {meant}; did you mean '{_folder.File(meant)}'?";

        FaultOfRead().Should().Be(expected);
        FaultOfReadStratified().Should().Be(expected);
        FaultOf(() => FaceFolderReader.ReadPart(_folder.Path, null, Small)).Should().Be(expected);
    }

    [Fact]
    public void ReadStratified_RafDbAsItIsHandedOut_IsNamed()
    {
        _folder.Add("Image/aligned/train_00001_aligned.jpg", 1).Add("EmoLabel/list_patition_label.txt", [1]);

        FaultOfReadStratified().Should().Contain("Image/aligned is RAF-DB as it is handed out").And.Contain("list_patition_label.txt");
    }

    [Fact]
    public void ReadStratified_FlatJaffe_NamesFormatAndClasses()
    {
        _folder.Add("KA.AN1.39.tiff", [1]).Add("KA.HA2.40.tiff", [1]);

        FaultOfReadStratified().Should().Contain("There are files alone: 2 .tiff.").And.Contain("JAFFE").And.Contain("magick mogrify");
    }

    [Theory]
    [InlineData("label.csv", "as FER+ has")]
    [InlineData("results.json", "as the output of a training run has")]
    [InlineData("run.resume", "as the output of a training run has")]
    [InlineData("checkpoint.safetensors", "as the output of a training run has")]
    public void ReadStratified_SignOfAnotherLayout_IsRefused(string file, string reason)
    {
        AddPart("", 1);
        _folder.Add("FER2013Train/fer1.png", 3).Add($"FER2013Train/{file}", [1]);

        FaultOfReadStratified().Should().StartWith($"'{_folder.Path}': the folder FER2013Train has a {file}, {reason}");
    }

    [Fact]
    public void ReadStratified_EveryFormatOfFaceImage_IsRead()
    {
        byte[] rgb = new byte[3 * 2 * 3];
        _folder.Add("calm/1.webp", EncodedImages.Encode(rgb, 3, 2, SKEncodedImageFormat.Webp)).Add("calm/2.BMP", EncodedImages.Bmp(rgb, 3, 2))
            .Add("calm/3.gif", EncodedImages.Gif(3, 2, (0, 0, 0), (9, 9, 9), 0));
        foreach (string ending in new[] { "jfif", "jpe", "JPG", "jpeg" })
        {
            _folder.Add($"tense/1.{ending}", EncodedImages.Encode(rgb, 3, 2, SKEncodedImageFormat.Jpeg));
        }

        FaceDataset faces = FaceFolderReader.ReadPart(_folder.Path, part: null, Small).Faces;

        faces.CountByLabel().Should().Equal(3, 4);
    }

    [Fact]
    public void ReadStratified_FilesOfOtherEndings_AreCountedOrSkipped()
    {
        AddPart("", 1);
        _folder.Add("calm/3.png", 3).Add("calm/a.abc", [1]).Add("calm/b.abc", [1]).Add("tense/c.TIFF", [1]).Add("tense/none", [1])
            .Add("tense/notes.txt", [1]);

        FaultOfReadStratified().Should().Be(
            $"'{_folder.Path}': of the files in the class folders 2 .abc, 1 without an ending, 1 .tiff would not be read; "
            + $"expected images (.png, .jpg, .webp, .bmp, .gif). {ImageCodec.ConverterHint} skipBad leaves them out.");
        FaceFolderReader.ReadStratified(_folder.Path, preprocessor: Small, skipBad: true).BadImages.Select(bad => bad.Path).Should()
            .Equal("calm/a.abc", "calm/b.abc", "tense/c.TIFF", "tense/none");
    }

    [Fact]
    public void ReadPart_TestAlone_NeedsNoOtherPart()
    {
        AddPart("Testing", 5);

        Values(FaceFolderReader.ReadPart(_folder.Path, SplitPart.Test, Small).Faces).Should().Equal(5, 6);
        Values(FaceFolderReader.ReadPart(_folder.Path, null, Small).Faces).Should().Equal(5, 6);
        FaultOf(() => FaceFolderReader.ReadPart(_folder.Path, SplitPart.Validation, Small)).Should().Contain("there is no folder validation;");
    }

    [Fact]
    public void ReadPart_AllOfClassFolders_ReadsThem()
    {
        AddPart("", 1);

        Values(FaceFolderReader.ReadPart(_folder.Path, null, Small).Faces).Should().Equal(1, 2);
        FaultOf(() => FaceFolderReader.ReadPart(_folder.Path, SplitPart.Test, Small)).Should().EndWith("ReadPart with null takes all faces.");
    }

    [LinuxFact]
    public void Read_NamesWithControlCharacters_AreVisibleInOneLine()
    {
        _folder.Add("calm\u001b[31m/1.png", [1]).Add("te\nnse/2.png", 2);

        FaultOf(() => FaceFolderReader.ReadStratified(_folder.Path, preprocessor: Small)).Should()
            .NotContainAny("\n", "\u001b").And.Contain("\\u001B[31m");
    }
}
