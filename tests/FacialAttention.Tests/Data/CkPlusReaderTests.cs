using FacialAttention.Tests.Files;
using Samples;

namespace FacialAttention.Tests.Data;

public sealed class CkPlusReaderTests : IDisposable
{
    private readonly CkPlusFiles _files = new();

    public void Dispose() => _files.Dispose();

    /// <summary>The value that all pixels of each face have.</summary>
    private static int[] ValuesOf(FaceDataset faces) => [.. Enumerable.Range(0, faces.Count).Select(i =>
    {
        faces.PixelsOf(i).ContainsAnyExcept(faces.PixelsOf(i)[0]).Should().BeFalse("a picture of one value stays so");
        return (int)faces.PixelsOf(i)[0];
    })];

    private static string[] LabelsOf(FaceDataset faces) => [.. faces.LabelIndices.ToArray().Select(label => faces.Labels[label])];

    [Fact]
    public void Read_Distributed_TakesTheLastThreeFramesOfLabelledSequences()
    {
        _files.AddSmallest();

        CkPlusFaces read = CkPlusReader.Read(_files.Path);

        read.Layout.Should().Be(CkPlusLayout.Distributed);
        (read.Sequences, read.UnlabelledSequences, read.ColourFaces).Should().Be((2, 1, 0));
        read.Faces.Size.Should().Be(new ImageSize(48, 48));
        read.Faces.Labels.Should().Be(ExpressionLabels.CkPlus);
        ValuesOf(read.Faces).Should().Equal(54, 55, 56, 102, 103, 104);
        LabelsOf(read.Faces).Should().Equal("Happy", "Happy", "Happy", "Angry", "Angry", "Angry");
        read.Faces.Columns.Subjects!.Value.ToArray().Should().Equal(5, 5, 5, 10, 10, 10);
        read.Faces.Columns.Landmarks.Should().BeNull("nobody asked for them");
    }

    [Theory]
    [InlineData(1, "Angry")]
    [InlineData(2, "Contempt")]
    [InlineData(3, "Disgust")]
    [InlineData(4, "Fear")]
    [InlineData(5, "Happy")]
    [InlineData(6, "Sad")]
    [InlineData(7, "Surprise")]
    public void Read_EachCode_IsItsEmotion(int code, string label) =>
        LabelsOf(CkPlusReader.Read(_files.AddSequence(5, 1, 4, code).Path).Faces).Should().Equal(label, label, label);

    [Theory]
    [InlineData(1, new[] { 56, 104 })]
    [InlineData(2, new[] { 55, 56, 103, 104 })]
    public void Read_FramesPerSequence_CountsFromTheLast(int frames, int[] values)
    {
        _files.AddSmallest();

        ValuesOf(CkPlusReader.Read(_files.Path, new CkPlusOptions { FramesPerSequence = frames }).Faces).Should().Equal(values);
    }

    [Fact]
    public void Read_IncludesNeutral_AddsTheFirstFrameUnderTheCodesOfCkPlus()
    {
        _files.AddSmallest();

        FaceDataset faces = CkPlusReader.Read(_files.Path, new CkPlusOptions { IncludesNeutral = true, FramesPerSequence = 1 }).Faces;

        faces.Labels.Names.Should().Equal("Neutral", "Angry", "Contempt", "Disgust", "Fear", "Happy", "Sad", "Surprise");
        ValuesOf(faces).Should().Equal(51, 56, 101, 104);
        LabelsOf(faces).Should().Equal("Neutral", "Happy", "Neutral", "Angry");
    }

    [Fact]
    public void Read_Frames_AreCutOutAroundTheirLandmarks()
    {
        _files.AddSmallest();
        byte[] gradient = [.. Enumerable.Range(0, 30 * 40).Select(i => (byte)((i % 40 * 5) + (i / 40)))];
        FaceImage picture = FaceImage.FromGray(gradient, CkPlusFiles.PictureSize);
        _files.Add($"cohn-kanade-images/S005/001/{CkPlusFiles.Name(5, 1, 6)}.png", ImageCodec.EncodePng(picture));

        FaceDataset usual = Read(new CkPlusOptions());
        FaceDataset wide = Read(new CkPlusOptions { Framing = new FaceFraming { Scale = 2 }, Preprocessor = new FacePreprocessor(new ImageSize(10, 20)) });

        // 20 x 16 about (20, 16): a square of 1.2 x 20, its centre 0.05 x 16 higher.
        usual.PixelsOf(0).ToArray().Should().Equal(new FacePreprocessor().ToGray(picture, new FaceBox(8, 16 - 0.8f - 12, 24, 24)));
        wide.PixelsOf(0).ToArray().Should().Equal(new FacePreprocessor(new ImageSize(10, 20)).ToGray(picture, new FaceBox(0, 0, 40, 32)));

        FaceDataset Read(CkPlusOptions options) => CkPlusReader.Read(_files.Path, options with { FramesPerSequence = 1 }).Faces;
    }

