namespace FacialAttention;

/// <summary>A rectangle of pixels, as a face detector reports it.</summary>
/// <param name="X">The leftmost column, from 0.</param>
/// <param name="Y">The topmost row, from 0.</param>
/// <param name="Width">The number of columns, at least 1.</param>
/// <param name="Height">The number of rows, at least 1.</param>
public readonly record struct FaceBox(int X, int Y, int Width, int Height);
