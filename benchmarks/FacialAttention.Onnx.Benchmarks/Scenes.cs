using System.Globalization;
using System.Numerics;

namespace FacialAttention.Onnx.Benchmarks;

/// <summary>How many faces of drawn scenes the detector finds, and how much of what it finds is none, by size and by tilt.</summary>
internal static class Scenes
{
    private const int Width = 1280, Height = 960;
    private const double LeastOverlap = 0.4;

    private static readonly (string Name, double Below)[] Sizes =
        [("under 5 %", 0.05), ("5 to 8 %", 0.08), ("8 to 12 %", 0.12), ("12 to 20 %", 0.2), ("20 to 40 %", double.MaxValue)];

    private static readonly double[] Tilts = [0, 15, 30, 45, 60, 90];

    /// <param name="count">How many scenes.</param>
    /// <param name="seed">Of the first one; the others follow.</param>
    /// <param name="folder">Where to write the first scenes as pictures; null for nowhere.</param>
    public static void Run(int count, int seed, string? folder)
    {
        DrawnScene[] scenes = [.. Enumerable.Range(seed, count).AsParallel().AsOrdered().Select(Draw)];
        Console.WriteLine(
            FormattableString.Invariant($"{count} scenes of {Width} x {Height} from seed {seed}, {scenes.Sum(scene => scene.Faces.Count)} faces"));
        for (int i = 0; folder is not null && i < Math.Min(count, 6); i++)
        {
            Directory.CreateDirectory(folder);
            scenes[i].Image.Save(Path.Combine(folder, FormattableString.Invariant($"scene-{seed + i}.png")));
        }

        Measure("full range", scenes, BlazeFaceRange.Full, new BlazeFaceOptions());
        Measure("full range, Tiles = 3", scenes, BlazeFaceRange.Full, new BlazeFaceOptions { Tiles = 3 });
        Measure("short range", scenes, BlazeFaceRange.Short, new BlazeFaceOptions());
    }

    private static DrawnScene Draw(int seed)
    {
        var random = new Random(seed);
        var scene = new DrawnScene(Width, Height, seed);
        int faces = random.Next(1, 7);
        for (int i = 0; i < faces; i++)
        {
            double side = Width * 0.04 * Math.Pow(12, random.NextDouble()); // 4 to 48 % of the width, each octave equally often
            double tilt = Tilts[random.Next(Tilts.Length)] * (random.Next(2) == 0 ? 1 : -1);
            scene.TryAdd((int)side, tilt);
        }

        return scene;
    }

    private static void Measure(string name, DrawnScene[] scenes, BlazeFaceRange range, BlazeFaceOptions options)
    {
        using BlazeFaceDetector detector = BlazeFaceDetector.Load(range, options);
        var faces = new List<(int Size, int Tilt, double? EyeError)>(); // the error of those that were found
        var found = new List<(int Size, int Tilt, bool IsRight)>();
        foreach (DrawnScene scene in scenes)
        {
            List<DrawnScene.Face> missed = [.. scene.Faces];
            foreach (DetectedFace face in detector.Detect(scene.Image)) // the most certain one first
            {
                FacePoints points = face.Points!.Value;
                Vector2 between = points.LeftEye - points.RightEye;
                int tilt = TiltOf(double.RadiansToDegrees(Math.Atan2(between.Y, between.X)));
                DrawnScene.Face? drawn = missed.MaxBy(candidate => candidate.Box.OverlapWith(face.Box));
                bool isRight = drawn is not null && drawn.Box.OverlapWith(face.Box) >= LeastOverlap;
                found.Add((SizeOf(face.Box.Width), tilt, isRight));
                if (isRight)
                {
                    missed.Remove(drawn!);
                    double error = Vector2.Distance(points.RightEye, drawn!.RightEye) + Vector2.Distance(points.LeftEye, drawn.LeftEye);
                    faces.Add((SizeOf(drawn.Box.Width), TiltOf(drawn.Tilt), error / (2 * Vector2.Distance(drawn.RightEye, drawn.LeftEye))));
                }
            }

            faces.AddRange(missed.Select(face => (SizeOf(face.Box.Width), TiltOf(face.Tilt), (double?)null)));
        }

        Console.WriteLine($"\n{name}\n\n| | faces | found | eyes off by | reported | of them faces |\n|---|---|---|---|---|---|");
        Print("all", [.. faces.Select(face => face.EyeError)], [.. found.Select(face => face.IsRight)]);
        for (int i = 0; i < Sizes.Length; i++)
        {
            Print(
                $"box {Sizes[i].Name} of the width",
                [.. faces.Where(face => face.Size == i).Select(face => face.EyeError)],
                [.. found.Where(face => face.Size == i).Select(face => face.IsRight)]);
        }

        for (int i = 0; i < Tilts.Length; i++)
        {
            Print(
                FormattableString.Invariant($"tilt {Tilts[i]} degrees"),
                [.. faces.Where(face => face.Tilt == i).Select(face => face.EyeError)],
                [.. found.Where(face => face.Tilt == i).Select(face => face.IsRight)]);
        }
    }

    private static void Print(string name, double?[] faces, bool[] found)
    {
        double[] errors = [.. faces.OfType<double>()];
        string error = errors.Length == 0 ? "-" : string.Create(CultureInfo.InvariantCulture, $"{100 * errors.Median():F0} %");
        string right = Share(found.Count(isRight => isRight), found.Length);
        Console.WriteLine($"| {name} | {faces.Length} | {Share(errors.Length, faces.Length)} | {error} | {found.Length} | {right} |");
    }

    private static string Share(int part, int all) =>
        all == 0 ? "-" : string.Create(CultureInfo.InvariantCulture, $"{100.0 * part / all:F1} %");

    private static int SizeOf(float side) => Array.FindIndex(Sizes, size => side / Width < size.Below);

    /// <summary>The nearest one, to either side; what is more than upside down is counted with the last.</summary>
    private static int TiltOf(double degrees) => Array.IndexOf(Tilts, Tilts.MinBy(tilt => Math.Abs(tilt - Math.Abs(degrees))));
}
