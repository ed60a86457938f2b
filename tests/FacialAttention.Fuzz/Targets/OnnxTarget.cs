using FacialAttention.Fuzz.Mutations;
using FacialAttention.OnnxFormat;
using Microsoft.ML.OnnxRuntime;
using static TorchSharp.torch;

namespace FacialAttention.Fuzz.Targets;

/// <summary><see cref="OnnxExpressionRecognizer"/> on exported models; what loads must also recognise, alone and in a batch.</summary>
internal class OnnxTarget : Target
{
    private const double Rounding = 1e-3;

    private static readonly FaceImage[] Faces =
    [
        .. Enumerable.Range(0, 3).Select(i => SyntheticFaces.Draw(
            FacialExpression.Sad, identity: i, variation: 1, new ImageSize(TinyNetworks.Height, TinyNetworks.Width))),
    ];

    private readonly ModelProto[] _valid;

    public OnnxTarget()
    {
        set_num_threads(1);
        _valid = [.. Enum.GetValues<NetworkVariant>().SelectMany(variant => new[] { true, false }.Select(attention => Export(variant, attention)))];
    }

    public override string Name => "onnx";

    public override string Extension => ".onnx";

    public override IReadOnlyList<Type> Documented { get; } =
        [typeof(FileNotFoundException), typeof(IOException), typeof(InvalidDataException)];

    public override void Write(string path, Dice dice) =>
        File.WriteAllBytes(path, OnnxMutations.Mutate(dice, dice.Pick(_valid), dice.Pick(_valid)));

    public override void Read(string path, Dice dice)
    {
        using IExpressionRecognizer recognizer = Load(path, dice);
        Check(recognizer, recognizer.Recognize(Faces[0]));
        foreach (ExpressionPrediction prediction in recognizer.Recognize(Faces))
        {
            Check(recognizer, prediction);
        }
    }

    /// <summary>Loads the model in one of the ways that there are.</summary>
    protected virtual IExpressionRecognizer Load(string path, Dice dice)
    {
        var options = new RecognitionOptions { IncludeAttention = dice.OneIn(3) };
        switch (dice.Below(3))
        {
            case 0:
                return OnnxExpressionRecognizer.Load(File.ReadAllBytes(path), UseOneThread, options);
            case 1:
                using (FileStream stream = File.OpenRead(path))
                {
                    return OnnxExpressionRecognizer.Load(stream, UseOneThread, options);
                }

            default:
                return OnnxExpressionRecognizer.Load(path, UseOneThread, options);
        }
    }

    protected static void UseOneThread(SessionOptions options) => (options.IntraOpNumThreads, options.InterOpNumThreads) = (1, 1);

    private static void Check(IExpressionRecognizer recognizer, ExpressionPrediction prediction)
    {
        double sum = 0;
        foreach (float probability in prediction.Probabilities)
        {
            sum += probability is >= 0 and <= 1 ? probability : double.NaN;
        }

        if (!(Math.Abs(sum - 1) < Rounding) || prediction.Probabilities.Count != recognizer.Labels.Count)
        {
            throw new BrokenPromiseException($"The probabilities are {string.Join(", ", prediction.Probabilities)}.");
        }
    }

    private static ModelProto Export(NetworkVariant variant, bool includeAttention)
    {
        using ExpressionNetwork network = TinyNetworks.Create(variant);
        network.Calibration = new Calibration { Temperature = 1.5 };
        return OnnxExporter.CreateModel(network, new OnnxExportOptions { IncludeAttention = includeAttention });
    }
}
