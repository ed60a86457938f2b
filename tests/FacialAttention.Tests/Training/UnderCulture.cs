using System.Globalization;

namespace FacialAttention.Tests.Training;

/// <summary>Another culture for this thread while it lives.</summary>
internal sealed class UnderCulture : IDisposable
{
    private readonly CultureInfo _former = CultureInfo.CurrentCulture;

    public UnderCulture(string name)
    {
        CultureInfo.CurrentCulture = CultureInfo.GetCultureInfo(name);
    }

    public void Dispose() => CultureInfo.CurrentCulture = _former;
}
