using Samples;

namespace FacialAttention.Tests.Samples;

/// <summary>What Linux writes of its processors.</summary>
public sealed class ProcessorNameTests
{
    [Theory]
    [InlineData(
        "processor\t: 0|vendor_id\t: AuthenticAMD|cpu family\t: 26|model\t\t: 2|model name\t: AMD EPYC||processor\t: 1|model name\t: another",
        "AMD EPYC (family 26, model 2)")]
    [InlineData("processor\t: 0|model name\t: ARMv7 Processor rev 4 (v7l)|BogoMIPS\t: 38.40", "ARMv7 Processor rev 4 (v7l)")]
    [InlineData("processor\t: 0|CPU implementer\t: 0x41|CPU part\t: 0xd0c", null)]
    [InlineData("", null)]
    public void Of_CpuInfo_IsNameFamilyAndModelOfTheFirst(string lines, string? expected) =>
        ProcessorName.Of(lines.Split('|')).Should().Be(expected);
}
