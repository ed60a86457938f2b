using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using TorchSharp;
using static TorchSharp.torch;

namespace FacialAttention.Benchmarks;

/// <summary>Small things by BenchmarkDotNet, with the managed memory of each call.</summary>
[MemoryDiagnoser]
public class MicroBenchmarks : IDisposable
{
    private readonly ExpressionNetwork _network =
        new(NetworkVariant.AcnnAlstm, new ExpressionNetworkOptions { LstmHiddenSize = 128, LstmLayers = 1 });
    private readonly Augmentation _augmentation = new(TrainerBenchmark.FullAugmentation);
    private readonly FaceTensors _faces = new(SyntheticFaces.Generate(60, Report.Seed).WithColumns(FaceColumns.None), CPU);
    private readonly long[] _rows = [.. Enumerable.Range(0, 30).Select(row => (long)row)];
    private readonly Tensor _face = rand(1, 1, 48, 48);
    private readonly FaceBatch _batch = new(rand(30, 1, 48, 48), ones(30, 1));

    /// <summary>In this process: a new one would have to find libtorch anew, and to be built.</summary>
    internal static IConfig Config =>
        DefaultConfig.Instance.AddJob(Job.ShortRun.WithToolchain(InProcessEmitToolchain.Instance));

    [GlobalSetup]
    public void Freeze() => _network.eval();

    [Benchmark]
    public void ForwardOneFace()
    {
        using var noGrad = no_grad();
        _network.call(_face).Dispose();
    }

    [Benchmark]
    public void AugmentThirtyFaces()
    {
        using var scope = NewDisposeScope();
        _augmentation.Apply(_batch, 1);
    }

    [Benchmark]
    public void GatherThirtyFaces()
    {
        using var scope = NewDisposeScope();
        _faces.Gather(_rows);
    }

    public void Dispose()
    {
        _network.Dispose();
        _faces.Dispose();
        _face.Dispose();
        _batch.Images.Dispose();
        _batch.Targets.Dispose();
        GC.SuppressFinalize(this);
    }
}
