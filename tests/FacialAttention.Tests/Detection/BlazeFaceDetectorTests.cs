using System.Numerics;
using FacialAttention.Tests.Files;

namespace FacialAttention.Tests.Detection;

public sealed class BlazeFaceDetectorTests
{
    [FaceNetworksFact]
    public void Detect_ADrawnFace_IsFoundWithItsPoints()
    {
        DrawnScene scene = DrawnScene.OfOne(640, 480, side: 288);
        foreach (BlazeFaceRange range in Enum.GetValues<BlazeFaceRange>())
        {
            using BlazeFaceDetector detector = BlazeFaceDetector.Load(range);

            DetectedFace face = detector.Detect(scene.Gray).Should().ContainSingle("{0}", range).Subject;

            detector.Range.Should().Be(range);
            (FacePoints found, FacePoints drawn) = (face.Points!.Value, scene.Faces[0]);
            float eyes = Vector2.Distance(drawn.RightEye, drawn.LeftEye);
            Vector2.Distance(found.RightEye, drawn.RightEye).Should().BeLessThan(0.2f * eyes);
            Vector2.Distance(found.LeftEye, drawn.LeftEye).Should().BeLessThan(0.2f * eyes);
            Vector2.Distance(found.NoseTip, drawn.NoseTip).Should().BeLessThan(0.3f * eyes);
            Vector2.Distance(found.MouthCentre, drawn.MouthCentre).Should().BeLessThan(0.3f * eyes);
            face.Box.Width.Should().BeInRange(1.5f * eyes, 3.5f * eyes);
            face.Box.Height.Should().BeApproximately(face.Box.Width, 0.1f * face.Box.Width);
            face.Box.Roll.Should().Be(0);
            (face.Box.X + (face.Box.Width / 2)).Should().BeApproximately(drawn.NoseTip.X, 0.4f * eyes);
        }
    }

    [FaceNetworksFact]
    public void Export_EachRange_IsTheModelThatLoadRuns()
    {
        using var folder = new TemporaryFolder();
        foreach (BlazeFaceRange range in Enum.GetValues<BlazeFaceRange>())
        {
            string path = folder.File($"{range}.onnx");

            BlazeFaceDetector.Export(path, range);

            File.ReadAllBytes(path).Should().Equal(BlazeFaceModel.Of(range).ToOnnx());
        }

        FluentActions.Invoking(() => BlazeFaceDetector.Export(folder.File("a.onnx"), (BlazeFaceRange)7)).Should().Throw<ArgumentOutOfRangeException>();
        File.Exists(folder.File("a.onnx")).Should().BeFalse();
    }

    [FaceNetworksFact]
    public void Detect_GrayAndRgb_AreTheSame()
    {
        DrawnScene scene = DrawnScene.OfOne(640, 480, side: 288);
        using BlazeFaceDetector detector = BlazeFaceDetector.Load();

        (DetectedFace gray, DetectedFace rgb) = (detector.Detect(scene.Gray).Single(), detector.Detect(scene.Rgb).Single());

        rgb.Score.Should().BeApproximately(gray.Score, 1e-4f);
        rgb.Box.X.Should().BeApproximately(gray.Box.X, 0.01f);
    }

    [FaceNetworksFact]
    public void Detect_Tiles_FindSmallFaces()
    {
        var scene = new DrawnScene(1920, 1080);
        scene.Add(300, 200, 128, person: 3);
        scene.Add(1400, 700, 128, person: 3);
        using BlazeFaceDetector whole = BlazeFaceDetector.Load();
        using BlazeFaceDetector tiled = BlazeFaceDetector.Load(options: new BlazeFaceOptions { Tiles = 4 });

        whole.Detect(scene.Gray).Should().HaveCountLessThan(2);
        tiled.Detect(scene.Gray).Should().HaveCount(2, "a face that several tiles see is one").And.AllSatisfy(
            face => scene.Faces.Should().Contain(drawn => Vector2.Distance(drawn.RightEye, face.Points!.Value.RightEye) < 8));
    }

    [FaceNetworksFact]
    public void Detect_Options_HaveAnEffect()
    {
        FaceImage image = DrawnScene.OfOne(640, 480, side: 288).Gray;
        using BlazeFaceDetector plain = BlazeFaceDetector.Load();
        DetectedFace face = plain.Detect(image).Single();
        using BlazeFaceDetector strict = BlazeFaceDetector.Load(options: new BlazeFaceOptions { LeastScore = Math.Min(1, face.Score + 0.01) });
        using BlazeFaceDetector apart = BlazeFaceDetector.Load(options: new BlazeFaceOptions { SameFaceOverlap = 1 });
        using BlazeFaceDetector threads = BlazeFaceDetector.Load(options: new BlazeFaceOptions { Threads = 2 });

        strict.Detect(image).Should().BeEmpty();
        apart.Detect(image).Should().HaveCountGreaterThan(1, "the boxes of one face stay apart").And.BeInDescendingOrder(found => found.Score);
        threads.Detect(image).Single().Score.Should().BeApproximately(face.Score, 1e-4f);
    }

    [FaceNetworksFact]
    public void Detect_FaceCutByTheEdge_ReachesBeyondThePicture()
    {
        FaceImage whole = DrawnScene.OfOne(480, 480, side: 288).Gray;
        byte[] right = new byte[480 * 290]; // the left of the face is cut off
        for (int y = 0; y < 480; y++)
        {
            whole.Pixels.Span.Slice((y * 480) + 190, 290).CopyTo(right.AsSpan(y * 290));
        }

        using BlazeFaceDetector detector = BlazeFaceDetector.Load();

        DetectedFace face = detector.Detect(FaceImage.FromGray(right, new ImageSize(480, 290))).Should().ContainSingle().Subject;

        face.Box.X.Should().BeLessThan(10);
        new FacePreprocessor().ToGray(whole, face.Box).Should().HaveCount(48 * 48);
    }

