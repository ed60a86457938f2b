using TorchSharp;
using static TorchSharp.torch;

namespace FacialAttention;

/// <summary>Seeds torch's CPU generator for a while; disposing gives the generator back the state it had.</summary>
internal sealed class SeededTorch : IDisposable
{
    private readonly Tensor _state;

    public SeededTorch(long seed)
    {
        _state = get_rng_state().DetachFromDisposeScope();
        manual_seed(seed);
    }

    public void Dispose()
    {
        set_rng_state(_state);
        _state.Dispose();
    }
}
