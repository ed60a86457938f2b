namespace FacialAttention;

/// <summary>What makes a face hard to read. Amounts are those of strengths 1 to 5 of <see cref="Corruption"/>.</summary>
public enum CorruptionKind
{
    /// <summary>Too little light: every pixel times 0.6, 0.4, 0.25, 0.15 or 0.08.</summary>
    Darkness,

    /// <summary>Too much light: every pixel times 1.5, 2, 2.75, 3.75 or 5, and at most white.</summary>
    OverExposure,

    /// <summary>Haze: 0.4, 0.3, 0.2, 0.1 or 0.05 of each pixel's distance from the face's mean, as contrast in ImageNet-C.</summary>
    LowContrast,

    /// <summary>
    /// Light from the left or the right: factors that fall evenly over the columns from 1 + a to 1 - a, at most white; a is 0.3, 0.45, 0.6, 0.75 or 0.9.
    /// </summary>
    SideLight,

    /// <summary>A bar of one gray over the whole width or height: 0.1, 0.18, 0.26, 0.34 or 0.42 of the other side thick.</summary>
    OccludingBar,

    /// <summary>A box of one gray with the proportions of the face: 0.05, 0.1, 0.2, 0.3 or 0.45 of its pixels.</summary>
    OccludingBox,

    /// <summary>
    /// A hand, drawn, that reaches in from the left, the right or below: 0.45, 0.6, 0.75, 0.9 or 1.05 of the shorter side long.
    /// </summary>
    OccludingHand,

    /// <summary>A mask, drawn, over chin and mouth and at last the nose: from 0.78, 0.7, 0.62, 0.54 or 0.46 of the height down.</summary>
    OccludingMask,

    /// <summary>Gaussian blur: a deviation of 0.6, 0.9, 1.3, 1.8 or 2.5 pixels where the shorter side has 48, in proportion elsewhere.</summary>
    Blur,

    /// <summary>Near-normal noise: a deviation of 0.08, 0.12, 0.18, 0.26 or 0.38 of the range from black to white, as in ImageNet-C.</summary>
    Noise,

    /// <summary>JPEG of quality 25, 18, 15, 10 or 7, as in ImageNet-C.</summary>
    Jpeg,

    /// <summary>Few pixels: reduced to 0.5, 0.4, 0.3, 0.2 or 0.15 of each side and enlarged again by <see cref="FacePreprocessor"/>.</summary>
    LowResolution,

    /// <summary>
    /// A turned head: by 10, 20, 30, 40 or 50 degrees to either side about the centre, where edge pixels continue outwards; landmarks turn too.
    /// </summary>
    Rotation,
}
