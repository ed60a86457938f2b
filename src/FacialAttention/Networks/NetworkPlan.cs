namespace FacialAttention;

/// <summary>A network that is described and checked, and not built yet.</summary>
/// <param name="Build">Gives the network with fresh weights, on the CPU.</param>
internal sealed record NetworkPlan(Func<FaceNetwork> Build)
{
    /// <summary>
    /// How many weights more than the file holds the description may claim (4 MB) and the network is still built: comparing key by key then
    /// gives a message that names the tensor.
    /// </summary>
    private const long MaxMissingWeights = 1_000_000;

    /// <summary>A small file must not claim a network that fills the memory.</summary>
    /// <exception cref="InvalidDataException">The network is far larger than the file of its weights.</exception>
    public void CheckSize(SafetensorsFile file)
    {
        long claimed = NetworkSize.WeightsOf(Build);
        long held = file.Tensors.Sum(tensor => (long)tensor.Data.Length / SafetensorsTensor.SizeOf(tensor.Dtype));
        if (claimed - held > MaxMissingWeights)
        {
            throw DescriptionFormat.Fault(
                file.Source,
                $"{DescriptionFormat.OptionsKey} and {DescriptionFormat.PreprocessingKey} claim a network of {claimed} weights, but the "
                + $"file holds {held}; expected as many as they claim.");
        }
    }
}
