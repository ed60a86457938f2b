using Microsoft.ML.OnnxRuntime;

namespace FacialAttention.Fuzz.Targets;

/// <summary>Hands every model to ONNX Runtime as it is: what the checks of <see cref="OnnxExpressionRecognizer"/> are there for.</summary>
internal sealed class FaultyOnnxTarget : OnnxTarget
{
    public override string Name => TargetNames.FaultyOnnx;

    protected override IExpressionRecognizer Load(string path, Dice dice)
    {
        using var options = new SessionOptions();
        UseOneThread(options);
        using var session = new InferenceSession(path, options);
        return base.Load(path, dice);
    }
}
