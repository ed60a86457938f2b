namespace Samples;

/// <summary>Ctrl-C, with a word on what is kept.</summary>
internal sealed class StoppedException(string message) : OperationCanceledException(message);
