using TorchSharp;
using static TorchSharp.torch;

namespace FacialAttention.Tests.Devices;

/// <summary>The same results on a GPU as on the CPU, to the precision that another order of sums leaves.</summary>
public sealed class CudaTests
{
    [CudaFact]
    public void Forward_OnCuda_AgreesWithTheCpu()
    {
        backends.cuda.matmul.allow_tf32 = false;
        backends.cudnn.allow_tf32 = false;
        foreach (NetworkVariant variant in Enum.GetValues<NetworkVariant>())
        {
            using var scope = NewDisposeScope();
            using var network = new ExpressionNetwork(variant, new ExpressionNetworkOptions { LstmHiddenSize = 64, LstmLayers = 1 });
            network.eval();
            Tensor images = rand(8, 1, 48, 48);
            Tensor expected = network.call(images);
            network.to(CUDA);
            Tensor actual = network.call(images.to(CUDA)).cpu();
            float largest = expected.abs().max().ToSingle();
            (actual - expected).abs().max().ToSingle().Should().BeLessThan(1e-3f * largest, variant.PaperName);
        }
    }

    [CudaFact]
    public void Fit_OnCuda_LearnsAndItsCheckpointLoadsOnTheCpu()
    {
        FaceDataset faces = SyntheticFaces.Generate(14, seed: 1, size: new ImageSize(Height: 24, Width: 32));
        var options = new ExpressionNetworkOptions { ImageHeight = 24, ImageWidth = 32, LstmHiddenSize = 32, LstmLayers = 1 };
        using var network = new ExpressionNetwork(NetworkVariant.AcnnAlstm, options);
        using var trainer = new Trainer(
            network, new TrainerOptions { Iterations = 60, BatchSize = 14, TrainingReportInterval = 10, Device = DevicePreference.Cuda });
        TrainingHistory history = trainer.Fit(faces, faces);
        history.Device.Device.type.Should().Be(DeviceType.CUDA);
        history.Training[^1].Loss.Should().BeLessThan(history.Training[0].Loss / 2);

        string folder = Directory.CreateTempSubdirectory("FacialAttention-cuda-").FullName;
        try
        {
            string path = Path.Combine(folder, "network.safetensors");
            Checkpoint.Save(path, network);
            using ExpressionNetwork restored = Checkpoint.Load(path);
            Evaluator.Evaluate(restored, faces).Accuracy.Should().BeApproximately(1 - history.Best.Error, 1e-9);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
