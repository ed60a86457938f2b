using System.Buffers.Binary;
using TorchSharp;
using static TorchSharp.torch;

namespace FacialAttention.Tests.Training;

public sealed class GeneratorStateTests
{
    private const int Left = 8;
    private const int Seeded = 12;
    private const int Next = 16;

    [Fact]
    public void FindFault_AfterAnyNumberOfDraws_IsNull()
    {
        using var scope = NewDisposeScope();
        using var seeded = new SeededTorch(5);
        // The table of 624 numbers is made anew within these draws.
        for (int draw = 0; draw < 1300; draw++)
        {
            GeneratorState.FindFault(get_rng_state().bytes).Should().BeNull($"{draw} numbers were drawn");
            randint(10, 1);
        }

        randn(3);
        GeneratorState.FindFault(get_rng_state().bytes).Should().BeNull("normal numbers were drawn");
    }

    [Theory]
    [InlineData(Left, 0)]
    [InlineData(Left, -1)]
    [InlineData(Left, 625)]
    [InlineData(Left, int.MinValue)]
    [InlineData(Seeded, 0)]
    [InlineData(Seeded, 2)]
    [InlineData(Next, 625)]
    [InlineData(Next, 624)] // beyond the table by the second draw
    [InlineData(Next, -1)]
    public void FindFault_Damage_IsFound(int place, int value)
    {
        byte[] state = DrawnOnce();
        GeneratorState.FindFault(state).Should().BeNull();
        BinaryPrimitives.WriteInt32LittleEndian(state.AsSpan(place), value);

        GeneratorState.FindFault(state).Should().Contain("expected");
    }

    [Fact]
    public void FindFault_OtherLength_IsNotJudged() => GeneratorState.FindFault(new byte[16]).Should().BeNull();

    private static byte[] DrawnOnce()
    {
        using var scope = NewDisposeScope();
        using var seeded = new SeededTorch(5);
        randint(10, 1);
        return get_rng_state().bytes.ToArray();
    }
}
