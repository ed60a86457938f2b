using System.Runtime.InteropServices;

namespace FacialAttention.Fuzz.Targets;

/// <summary>Does, in turn, what no reader may do; one case in eight succeeds, and one refuses as documented.</summary>
internal sealed class FaultyTarget : Target
{
    private const int Hoard = 600 << 20;

    private static readonly TimeSpan Slow = TimeSpan.FromSeconds(2.5);

    private long _kind;

    public override string Name => TargetNames.Faulty;

    public override IReadOnlyList<Type> Documented { get; } = [typeof(InvalidDataException)];

    public override void Write(string path, Dice dice)
    {
        File.WriteAllBytes(path, dice.Bytes(16));
        _kind = dice.Number % 8;
    }

    public override void Read(string path, Dice dice)
    {
        switch (_kind)
        {
            case 0:
                return;
            case 1:
                throw new InvalidDataException("The input is damaged; expected another.");
            case 2:
                throw new NullReferenceException("undocumented");
            case 3:
                throw new InvalidDataException(" ");
            case 4:
                Thread.Sleep(Timeout.Infinite);
                return;
            case 5:
                nint hoard = Marshal.AllocHGlobal(Hoard);
                Fill(hoard);
                Marshal.FreeHGlobal(hoard);
                return;
            case 6:
                for (TimeSpan start = Environment.CpuUsage.TotalTime; Environment.CpuUsage.TotalTime - start < Slow;)
                {
                }

                return;
            default:
                Environment.FailFast("the death of the process");
                return;
        }
    }

    private static unsafe void Fill(nint hoard) => new Span<byte>((void*)hoard, Hoard).Fill(1);
}
