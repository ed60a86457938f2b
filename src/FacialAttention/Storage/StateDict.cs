using System.Numerics;
using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FacialAttention;

/// <summary>
/// The tensors of a file, read as those of networks and optimizers: all must be there, of the right type and shape.
/// </summary>
/// <param name="file">The file.</param>
/// <param name="expected">Which tensors are expected, for messages, as in "the 18 keys of ACNN-ALSTM".</param>
internal sealed class StateDict(SafetensorsFile file, string expected)
{
    private readonly Dictionary<string, SafetensorsTensor> _unread = file.Tensors.ToDictionary(tensor => tensor.Name);

    /// <summary>The weights and buffers of a network as tensors of a file, under their keys.</summary>
    /// <param name="network">The network.</param>
    /// <param name="halfPrecision">Whether what <see cref="HalfPrecision"/> tells is rounded.</param>
    /// <exception cref="ArgumentException">
    /// A weight is of another floating-point type than Float32, or not finite, or not when it is rounded.
    /// </exception>
    public static SafetensorsTensor[] ToFile(Module network, bool halfPrecision = false)
    {
        using var scope = NewDisposeScope();
        return [.. network.state_dict().Select(entry => ToFile(entry.Key, entry.Value, halfPrecision))];
    }

    /// <summary>
    /// Loads the weights and buffers of a network from a file that holds them and no others, in half precision or not. Nothing is changed on
    /// a failure.
    /// </summary>
    /// <param name="network">The network.</param>
    /// <param name="file">The file.</param>
    /// <param name="name">The network in messages.</param>
    /// <exception cref="InvalidDataException">A tensor is missing, unknown, of another shape or type, or not finite.</exception>
    public static void Load(Module network, SafetensorsFile file, string name)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        Dictionary<string, Tensor> weights = network.state_dict();
        var stored = new StateDict(file, $"the {weights.Count} keys of {name}");
        Dictionary<string, Tensor> values = stored.Read(
            weights.Select(entry => (entry.Key, StoredTypeOf(entry.Value), entry.Value.shape)), areWeights: true);
        stored.CheckAllRead();
        foreach ((string key, Tensor value) in values)
        {
            weights[key].copy_(value);
        }
    }

    /// <summary>Copies the weights and buffers of some keys from one network to another that has these keys, of equal shapes.</summary>
    public static void Copy(Module from, Module to, Func<string, bool> isOfThem)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        Dictionary<string, Tensor> weights = to.state_dict();
        foreach ((string key, Tensor value) in from.state_dict().Where(entry => isOfThem(entry.Key)))
        {
            weights[key].copy_(value);
        }
    }

    /// <summary>Reads some of the tensors. The caller owns the copies, which are on the CPU, named without the prefix.</summary>
    /// <param name="tensors">Which.</param>
    /// <param name="prefix">What their names in the file start with.</param>
    /// <param name="areWeights">Whether all numbers must be finite, and those of Float32 may stand in half precision and come as Float16.</param>
    /// <exception cref="InvalidDataException">A tensor is missing, of another shape or type, or not finite.</exception>
    public Dictionary<string, Tensor> Read(
        IEnumerable<(string Name, ScalarType Type, long[] Shape)> tensors, string prefix = "", bool areWeights = false)
    {
        var read = new Dictionary<string, Tensor>();
        foreach ((string name, ScalarType usual, long[] shape) in tensors)
        {
            if (!_unread.Remove(prefix + name, out SafetensorsTensor? tensor))
            {
                throw Fault($"tensor '{prefix}{name}' is missing; expected {expected}.");
            }

            (ScalarType type, SafetensorsDtype dtype) = (usual, TensorBytes.DtypeOf(usual));
            if (areWeights && dtype == SafetensorsDtype.F32 && tensor.Dtype == SafetensorsDtype.F16)
            {
                (dtype, type) = (tensor.Dtype, ScalarType.Float16);
            }

            if (tensor.Dtype != dtype || !tensor.Shape.SequenceEqual(shape))
            {
                throw Fault(
                    $"tensor '{prefix}{name}' is {tensor.Dtype} [{string.Join(", ", tensor.Shape)}]; "
                    + $"expected {dtype} [{string.Join(", ", shape)}].");
            }

            if (areWeights && !IsFinite(tensor))
            {
                throw Fault($"tensor '{prefix}{name}' holds a value that is not finite; expected finite numbers.");
            }

            read.Add(name, TensorBytes.ToTensor(tensor, type));
        }

        return read;
    }

    /// <exception cref="InvalidDataException">The file has more tensors than were read.</exception>
    public void CheckAllRead()
    {
        if (_unread.Keys.FirstOrDefault() is { } unknown)
        {
            throw Fault($"tensor {Excerpt.Of(unknown, 100)} is unknown; expected {expected}.");
        }
    }

    private static SafetensorsTensor ToFile(string key, Tensor weight, bool halfPrecision)
    {
        if (weight.dtype != StoredTypeOf(weight))
        {
            throw new ArgumentException($"The weight '{key}' is of dtype {weight.dtype}; expected {ScalarType.Float32}.", "network");
        }

        SafetensorsTensor stored = TensorBytes.Of(key, weight);
        if (!IsFinite(stored))
        {
            throw new ArgumentException($"The weight '{key}' holds a value that is not finite; expected finite numbers.", "network");
        }

        if (halfPrecision && weight.is_floating_point() && HalfPrecision.IsFor(weight))
        {
            stored = TensorBytes.Of(key, weight.to(ScalarType.Float16));
            HalfPrecision.Check(key, IsFinite(stored));
        }

        return stored;
    }

    private static ScalarType StoredTypeOf(Tensor weight) => weight.is_floating_point() ? ScalarType.Float32 : weight.dtype;

    private static bool IsFinite(SafetensorsTensor tensor)
    {
        return tensor.Dtype switch
        {
            SafetensorsDtype.F32 => AreFinite<float>(tensor.Data.Span),
            SafetensorsDtype.F16 => AreFinite<Half>(tensor.Data.Span),
            _ => true,
        };

        static bool AreFinite<T>(ReadOnlySpan<byte> bytes)
            where T : unmanaged, INumberBase<T>
        {
            foreach (T value in MemoryMarshal.Cast<byte, T>(bytes))
            {
                if (!T.IsFinite(value))
                {
                    return false;
                }
            }

            return true;
        }
    }

    private InvalidDataException Fault(string gotAndExpected) => new($"{file.Source}: {gotAndExpected}");
}