    [FaceNetworksFact]
    public void Detect_PicturesWithoutAFace_HaveNone()
    {
        using BlazeFaceDetector detector = BlazeFaceDetector.Load(options: new BlazeFaceOptions { Tiles = 2 });
        ImageSize[] sizes = [new(1, 1), new(1, 16_384), new(16_384, 1), new(480, 640), new(3, 2)];

        foreach (ImageSize size in sizes)
        {
            detector.Detect(FaceImage.FromGray(new byte[size.Pixels], size)).Should().BeEmpty("{0}", size);
            detector.Detect(FaceImage.FromRgb(new byte[3 * size.Pixels], size)).Should().BeEmpty("{0}", size);
        }
    }

    [FaceNetworksFact]
    public void Detect_HundredMegapixels_AllocatesLittle()
    {
        var image = FaceImage.FromGray(new byte[100_000_000], new ImageSize(10_000, 10_000));
        using BlazeFaceDetector detector = BlazeFaceDetector.Load();
        detector.Detect(FaceImage.FromGray(new byte[64 * 64], new ImageSize(64, 64)));
        long before = GC.GetAllocatedBytesForCurrentThread();

        detector.Detect(image).Should().BeEmpty();

        (GC.GetAllocatedBytesForCurrentThread() - before).Should().BeLessThan(1_000_000);
    }

    [FaceNetworksFact]
    public void Detect_FromManyThreads_IsWhatOneSays()
    {
        FaceImage image = DrawnScene.OfOne(640, 480, side: 288).Gray;
        using BlazeFaceDetector detector = BlazeFaceDetector.Load(BlazeFaceRange.Short);
        IReadOnlyList<DetectedFace> one = detector.Detect(image);

        Parallel.For(0, 16, _ => detector.Detect(image).Should().Equal(one));
    }

    [FaceNetworksFact]
    public void Detect_NullOrDisposed_IsRefused()
    {
        BlazeFaceDetector detector = BlazeFaceDetector.Load(BlazeFaceRange.Short);

        FluentActions.Invoking(() => detector.Detect(null!)).Should().Throw<ArgumentNullException>().WithParameterName("image");
        detector.Dispose();
        detector.Dispose();
        FluentActions.Invoking(() => detector.Detect(FaceImage.FromGray(new byte[1], new ImageSize(1, 1))))
            .Should().Throw<ObjectDisposedException>().Which.ObjectName.Should().Be("FacialAttention.BlazeFaceDetector");
    }

    [Fact]
    public void Load_NoSuchNetwork_IsRefused() => FluentActions.Invoking(() => BlazeFaceDetector.Load((BlazeFaceRange)2))
        .Should().Throw<ArgumentOutOfRangeException>().WithMessage("range is 2; expected one of Full, Short.*");

    [Fact]
    public void Load_BuiltWithoutNetworks_SaysWhy() => FluentActions
        .Invoking(() => BlazeFaceModel.ToOnnx(file: null, "face_detection_full_range.tflite"))
        .Should().Throw<InvalidOperationException>()
        .WithMessage("This build of FacialAttention.Detection holds no network: npm, which brings it, was missing*Install Node.js with npm*");

    [Fact]
    public void Options_Defaults_AreThoseThatTheNetworksWereMadeFor() => new BlazeFaceOptions()
        .Should().Be(new BlazeFaceOptions { LeastScore = 0.5, SameFaceOverlap = 0.3, Tiles = 1, Threads = 1 });

    [Fact]
    public void Options_OutOfRange_AreRefused()
    {
        Func<BlazeFaceOptions>[] bad =
        [
            () => new() { LeastScore = 0.009 }, () => new() { LeastScore = 1.1 }, () => new() { LeastScore = double.NaN },
            () => new() { SameFaceOverlap = -0.1 }, () => new() { SameFaceOverlap = 1.1 },
            () => new() { Tiles = 0 }, () => new() { Tiles = 17 }, () => new() { Threads = 0 }, () => new() { Threads = 257 },
        ];

        bad.Should().AllSatisfy(make => make.Should().Throw<ArgumentOutOfRangeException>().WithMessage("* is *; expected *"));
    }

    [Fact]
    public void Notice_OfTheNetworks_NamesTheVersionThatIsPinned()
    {
        string folder = Path.Combine(Repository.Root, "src", "FacialAttention.Detection");
        using var package = System.Text.Json.JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "package.json")));
        string version = package.RootElement.GetProperty("dependencies").GetProperty("@mediapipe/face_detection").GetString()!;
        string locked = File.ReadAllText(Path.Combine(folder, "package-lock.json"));
        using Stream notice = typeof(BlazeFaceDetector).Assembly.GetManifestResourceStream("face_detection.NOTICE.txt")!;
        string text = new StreamReader(notice).ReadToEnd();

        text.Should().Contain($"@mediapipe/face_detection, version {version},").And.Contain("converts it").And.Contain("Apache License");
        File.ReadAllText(Path.Combine(Repository.Root, "THIRD-PARTY-NOTICES.md")).Should().Contain(version);
        locked.Should().Contain("\"integrity\": \"sha512-").And.NotContain("resolved");
    }
}
