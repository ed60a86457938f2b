using System.Security.Cryptography;
using TorchSharp;
using static TorchSharp.torch;

namespace FacialAttention.Fuzz.Targets;

/// <summary>A checksum of all weights of a network, to see whether anything changed.</summary>
internal static class WeightSum
{
    public static string Of(nn.Module network)
    {
        using var scope = NewDisposeScope();
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach ((string _, Tensor weight) in network.state_dict())
        {
            hash.AppendData(weight.detach().contiguous().bytes);
        }

        return Convert.ToHexString(hash.GetHashAndReset());
    }
}
