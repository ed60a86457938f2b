namespace FacialAttention.Fuzz.Targets;

/// <summary>A reader under attack.</summary>
internal abstract class Target : IDisposable
{
    public abstract string Name { get; }

    /// <summary>How the name of an input ends.</summary>
    public virtual string Extension => "";

    /// <summary>
    /// The exceptions that the XML documentation of the reader's entry points names; exactly these, no others derived from them.
    /// </summary>
    public abstract IReadOnlyList<Type> Documented { get; }

    /// <summary>Writes the input of a case, a file or a folder; equal dice give equal inputs.</summary>
    public abstract void Write(string path, Dice dice);

    /// <summary>Reads it through one of the entry points.</summary>
    /// <exception cref="BrokenPromiseException">The reader does something other than its documentation says.</exception>
    public abstract void Read(string path, Dice dice);

    public virtual void Dispose()
    {
    }
}
