namespace FacialAttention.Tests.Native;

/// <summary>
/// When oneDNN is kept to AVX2. That it computes rightly then, the tests of layers, parity and export show on a machine that needs it:
/// about seventy of them fail there without.
/// </summary>
public sealed class ProcessorLimitTests
{
    [Theory]
    [InlineData(true, true, true)]
    [InlineData(true, false, false)]
    [InlineData(false, true, false)]
    public void IsNeeded_Avx512WithoutCaches_Alone(bool hasAvx512, bool hidesCaches, bool expected) =>
        ProcessorLimit.IsNeeded(hasAvx512, () => hidesCaches).Should().Be(expected);
}
