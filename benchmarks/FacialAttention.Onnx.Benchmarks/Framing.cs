using System.Globalization;

namespace FacialAttention.Onnx.Benchmarks;

/// <summary>
/// Which part of a picture around a face the pretrained network is best shown: accuracy on PublicTest faces over size and shift of the frame, without a
/// detector and with each range of BlazeFace, for boxes that are off, and for turned faces.
/// </summary>
/// <remarks>
/// FER2013 has faces of 48 x 48 pixels and nothing around them. Here each is enlarged to 192 x 192 and set into a picture of 384 x 384: what is
/// around it is noise, or its own edge pixels continued, never hair, neck or wall. So a frame that is larger than the face loses what a real picture would
/// show there, and one that is smaller loses the same as there.
/// </remarks>
internal sealed class Framing
{
    private const int Side = 192;
    private const int Border = 96;
    private const double Jitter = 0.1;

    private static readonly double[] Scales = [0.8, 0.9, 1, 1.1, 1.2, 1.3, 1.4];
    private static readonly double[] Downs = [-0.1, -0.05, 0, 0.05, 0.1];
    private static readonly int[] Rolls = [0, 10, 20, 30, 45];
    private static readonly double[] LevelFrom = [90, 0, 10, 20];

    private readonly OnnxExpressionRecognizer _recognizer = OnnxExpressionRecognizer.LoadPretrained();
    private readonly FaceImage[] _faces;
    private readonly int[] _labels;

    private Framing(string dataPath, string votesPath, int rows)
    {
        FaceDataset all = FerPlusReader.ReadPart(dataPath, votesPath, SplitPart.Validation).Faces;
        int[] counted = [.. Enumerable.Range(0, all.Count).Where(row => all.Columns.Weights!.Value.Span[row] > 0)];
        int[] taken = [.. Enumerable.Range(0, Math.Min(rows, counted.Length)).Select(i => counted[(int)((long)i * counted.Length / rows)])];
        _faces = [.. taken.Select(row => FaceImage.FromGray(all.PixelsOf(row).ToArray(), all.Size))];
        _labels = [.. taken.Select(row => (int)all.LabelIndices.Span[row])];
    }

