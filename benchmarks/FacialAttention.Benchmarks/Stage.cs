using System.Diagnostics;
using TorchSharp;
using static TorchSharp.torch;

namespace FacialAttention.Benchmarks;

/// <summary>
/// A part of the network, cut out of the step: it runs forward on what the stage before it returned, and later backward on what the stage
/// after it gave back, so its data lie in the caches as in a whole step.
/// </summary>
/// <param name="name">What the profile calls it.</param>
/// <param name="forward">The part itself.</param>
/// <param name="cost">What it has to do at least, by its input and output.</param>
internal sealed class Stage(string name, Func<Tensor, Tensor> forward, Func<Tensor, Tensor, StageCost> cost)
{
    private Tensor? _input;
    private Tensor? _output;

    public string Name => name;

    public StageCost Cost { get; private set; } = new(0, 0, 0, 0);

    public List<double> ForwardSeconds { get; } = [];

    public List<double> BackwardSeconds { get; } = [];

    /// <summary>Runs forward; the caller's scope owns the result.</summary>
    public Tensor Forward(Tensor input, bool hasInputGradient)
    {
        _input = input.detach().requires_grad_(hasInputGradient);
        long start = Stopwatch.GetTimestamp();
        _output = forward(_input);
        ForwardSeconds.Add(Stopwatch.GetElapsedTime(start).TotalSeconds);
        Cost = cost(_input, _output);
        return _output;
    }

    /// <summary>Runs backward; returns the gradient of the input, or null if it has none.</summary>
    public Tensor? Backward(Tensor? gradient)
    {
        long start = Stopwatch.GetTimestamp();
        _output!.backward(gradient is null ? null : [gradient]);
        BackwardSeconds.Add(Stopwatch.GetElapsedTime(start).TotalSeconds);
        return _input!.grad;
    }
}
