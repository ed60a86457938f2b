using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FacialAttention.Benchmarks;

/// <summary>
/// The training step as it was before docs/performance.md: channels first in memory, ReLU before the pool, TorchSharp's own Adam. It
/// stands beside the step of today in the same rounds.
/// </summary>
internal sealed class FormerStep : IDisposable
{
    private readonly ExpressionNetwork _network;
    private readonly Dictionary<string, Module> _modules;
    private readonly Adam _optimizer;
    private readonly Tensor _images;
    private readonly Tensor _labels;

    public FormerStep(NetworkVariant variant, int batchSize)
    {
        _network = new ExpressionNetwork(variant);
        _modules = _network.named_modules().ToDictionary(entry => entry.name, entry => entry.module);
        _optimizer = new Adam(_network.parameters());
        using var generator = new Generator(Report.Seed);
        _images = rand([batchSize, 1, _network.Options.ImageHeight, _network.Options.ImageWidth], generator: generator);
        _labels = randint(0, _network.Options.Labels.Count, [batchSize], ScalarType.Int64, generator: generator);
    }

    public void Run()
    {
        using var scope = NewDisposeScope();
        _optimizer.zero_grad();
        Tensor loss = functional.cross_entropy(Forward(_images), _labels);
        _ = loss.ToDouble();
        loss.backward();
        _optimizer.step();
    }

    public void Dispose()
    {
        _network.Dispose();
        _optimizer.Dispose();
        _images.Dispose();
        _labels.Dispose();
    }

    private Tensor Forward(Tensor images)
    {
        ExpressionNetworkOptions options = _network.Options;
        Tensor x = (images - options.PixelMean) / options.PixelStandardDeviation;
        for (int i = 0; i < ConvBackbone.Paper.Count; i++)
        {
            x = Call($"backbone.c{i + 1}.norm", Call($"backbone.c{i + 1}.conv", x)).relu_();
            if (ConvBackbone.Paper[i].Pool)
            {
                x = functional.max_pool2d(x, kernel_size: 3, stride: 2, padding: 1);
            }
        }

        if (_network.Variant == NetworkVariant.Cnn)
        {
            return Call("classifier", x.flatten(1));
        }

        Tensor sequence = x.flatten(2).transpose(1, 2).contiguous();
        return Call("classifier", _modules.ContainsKey("local_attention") ? Call("local_attention", sequence) : sequence);
    }

    private Tensor Call(string module, Tensor input) => ((Module<Tensor, Tensor>)_modules[module]).call(input);
}
