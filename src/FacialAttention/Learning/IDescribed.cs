namespace FacialAttention;

/// <summary>A network that says what it is. A <see cref="ResumeState"/> then continues with no other one.</summary>
public interface IDescribed
{
    /// <summary>What the network is, apart from its weights.</summary>
    public NetworkDescription Describe();
}