    public static void Run(string dataPath, string votesPath, int rows)
    {
        var framing = new Framing(dataPath, votesPath, rows);
        int right = framing._recognizer.Recognize(framing._faces).Index().Count(face => face.Item.Index == framing._labels[face.Index]);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{framing._faces.Length} PublicTest faces of a strict majority, as they are: {(double)right / framing._faces.Length:P1}"));
        FaceImage[] edge = [.. framing._faces.Select(face => Surround(face, noise: null))];
        FaceImage[] noise = [.. framing._faces.Select((face, i) => Surround(face, new Random(i)))];
        FaceBox[] known = [.. Enumerable.Repeat(new FaceBox(Border, Border, Side, Side), edge.Length)];
        framing.Table("the face as FER2013 cuts it, its edge pixels around it", edge, known);
        framing.Table("the same, noise around it", noise, known);
        framing.OffTable("the known box", edge, known, (_, box) => box);
        framing.RollTable(edge);
        foreach (BlazeFaceRange range in Enum.GetValues<BlazeFaceRange>())
        {
            using BlazeFaceDetector detector = BlazeFaceDetector.Load(range);
            DetectedFace?[] found = [.. edge.Select(picture => detector.Detect(picture).FirstOrDefault(IsTheFace))];
            int[] rowsFound = [.. Enumerable.Range(0, found.Length).Where(i => found[i] is not null)];
            FaceImage[] pictures = [.. rowsFound.Select(i => edge[i])];
            FaceBox[] boxes = [.. rowsFound.Select(i => found[i]!.Box)];
            int[] labels = [.. rowsFound.Select(i => framing._labels[i])];
            double[] scales = [.. boxes.Select(box => Side / (double)Math.Max(box.Width, box.Height)).Order()];
            double[] downs = [.. boxes.Select(box => (Border + (Side / 2.0) - box.Y - (box.Height / 2.0)) / box.Height).Order()];
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"\n{range}: found {boxes.Length} of {edge.Length}; FER2013's square is {scales[scales.Length / 2]:F2} times the box, {downs[downs.Length / 2]:F2} below it (medians)"));
            framing.Table($"{range}", pictures, boxes, labels);
            framing.OffTable(
                $"{range}, with its framing", pictures, boxes, (i, box) => new DetectedFace(box, 1, found[rowsFound[i]]!.Points).Frame(detector.Framing), labels);
            framing.TurnedTable(edge, detector);
        }
    }

    private static bool IsTheFace(DetectedFace face) =>
        Math.Abs(face.Box.X + (face.Box.Width / 2) - Border - (Side / 2)) < Side / 3
        && Math.Abs(face.Box.Y + (face.Box.Height / 2) - Border - (Side / 2)) < Side / 3;

    /// <summary>The face, enlarged, in the middle of a picture.</summary>
    private static FaceImage Surround(FaceImage face, Random? noise)
    {
        const int All = Side + (2 * Border);
        double margin = (double)Border / Side * face.Width;
        var preprocessor = new FacePreprocessor(new ImageSize(All, All));
        byte[] pixels = preprocessor.ToGray(
            face, new FaceBox((float)-margin, (float)-margin, (float)(face.Width + (2 * margin)), (float)(face.Height + (2 * margin))));
        for (int i = 0; noise is not null && i < pixels.Length; i++)
        {
            if (i % All is < Border or >= Border + Side || i / All is < Border or >= Border + Side)
            {
                pixels[i] = (byte)noise.Next(256);
            }
        }

        return FaceImage.FromGray(pixels, new ImageSize(All, All));
    }

    private void Table(string title, FaceImage[] pictures, FaceBox[] boxes, int[]? labels = null)
    {
        FaceFraming[] framings = [.. from s in Scales from d in Downs select new FaceFraming { Scale = s, ShiftY = d }];
        double[] accuracies = Accuracies(pictures, labels, (i, k) => framings[k].Frame(boxes[i]), framings.Length);
        Console.WriteLine($"\n{title}: accuracy, %; size of the frame in sides of the box, how far it is below, in heights of the box");
        Console.WriteLine($"| size | {string.Join(" | ", Downs.Select(value => value.ToString("0.00", CultureInfo.InvariantCulture)))} |");
        Console.WriteLine($"|---|{string.Concat(Downs.Select(_ => "---|"))}");
        for (int row = 0; row < Scales.Length; row++)
        {
            IEnumerable<string> cells = accuracies.Skip(row * Downs.Length).Take(Downs.Length)
                .Select(value => (100 * value).ToString("F1", CultureInfo.InvariantCulture));
            Console.WriteLine($"| {Scales[row].ToString("F1", CultureInfo.InvariantCulture)} | {string.Join(" | ", cells)} |");
        }
    }

    /// <summary>Boxes that are off by up to a tenth of their side, in size and either direction, at random.</summary>
    private void OffTable(string title, FaceImage[] pictures, FaceBox[] boxes, Func<int, FaceBox, FaceBox> frame, int[]? labels = null)
    {
        const int Draws = 4;
        double[] accuracies = Accuracies(
            pictures,
            labels,
            (i, k) =>
            {
                var random = new Random((i * Draws) + k);
                double Off() => k == 0 ? 0 : Jitter * ((2 * random.NextDouble()) - 1);
                return frame(i, new FaceFraming { Scale = 1 + Off(), ShiftX = Off(), ShiftY = Off() }.Frame(boxes[i]));
            },
            Draws + 1);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"\n{title}: {accuracies[0]:P1}; boxes off by up to 10 % in size, across and down: {accuracies.Skip(1).Average():P1} (mean of {Draws} draws)"));
    }

    /// <summary>The known box, turned against the face.</summary>
    private void RollTable(FaceImage[] pictures)
    {
        double[] accuracies = Accuracies(
            pictures, null, (_, k) => new FaceBox(Border, Border, Side, Side) { Roll = k % 2 == 0 ? Rolls[k / 2] : -Rolls[k / 2] }, 2 * Rolls.Length);
        string cells = string.Join(", ", Rolls.Select((roll, k) => string.Create(
            CultureInfo.InvariantCulture, $"{roll} degrees {(accuracies[2 * k] + accuracies[(2 * k) + 1]) / 2:P1}")));
        Console.WriteLine($"\nthe known box, turned to either side against the face: {cells}");
    }

    /// <summary>Faces that are turned in the picture, every other one to the left: the frame of the detector's box as it is, and turned by the eyes.</summary>
    private void TurnedTable(FaceImage[] pictures, BlazeFaceDetector detector)
    {
        Console.WriteLine($"\n{detector.Range}, pictures turned: accuracy on those found, %");
        Console.WriteLine("| degrees | found | never turned back | by the eyes, always | from 10 degrees on | from 20 degrees on |");
        Console.WriteLine("|---|---|---|---|---|---|");
        foreach (int roll in Rolls)
        {
            var turned = new List<(FaceImage Picture, DetectedFace Face, int Label)>();
            for (int i = 0; i < pictures.Length; i++)
            {
                var preprocessor = new FacePreprocessor(pictures[i].Size);
                var all = new FaceBox(0, 0, pictures[i].Width, pictures[i].Height) { Roll = i % 2 == 0 ? roll : -roll };
                var picture = FaceImage.FromGray(preprocessor.ToGray(pictures[i], all), pictures[i].Size);
                if (detector.Detect(picture).FirstOrDefault(IsTheFace) is { } face)
                {
                    turned.Add((picture, face, _labels[i]));
                }
            }

            double[] accuracies = Accuracies(
                [.. turned.Select(face => face.Picture)],
                [.. turned.Select(face => face.Label)],
                (i, k) => turned[i].Face.Frame(detector.Framing with { LevelFrom = LevelFrom[k] }),
                LevelFrom.Length);
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"| {roll} | {turned.Count} | {string.Join(" | ", accuracies.Select(value => (100 * value).ToString("F1", CultureInfo.InvariantCulture)))} |"));
        }
    }

    /// <summary>The accuracy for each of some boxes of each picture.</summary>
    private double[] Accuracies(FaceImage[] pictures, int[]? labels, Func<int, int, FaceBox> box, int count)
    {
        labels ??= _labels;
        var right = new int[count];
        for (int i = 0; i < pictures.Length; i++)
        {
            int face = i;
            IReadOnlyList<ExpressionPrediction> predictions =
                _recognizer.RecognizeAll(pictures[i], [.. Enumerable.Range(0, count).Select(k => box(face, k))]);
            for (int k = 0; k < count; k++)
            {
                right[k] += predictions[k].Index == labels[i] ? 1 : 0;
            }
        }

        return Array.ConvertAll(right, value => (double)value / pictures.Length);
    }
}
