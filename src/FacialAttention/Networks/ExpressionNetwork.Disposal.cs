namespace FacialAttention;

/// <content>Disposal while other threads use the network: their calls end as if nothing had happened, later ones throw.</content>
public sealed partial class ExpressionNetwork : ISharedModule
{
    private readonly RunningCalls _calls;

    /// <inheritdoc/>
    RunningCalls.Call ISharedModule.Hold() => _calls.Begin();

    /// <summary>Frees the weights: now, or when the last call that is under way, in whatever thread, ends.</summary>
    /// <param name="disposing">Whether this is no finalizer.</param>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _calls.Close();
        }
        else
        {
            base.Dispose(disposing);
        }
    }
}