    [Fact]
    public void Read_IncludesLandmarks_GivesThemInPixelsOfTheFace()
    {
        _files.AddSmallest();

        FaceDataset faces = CkPlusReader.Read(_files.Path, new CkPlusOptions { IncludesLandmarks = true }).Faces;

        FaceLandmarks landmarks = faces.Columns.Landmarks!;
        landmarks.Scheme.Should().Be(LandmarkScheme.Points68);
        landmarks.Points.Length.Should().Be(faces.Count * 68 * 2);
        for (int i = 0; i < 68; i++)
        {
            (float x, float y) = CkPlusFiles.PointOf(i);
            landmarks.Points.Span[(5 * 136) + (2 * i)].Should().BeApproximately((x - 8) * 2, 1e-4f);
            landmarks.Points.Span[(5 * 136) + (2 * i) + 1].Should().BeApproximately((y - 3.2f) * 2, 1e-4f);
        }
    }

    [Fact]
    public void Read_Colour_IsCountedAndTurnsGray()
    {
        _files.AddSmallest();
        byte[] rgb = [.. Enumerable.Range(0, 30 * 40).SelectMany(_ => new byte[] { 200, 100, 50 })];
        _files.Add(
            $"cohn-kanade-images/S005/001/{CkPlusFiles.Name(5, 1, 6)}.png", ImageCodec.EncodePng(FaceImage.FromRgb(rgb, CkPlusFiles.PictureSize)));

        CkPlusFaces read = CkPlusReader.Read(_files.Path);

        read.ColourFaces.Should().Be(1);
        ValuesOf(read.Faces).Should().Equal(54, 55, 124, 102, 103, 104);
        read.Brightest!.Value.Span[(3 * 48 * 48) - 1].Should().Be(200);
        read.Brightest!.Value.Span[(2 * 48 * 48) - 1].Should().Be(55, "a gray picture has its own value there");
    }

    [Fact]
    public void Read_Cropped_TakesClassesByTheirNamesInAnyCase()
    {
        foreach ((string folder, int subject) in new[] { ("Anger", 20), ("contempt", 2), ("DISGUST", 3), ("fear", 4), ("happiness", 5), ("sad", 6), ("Surprise", 7) })
        {
            _files.AddFace(folder, subject, 1, 10).AddFace(folder, subject, 1, 11).AddFace(folder, subject, 1, 12);
        }

        CkPlusFaces read = CkPlusReader.Read(_files.Path);

        read.Layout.Should().Be(CkPlusLayout.Cropped);
        (read.Sequences, read.UnlabelledSequences).Should().Be((7, 0));
        read.Faces.CountByLabel().Should().Equal(3, 3, 3, 3, 3, 3, 3);
        read.Faces.Columns.Subjects!.Value.ToArray().Should().Equal(2, 2, 2, 3, 3, 3, 4, 4, 4, 5, 5, 5, 6, 6, 6, 7, 7, 7, 20, 20, 20);
        LabelsOf(read.Faces)[^1].Should().Be("Angry");
        ValuesOf(read.Faces)[..3].Should().Equal(30, 31, 32);
    }

    [Fact]
    public void Read_CroppedWithMoreFrames_TakesTheLastOfEachSequence()
    {
        _files.AddFace("anger", 5, 1, 9).AddFace("anger", 5, 1, 10).AddFace("fear", 5, 2, 3).AddFace("fear", 5, 2, 4).AddFace("neutral", 5, 1, 1);

        ValuesOf(CkPlusReader.Read(_files.Path, new CkPlusOptions { FramesPerSequence = 1 }).Faces).Should().Equal(60, 54);
        LabelsOf(CkPlusReader.Read(_files.Path, new CkPlusOptions { IncludesNeutral = true }).Faces)
            .Should().Equal("Neutral", "Angry", "Angry", "Fear", "Fear");
    }

