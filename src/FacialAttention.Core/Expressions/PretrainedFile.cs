using System.Reflection;

namespace FacialAttention;

/// <summary>The file of a pretrained network, which the assembly of an engine holds as a resource of the file's name.</summary>
internal static class PretrainedFile
{
    /// <summary>Opens the file.</summary>
    /// <param name="network">Which: <c>CompactFerPlus</c> is compact-ferplus.</param>
    /// <param name="assembly">What holds it.</param>
    /// <param name="ending">The ending of its name, with the dot.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such network.</exception>
    public static Stream Open(PretrainedNetwork network, Assembly assembly, string ending)
    {
        string plain = $"{Require.Defined(network, nameof(network))}{ending}";
        string name = assembly.GetManifestResourceNames().Single(
            name => name.Replace("-", "", StringComparison.Ordinal).Equals(plain, StringComparison.OrdinalIgnoreCase));
        return assembly.GetManifestResourceStream(name)!;
    }
}
