using FacialAttention.Tests.Torch;
using static TorchSharp.torch;

namespace FacialAttention.Tests.Networks;

/// <summary>Networks of patches that compute in no time, on faces that are not square.</summary>
internal static class TinyPatches
{
    public const int Height = 18;
    public const int Width = 22;

    /// <summary>One pool: 18x22 becomes maps of 9x11.</summary>
    public static PatchGatedCnnOptions Options(bool globalBranch = false) => new()
    {
        Labels = new ExpressionLabels("calm", "tense", "other"),
        ImageHeight = Height,
        ImageWidth = Width,
        TrunkStages = [new(3, 3), new(3, 4, Pool: true)],
        PatchSize = 3,
        PatchChannels = 3,
        PatchFeatureSize = 2,
        GateChannels = 8,
        GateHiddenSize = 8,
        GlobalBranch = globalBranch,
        GlobalStages = [new(3, 8, Pool: true)],
        GlobalFeatureSize = 8,
        HiddenSize = 6,
        Dropout = 0,
    };

    public static Tensor Images(int n = 3, ScalarType dtype = ScalarType.Float32) => Numbers.RandomImages(1, dtype, n, 1, Height, Width);

    /// <summary>Points all over the face, those of each face others.</summary>
    public static Tensor Landmarks(int n = 3, ScalarType dtype = ScalarType.Float32)
    {
        using var scope = NewDisposeScope();
        Tensor size = tensor([(double)Width, (double)Height], dtype);
        return (Numbers.RandomImages(5, dtype, n, LandmarkScheme.Points68.Count, 2) * size).MoveToOuterDisposeScope();
    }
}
