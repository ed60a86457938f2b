using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace FacialAttention.Tests.Networks;

/// <summary>Safetensors as other programs write them: no metadata, no checksum, tensors in the order given.</summary>
internal static class ForeignFile
{
    public static byte[] Write(IReadOnlyList<SafetensorsTensor> tensors)
    {
        var json = new StringBuilder("{");
        int end = 0;
        foreach (SafetensorsTensor tensor in tensors)
        {
            int begin = end;
            end += tensor.Data.Length;
            string shape = string.Join(",", tensor.Shape);
            json.Append(json.Length > 1 ? "," : "").Append(
                CultureInfo.InvariantCulture,
                $$"""
                "{{tensor.Name}}":{"dtype":"{{tensor.Dtype}}","shape":[{{shape}}],"data_offsets":[{{begin}},{{end}}]}
                """);
        }

        byte[] header = Encoding.UTF8.GetBytes(json.Append('}').ToString());
        var length = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(length, header.Length);
        return [.. length, .. header, .. tensors.SelectMany(tensor => tensor.Data.ToArray())];
    }
}