    [LinuxFact]
    public void Read_FoldersAsTheArchivesUnpackThem_InAnyCaseAndWithFilesOfMacAndWindows()
    {
        _files.AddSmallest();
        FaceDataset expected = CkPlusReader.Read(_files.Path).Faces;
        _files.Move("cohn-kanade-images", "Extended-Cohn-Kanade-Images/Cohn-Kanade-Images").Move("Emotion", "Emotion_labels/emotion")
            .Move("Landmarks", "landmarks-before").Move("landmarks-before", "Landmarks/Landmarks");
        const string Images = "Extended-Cohn-Kanade-Images/Cohn-Kanade-Images";
        string last = $"{Images}/S005/001/{CkPlusFiles.Name(5, 1, 6)}";
        _files.Move($"{last}.png", $"{last.Replace("S005_", "s005_", StringComparison.Ordinal)}.PNG").Move($"{Images}/S005", $"{Images}/s005")
            .Add($"{Images}/.DS_Store", "x").Add($"{Images}/S010/.DS_Store", "x").Add($"{Images}/S010/002/.DS_Store", "x").Add($"{Images}/S010/002/Thumbs.db", "x")
            .Add("Emotion_labels/.DS_Store", "x").Add("Emotion_labels/emotion/S010/002/._S010_002_00000004_emotion.txt", "x").Add("ReadMe.txt", "x");

        FaceDataset read = CkPlusReader.Read(_files.Path).Faces;

        read.Fingerprint().Should().Be(expected.Fingerprint());
    }

    [Fact]
    public void Read_StandIn_HasTheSameFacesInBothLayouts()
    {
        using var other = new TemporaryFolder();
        CkPlusStandIn.Write(_files.Path, CkPlusLayout.Distributed, persons: 4, sequences: 2, seed: 3);
        CkPlusStandIn.Write(other.Path, CkPlusLayout.Cropped, persons: 4, sequences: 2, seed: 3);

        CkPlusFaces whole = CkPlusReader.Read(_files.Path, new CkPlusOptions { IncludesLandmarks = true });
        CkPlusFaces cropped = CkPlusReader.Read(other.Path);

        (whole.Sequences, whole.UnlabelledSequences, whole.ColourFaces).Should().Be((8, 2, 6));
        (cropped.Sequences, cropped.UnlabelledSequences, cropped.ColourFaces).Should().Be((8, 0, 0));
        whole.Faces.LabelIndices.ToArray().Should().Equal(cropped.Faces.LabelIndices.ToArray());
        whole.Faces.Columns.Subjects!.Value.ToArray().Should().Equal(cropped.Faces.Columns.Subjects!.Value.ToArray());
        whole.Faces.Pixels.ToArray().Zip(cropped.Faces.Pixels.ToArray()).Max(pair => Math.Abs(pair.First - pair.Second))
            .Should().BeLessThanOrEqualTo(1, "landmarks are rounded in their files");
        whole.Faces.Columns.Landmarks!.Points.ToArray().Should().OnlyContain(place => place > 0 && place < 48);
    }

    [Fact]
    public void StandIn_EqualSeeds_GiveEqualFiles()
    {
        using var again = new TemporaryFolder();
        using var other = new TemporaryFolder();
        Write(_files.Path, 1).Should().Equal(Write(again.Path, 1)).And.NotEqual(Write(other.Path, 2));

        static byte[] Write(string folder, int seed)
        {
            CkPlusStandIn.Write(folder, CkPlusLayout.Distributed, persons: 1, sequences: 1, seed);
            return [.. Directory.GetFiles(folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal).SelectMany(File.ReadAllBytes)];
        }
    }

    [Fact]
    public void FindLayout_AnyFolder_IsToldByItsNames()
    {
        CkPlusReader.FindLayout(null).Should().BeNull();
        CkPlusReader.FindLayout(Path.Combine(_files.Path, "none")).Should().BeNull();
        CkPlusReader.FindLayout(_files.Path).Should().BeNull("it is empty");
        _files.Add("anger/1.png", CkPlusFiles.Picture(1));
        CkPlusReader.FindLayout(_files.Path).Should().BeNull("no name says a subject");
        _files.AddFace("anger", 5, 1, 10);
        CkPlusReader.FindLayout(_files.Path).Should().Be(CkPlusLayout.Cropped);
        _files.AddFace("bored", 5, 2, 10);
        CkPlusReader.FindLayout(_files.Path).Should().BeNull("there is a class that CK+ has not");
        _files.AddSequence(5, 1, 4, 1);
        CkPlusReader.FindLayout(_files.Path).Should().Be(CkPlusLayout.Distributed);
    }

    [Fact]
    public void Read_Progress_RisesToOneAndCancellationStops()
    {
        _files.AddSmallest();
        var reports = new List<double>();

        CkPlusReader.Read(_files.Path, progress: new ReportsInOrder(reports));

        reports.Should().BeInAscendingOrder().And.EndWith(1);
        FluentActions.Invoking(() => CkPlusReader.Read(_files.Path, cancellationToken: new CancellationToken(true)))
            .Should().Throw<OperationCanceledException>();
    }

    private sealed class ReportsInOrder(List<double> reports) : IProgress<double>
    {
        public void Report(double value) => reports.Add(value);
    }
}
