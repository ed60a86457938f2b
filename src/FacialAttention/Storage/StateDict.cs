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
    /// <exception cref="ArgumentException">A weight is of another floating-point type than Float32, or not finite.</exception>
    public static SafetensorsTensor[] ToFile(Module network)
    {
        using var scope = NewDisposeScope();
        return [.. network.state_dict().Select(entry => ToFile(entry.Key, entry.Value))];
    }

    /// <summary>Loads the weights and buffers of a network from a file that holds them and no others. Nothing is changed on a failure.</summary>
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
            weights.Select(entry => (entry.Key, StoredTypeOf(entry.Value), entry.Value.shape)), mustBeFinite: true);
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
    /// <exception cref="InvalidDataException">A tensor is missing, of another shape or type, or not finite.</exception>
    public Dictionary<string, Tensor> Read(
        IEnumerable<(string Name, ScalarType Type, long[] Shape)> tensors, string prefix = "", bool mustBeFinite = false)
    {
        var read = new Dictionary<string, Tensor>();
        foreach ((string name, ScalarType type, long[] shape) in tensors)
        {
            if (!_unread.Remove(prefix + name, out SafetensorsTensor? tensor))
            {
                throw Fault($"tensor '{prefix}{name}' is missing; expected {expected}.");
            }

            SafetensorsDtype dtype = TensorBytes.DtypeOf(type);
            if (tensor.Dtype != dtype || !tensor.Shape.SequenceEqual(shape))
            {
                throw Fault(
                    $"tensor '{prefix}{name}' is {tensor.Dtype} [{string.Join(", ", tensor.Shape)}]; "
                    + $"expected {dtype} [{string.Join(", ", shape)}].");
            }

            if (mustBeFinite && !IsFinite(tensor))
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

    private static SafetensorsTensor ToFile(string key, Tensor weight)
    {
        if (weight.dtype != StoredTypeOf(weight))
        {
            throw new ArgumentException($"The weight '{key}' is of dtype {weight.dtype}; expected {ScalarType.Float32}.", "network");
        }

        SafetensorsTensor stored = TensorBytes.Of(key, weight);
        return IsFinite(stored)
            ? stored
            : throw new ArgumentException($"The weight '{key}' holds a value that is not finite; expected finite numbers.", "network");
    }

    private static ScalarType StoredTypeOf(Tensor weight) => weight.is_floating_point() ? ScalarType.Float32 : weight.dtype;

    private static bool IsFinite(SafetensorsTensor tensor)
    {
        if (tensor.Dtype == SafetensorsDtype.F32)
        {
            foreach (float value in MemoryMarshal.Cast<byte, float>(tensor.Data.Span))
            {
                if (!float.IsFinite(value))
                {
                    return false;
                }
            }
        }

        return true;
    }

    private InvalidDataException Fault(string gotAndExpected) => new($"{file.Source}: {gotAndExpected}");
}
