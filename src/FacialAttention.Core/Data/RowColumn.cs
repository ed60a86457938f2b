namespace FacialAttention;

/// <summary>One column of a store of rows: so many values a row, row after row in one growing array.</summary>
/// <param name="stride">Values a row.</param>
internal sealed class RowColumn<T>(int stride)
    where T : unmanaged
{
    private readonly T[] _spare = new T[stride];
    private T[] _values = [];

    public Span<T> this[int row] => _values.AsSpan(row * stride, stride);

    /// <summary>The values of rows that follow one another, without a copy.</summary>
    public ReadOnlyMemory<T> Slice(int start, int count) => _values.AsMemory(start * stride, count * stride);

    /// <summary>Makes room for so many rows, and keeps the first ones. Room that is not used is never touched.</summary>
    public void Resize(int capacity, int kept)
    {
        T[] values = GC.AllocateUninitializedArray<T>(capacity * stride);
        _values.AsSpan(0, kept * stride).CopyTo(values);
        _values = values;
    }

    public void Swap(int row, int other)
    {
        this[row].CopyTo(_spare);
        this[other].CopyTo(this[row]);
        _spare.CopyTo(this[other]);
    }
}
