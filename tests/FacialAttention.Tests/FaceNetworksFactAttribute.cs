namespace FacialAttention.Tests;

/// <summary>
/// A fact that needs the networks of FacialAttention.Detection, and is skipped where the build had no npm to bring them; .ci/run forbids that.
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class FaceNetworksFactAttribute : FactAttribute
{
    public FaceNetworksFactAttribute()
    {
        if (!BlazeFaceModel.IsEmbedded && !RequiredTools.Are)
        {
            Skip = "FacialAttention.Detection was built without its networks: needs npm and a connection when it is built.";
        }
    }
}
