namespace FacialAttention;

/// <summary>The size of an image. It is written and spoken height first, as in tensors [N, C, H, W] and in <see cref="ToString"/>.</summary>
/// <param name="Height">The number of rows.</param>
/// <param name="Width">The number of columns.</param>
public readonly record struct ImageSize(int Height, int Width)
{
    /// <summary>Where nothing else is said: the size of FER2013's faces, 48x48.</summary>
    internal static ImageSize Default { get; } = new(48, 48);

    /// <summary>The number of pixels, Height x Width.</summary>
    internal int Pixels => checked(Height * Width);

    /// <summary>Height x width, for example "48x40" for 48 rows of 40 columns.</summary>
    public override string ToString() => FormattableString.Invariant($"{Height}x{Width}");
}
