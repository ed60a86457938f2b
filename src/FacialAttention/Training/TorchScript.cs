using TorchSharp;
using static TorchSharp.torch;

namespace FacialAttention;

/// <summary>Operations of libtorch that TorchSharp does not have, called by scripts.</summary>
internal static class TorchScript
{
    /// <summary>Calls a function with lists of tensors, then numbers.</summary>
    public static void Invoke(jit.CompilationUnit script, string function, Tensor[][] lists, params double[] numbers)
    {
        // As scalars that live until the end of the call: those that TorchSharp makes of numbers may be collected during it.
        Scalar[] scalars = [.. numbers.Select(number => (Scalar)number)];
        script.invoke(function, [.. lists, .. scalars]);
        Array.ForEach(scalars, scalar => scalar.Dispose());
    }
}
