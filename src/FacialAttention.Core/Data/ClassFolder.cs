namespace FacialAttention;

/// <summary>The folder of one class in one part; its path is relative to the folder read, with '/' between the names.</summary>
internal sealed record ClassFolder(string Path, SplitPart Part, byte Label);
