using FacialAttention;

namespace VariantTable;

/// <summary>The conditions as tables and pictures call them.</summary>
internal static class ConditionNames
{
    public static string Of(CorruptionKind kind) => kind switch
    {
        CorruptionKind.Darkness => "darkness",
        CorruptionKind.OverExposure => "over-exposure",
        CorruptionKind.LowContrast => "low contrast",
        CorruptionKind.SideLight => "side light",
        CorruptionKind.OccludingBar => "a bar hides",
        CorruptionKind.OccludingBox => "a box hides",
        CorruptionKind.OccludingHand => "a hand hides",
        CorruptionKind.OccludingMask => "a mask hides",
        CorruptionKind.Blur => "blur",
        CorruptionKind.Noise => "noise",
        CorruptionKind.Jpeg => "JPEG",
        CorruptionKind.LowResolution => "low resolution",
        _ => "rotation",
    };
}
