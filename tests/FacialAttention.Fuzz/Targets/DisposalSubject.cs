using System.Globalization;
using FacialAttention.OnnxFormat;
using FacialAttention.Tests.Files;
using Google.Protobuf;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FacialAttention.Fuzz.Targets;

/// <summary>An owner of native memory with all of its public calls, and the ways in which that memory goes.</summary>
internal sealed class DisposalSubject : IDisposable
{
    private const int Channels = 3, Steps = 20;

    private static readonly FaceImage[] Faces =
    [
        .. Enumerable.Range(0, 3).Select(i => SyntheticFaces.Draw(
            FacialExpression.Happy, identity: i, variation: 1, new ImageSize(TinyNetworks.Height, TinyNetworks.Width))),
    ];

    private static readonly FaceDataset Dataset = SyntheticFaces.Generate(
        2, seed: 1, labels: new ExpressionLabels("Happy", "Sad", "Angry"), size: new ImageSize(TinyNetworks.Height, TinyNetworks.Width));

    public required string Name { get; init; }

    public required IReadOnlyList<DisposalCall> Calls { get; init; }

    /// <summary>At least one; each may be done again and again.</summary>
    public required IReadOnlyList<Action> Disposals { get; init; }

    /// <summary>Whether it may be disposed while another thread calls.</summary>
    public bool IsForManyThreads { get; init; }

    public void Dispose()
    {
        foreach (Action disposal in Disposals)
        {
            disposal();
        }
    }

    /// <summary>What makes a fresh one of each kind.</summary>
    public static Func<DisposalSubject>[] CreateMakers(TemporaryFolder folder)
    {
        NetworkVariant[] variants = Enum.GetValues<NetworkVariant>();
        byte[][] models = Array.ConvertAll(variants, ExportOf);
        return
        [
            .. models.Select((model, index) => (Func<DisposalSubject>)(() => OfRecognizer(
                $"onnx {variants[index]}", OnnxExpressionRecognizer.Load(model, options => options.IntraOpNumThreads = 1), []))),
            .. variants.Select(variant => (Func<DisposalSubject>)(() =>
            {
                ExpressionNetwork network = TinyNetworks.Create(variant);
                return OfRecognizer($"torch {variant}", new TorchExpressionRecognizer(network), [network.Dispose]);
            })),
            .. variants.Select(variant => (Func<DisposalSubject>)(() => OfNetwork(variant, folder))),
            OfTrainer,
            OfBatch,
            () => OfLayer("backbone", new ConvBackbone([new(1, Channels), new(3, 2)]), [1, 1, 5, 4]),
            () => OfLayer("pointwise", new PointwiseConvBlock(Channels, 2), [1, Channels, 5, 4]),
            () => OfLayer("local", new LocalFeatureAttention(Channels), [2, Steps, Channels], layer => TextOf(layer.Attend)),
            () => OfLayer("global", new GlobalFeatureAttention(Channels), [2, Steps, Channels], layer => TextOf(layer.Attend)),
            () => OfLayer(
                "lstm", new AttentiveLstmClassifier(Channels, classes: 2, hiddenSize: 3, layers: 1), [2, Steps, Channels],
                layer => TextOf(features => (layer.Classify(layer.Pool(features).Pooled), layer.Pool(features).Weights!))),
        ];
    }

    public static DisposalSubject OfRecognizer(string name, IExpressionRecognizer recognizer, IReadOnlyList<Action> moreDisposals) => new()
    {
        Name = name,
        IsForManyThreads = true,
        Calls =
        [
            new("one", () => TextOf([recognizer.Recognize(Faces[0])])),
            new("crop", () => TextOf([recognizer.Recognize(Faces[1], new FaceBox(1, 2, 9, 8))])),
            new("boxes", () => TextOf(recognizer.RecognizeAll(Faces[1], [new FaceBox(1, 2, 9, 8), new FaceBox(-3, 1, 9, 9)]))),
            new("several", () => TextOf(recognizer.Recognize(Faces))),
            new("none", () => TextOf(recognizer.Recognize([]))),
            new("labels", () => recognizer.Labels.ToString()!, IsRefusedAfterDisposal: false),
        ],
        Disposals = [recognizer.Dispose, .. moreDisposals],
    };

