// The layers alone, and in a network of your own:  dotnet run samples/layers.cs
#:project ../src/FacialAttention/FacialAttention.csproj
#:property TorchBackend=cpu

using FacialAttention;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

// Attention takes any sequence [N, T, D]: here 2 of 36 steps with features of 64. It gives its weights too.
using var attention = new GlobalFeatureAttention(featureSize: 64);
using (NewDisposeScope())
{
    (Tensor feature, Tensor weights) = attention.Attend(randn(2, 36, 64));
    Console.WriteLine($"features of {feature.shape[1]}, weights of {weights.shape[1]} steps, the largest {weights.max().item<float>():P1}");
}

// A network of your own trains like those of the paper.
DatasetSplit faces = DatasetSplit.BySubject(SyntheticFaces.Generate(count: 210, seed: 1), folds: 3, fold: 0);
using var network = new OwnNetwork(faces.Training.Labels.Count);
using var trainer = new Trainer(network, new TrainerOptions { Iterations = 60 });
Console.WriteLine($"best {trainer.Fit(faces.Training, faces.Validation).Best}");

internal sealed class OwnNetwork : Module<Tensor, Tensor>
{
    private readonly ConvBackbone _backbone = new([new(KernelSize: 5, Channels: 16, Pool: true), new(3, 32, Pool: true)]);
    private readonly AttentiveLstmClassifier _classifier;

    public OwnNetwork(int classes) : base(nameof(OwnNetwork))
    {
        _classifier = new AttentiveLstmClassifier(featureSize: _backbone.OutChannels, classes, hiddenSize: 64, layers: 1);
        RegisterComponents();
    }

    public override Tensor forward(Tensor images)
    {
        using var scope = NewDisposeScope();
        Tensor sequence = _backbone.call(images).flatten(2).transpose(1, 2); // [N, T, D]
        return _classifier.call(sequence).MoveToOuterDisposeScope(); // [N, K]
    }
}
