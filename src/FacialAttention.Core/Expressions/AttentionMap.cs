namespace FacialAttention;

/// <summary>
/// Where one attention layer of a network looked on a face: a distribution over the places of a grid that lies over the face, or over the
/// network's crop of it. Immutable.
/// </summary>
public sealed class AttentionMap
{
    private const double SumTolerance = 1e-3;

    private readonly float[] _weights;

    /// <summary>A map of your own recogniser.</summary>
    /// <param name="layer">The name of the layer.</param>
    /// <param name="gridHeight">The rows of the grid; at least 1.</param>
    /// <param name="gridWidth">The columns of the grid; at least 1.</param>
    /// <param name="weights">One weight for each place, row by row from the top left: 0 to 1, together 1 (± 0.001); copied.</param>
    /// <exception cref="ArgumentException">
    /// The name is null or empty, or the weights are of another number than the places, outside 0 to 1, or do not sum to 1.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException">A side of the grid is less than 1.</exception>
    public AttentionMap(string layer, int gridHeight, int gridWidth, ReadOnlySpan<float> weights)
    {
        ArgumentException.ThrowIfNullOrEmpty(layer);
        Require.InRange(gridHeight, 1, 1 << 15, nameof(gridHeight));
        Require.InRange(gridWidth, 1, 1 << 15, nameof(gridWidth));
        if (weights.Length != gridHeight * gridWidth)
        {
            throw new ArgumentException(
                FormattableString.Invariant(
                    $"Got {weights.Length} weights; expected {gridHeight * gridWidth}, one for each place of a grid of {gridHeight}x{gridWidth}."),
                nameof(weights));
        }

        double sum = 0;
        foreach (float weight in weights)
        {
            if (!(weight >= 0))
            {
                throw new ArgumentException(
                    FormattableString.Invariant($"A weight is {weight}; expected 0 to 1."), nameof(weights));
            }

            sum += weight;
        }

        if (!(Math.Abs(sum - 1) <= SumTolerance))
        {
            throw new ArgumentException(FormattableString.Invariant($"The weights sum to {sum}; expected 1."), nameof(weights));
        }

        Layer = layer;
        GridHeight = gridHeight;
        GridWidth = gridWidth;
        _weights = weights.ToArray();
    }

    /// <summary>
    /// The name of the layer. <c>local_attention</c> weighs the local features before the LSTM reads them; <c>global_attention</c> weighs
    /// the LSTM's states, each of which has read its place after all those before it, row by row from the top left.
    /// </summary>
    public string Layer { get; }

    /// <summary>The rows of the grid.</summary>
    public int GridHeight { get; }

    /// <summary>The columns of the grid.</summary>
    public int GridWidth { get; }

    /// <summary>The weights of the places, row by row from the top left: 0 to 1, together 1.</summary>
    public IReadOnlyList<float> Weights => _weights;

    /// <summary>
    /// How much more weight a place has than it would have if all had the same: its weight times the number of places, so that 1 is
    /// uniform whatever the grid. This is what to draw.
    /// </summary>
    /// <param name="row">From 0 at the top.</param>
    /// <param name="column">From 0 at the left.</param>
    /// <exception cref="ArgumentOutOfRangeException">The place is outside the grid.</exception>
    public float this[int row, int column] =>
        _weights[(Require.InRange(row, 0, GridHeight - 1, nameof(row)) * GridWidth)
            + Require.InRange(column, 0, GridWidth - 1, nameof(column))] * _weights.Length;
}
