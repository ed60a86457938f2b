using System.Diagnostics;
using TorchSharp;
using static TorchSharp.torch;

namespace FacialAttention.Benchmarks;

/// <summary>The networks of related work in their authors' sizes, each built and run once on one face. They take up to a gigabyte.</summary>
internal static class FullSizeBenchmark
{
    public static void Run(Report report)
    {
        PatchGatedCnnOptions withFace = PatchGatedCnnOptions.Full();
        withFace.GlobalBranch = true;
        FerAttNetworkOptions withEmbedding = FerAttNetworkOptions.Full();
        withEmbedding.EmbeddingSize = 32;
        Func<FaceNetwork>[] networks =
            [() => new PatchGatedCnn(PatchGatedCnnOptions.Full()), () => new PatchGatedCnn(withFace), () => new FerAttNetwork(withEmbedding)];
        report.Add("full size, one face", networks.Select(RunOnce).ToList());
    }

    private static Row RunOnce(Func<FaceNetwork> create)
    {
        using FaceNetwork network = create();
        network.eval();
        NetworkDescription description = network.Describe();
        (int height, int width) = description.Preprocessing.Size;
        using var noGrad = no_grad();
        using Tensor images = rand(1, 1, height, width);
        var watch = Stopwatch.StartNew();
        using Tensor logits = network.call(images);
        double seconds = watch.Elapsed.TotalSeconds;
        using Tensor areFinite = logits.isfinite().all();
        return areFinite.item<bool>()
            ? new Row(description.Variant, $"{height}x{width}", network.ParameterCount / 1e6, network.MultiplyAdds / 1e9, seconds)
            : throw new InvalidOperationException($"{description.Variant} in full size gave logits that are no finite numbers.");
    }

    private sealed record Row(string Network, string Face, double MillionWeights, double BillionMultiplyAdds, double Seconds);
}