    private static DisposalSubject OfNetwork(NetworkVariant variant, TemporaryFolder folder)
    {
        ExpressionNetwork network = TinyNetworks.Create(variant);
        network.eval();
        return new DisposalSubject
        {
            Name = $"network {variant}",
            IsForManyThreads = true,
            Calls =
            [
                new("forward", () => TextOf(() => network.call(Images()))),
                new("explain", () => TextOf(() => network.Explain(Images()).Logits)),
                new("head", () => TextOf(() => network.Classify(network.ExtractFeatures(Images())))),
                new("fold", () =>
                {
                    using ExpressionNetwork folded = network.FoldBatchNorm();
                    return TextOf(() => folded.call(Images()));
                }),
                new("parameters", () => network.ParameterCount.ToString(CultureInfo.InvariantCulture)),
                new("describe", () => network.Describe().Labels.ToString()!, IsRefusedAfterDisposal: false),
                new("save", () =>
                {
                    using var stream = new MemoryStream();
                    Checkpoint.Save(stream, network);
                    return stream.Length.ToString(CultureInfo.InvariantCulture);
                }),
                new("export", () =>
                {
                    string path = folder.File(FormattableString.Invariant($"{Environment.CurrentManagedThreadId}.onnx"));
                    OnnxExporter.Export(path, network);
                    return new FileInfo(path).Length.ToString(CultureInfo.InvariantCulture);
                }),
                new("evaluate", () => Text(Evaluator.Evaluate(network, Dataset).Loss)),
            ],
            Disposals = [network.Dispose],
        };
    }

    private static DisposalSubject OfTrainer()
    {
        ExpressionNetwork network = TinyNetworks.Create(NetworkVariant.CnnAlstm);
        var trainer = new Trainer(network, new TrainerOptions
        {
            Iterations = 2,
            BatchSize = 2,
            ValidationInterval = 1,
            TrainingReportInterval = 1,
            Device = DevicePreference.Cpu,
        });
        var gate = new Lock(); // A trainer trains once at a time; it is disposed at any time.
        return new DisposalSubject
        {
            Name = "trainer",
            IsForManyThreads = true,
            Calls =
            [
                new("fit", () =>
                {
                    lock (gate)
                    {
                        return trainer.Fit(Dataset, Dataset).Iterations.ToString(CultureInfo.InvariantCulture);
                    }
                }),
                new("device", () => trainer.Device.Device.type.ToString(), IsRefusedAfterDisposal: false),
            ],
            Disposals = [trainer.Dispose, network.Dispose],
        };
    }

    /// <summary>Tensors that a caller hands over.</summary>
    private static DisposalSubject OfBatch()
    {
        ExpressionNetwork network = TinyNetworks.Create(NetworkVariant.Cnn);
        network.eval();
        var batch = new FaceBatch(Images(), eye(TinyNetworks.Labels.Count).slice(0, 0, 2, 1));
        var objective = new Classification(network);
        return new DisposalSubject
        {
            Name = "batch",
            Calls =
            [
                new("forward", () => TextOf(() => network.call(batch.Images))),
                new("logits", () => TextOf(() => objective.Logits(batch))),
                new("learn", () => TextOf(() => objective.Learn(batch).Loss)),
            ],
            Disposals = [batch.Images.Dispose],
        };
    }

    private static DisposalSubject OfLayer<T>(string name, T layer, long[] shape, Func<T, Func<Tensor, string>>? more = null)
        where T : Module<Tensor, Tensor>
    {
        layer.eval();
        foreach (TorchSharp.Modules.Parameter parameter in layer.parameters())
        {
            using var noGrad = no_grad();
            parameter.fill_(0.1);
        }

        return new DisposalSubject
        {
            Name = name,
            Calls =
            [
                new("forward", () => TextOf(() => layer.call(ones(shape)))),
                .. more is null ? [] : new[] { new DisposalCall("attend", () => { using Tensor input = ones(shape); return more(layer)(input); }) },
            ],
            Disposals = [layer.Dispose],
        };
    }

    private static Tensor Images() => full([2, 1, TinyNetworks.Height, TinyNetworks.Width], 0.25);

    private static byte[] ExportOf(NetworkVariant variant)
    {
        using ExpressionNetwork network = TinyNetworks.Create(variant);
        return OnnxExporter.CreateModel(network, new OnnxExportOptions()).ToByteArray();
    }

    private static Func<Tensor, string> TextOf(Func<Tensor, (Tensor Features, Tensor Weights)> attend) =>
        input => TextOf(() => attend(input).Weights);

    private static string TextOf(Func<Tensor> compute)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        return string.Join(' ', compute().data<float>().Select(value => Text(value)));
    }

    private static string TextOf(IReadOnlyList<ExpressionPrediction> predictions) =>
        string.Join(' ', predictions.SelectMany(prediction => prediction.Probabilities).Select(value => Text(value)));

    private static string Text(double value) => value.ToString("F3", CultureInfo.InvariantCulture);
}
