namespace FacialAttention;

/// <summary>
/// Follows the expression on one face over the frames of a video or camera: smooths the probabilities over time, and changes the label only by a
/// margin, so that nothing is decided by one frame. One object follows one face, on one thread at a time.
/// </summary>
/// <remarks>
/// The mean over the past weighs exponentially by time, not by the count of frames, and between two frames the probabilities are taken to change
/// along a line (Eckner, "Algorithms for Unevenly Spaced Time Series", 2017, the moving average with linear interpolation). So ten or
/// thirty frames a second, even or with frames missing, give the same but for what happened between the frames. It has no clock: the caller says
/// when a frame was seen, for example by the timestamp in the video, or by <see cref="System.Diagnostics.Stopwatch"/>.
/// </remarks>
public sealed class ExpressionTracker
{
    private readonly ExpressionTrackerOptions _options;
    private readonly double[] _smoothed;
    private readonly double[] _latest;
    private TimeSpan _time;
    private TimeSpan _start;
    private TimeSpan _since;
    private int _index;
    private bool _isEmpty = true;

    /// <summary>A tracker that has seen nothing.</summary>
    /// <param name="labels">The classes of the predictions to come.</param>
    /// <param name="options">How to smooth; null for the defaults.</param>
    /// <exception cref="ArgumentNullException"><paramref name="labels"/> is null.</exception>
    public ExpressionTracker(ExpressionLabels labels, ExpressionTrackerOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(labels);
        Labels = labels;
        _options = options ?? new ExpressionTrackerOptions();
        _smoothed = new double[labels.Count];
        _latest = new double[labels.Count];
    }

    /// <summary>The classes.</summary>
    public ExpressionLabels Labels { get; }

    /// <summary>Takes in the prediction of a frame.</summary>
    /// <param name="time">When the frame was seen, from any beginning; not before the frame before it. Of two at one time the later counts.</param>
    /// <param name="prediction">What a recogniser says of the face in it.</param>
    /// <returns>What to show from now on.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="prediction"/> is null.</exception>
    /// <exception cref="ArgumentException">The prediction is of other classes.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The time is before that of the last frame. Nothing was taken in.</exception>
    public TrackedExpression Update(TimeSpan time, ExpressionPrediction prediction)
    {
        ArgumentNullException.ThrowIfNull(prediction);
        if (!prediction.Labels.Equals(Labels))
        {
            throw new ArgumentException($"Got a prediction of {prediction.Labels}; expected one of {Labels}.", nameof(prediction));
        }

        if (!_isEmpty && time < _time)
        {
            throw new ArgumentOutOfRangeException(
                nameof(time), time, $"Got a frame of {time:c} after one of {_time:c}; expected times that do not go back, or a call of Reset.");
        }

        if (_isEmpty || time - _time > _options.LongestGap)
        {
            Begin(time, prediction);
        }
        else
        {
            Smooth((time - _time) / _options.TimeConstant, prediction);
        }

        for (int k = 0; k < _latest.Length; k++)
        {
            _latest[k] = prediction.Probabilities[k];
        }

        _time = time;
        var smoothed = new ExpressionPrediction(Labels, Array.ConvertAll(_smoothed, value => (float)value));
        if (_smoothed[smoothed.Index] > _smoothed[_index] + _options.Margin)
        {
            (_index, _since) = (smoothed.Index, time);
        }

        return new TrackedExpression(time, smoothed, _index, _since, time - _start >= _options.TimeConstant);
    }

    /// <summary>Forgets everything: the next frame may be of any time and any face.</summary>
    public void Reset() => _isEmpty = true;

    private void Begin(TimeSpan time, ExpressionPrediction prediction)
    {
        for (int k = 0; k < _smoothed.Length; k++)
        {
            _smoothed[k] = prediction.Probabilities[k];
        }

        (_index, _start, _since, _isEmpty) = (prediction.Index, time, time, false);
    }

    /// <summary>The exponential mean of a line from the latest probabilities to these.</summary>
    /// <param name="step">The time between them, in time constants.</param>
    /// <param name="prediction">These.</param>
    private void Smooth(double step, ExpressionPrediction prediction)
    {
        double past = Math.Exp(-step);
        double between = step < 1e-3 ? 1 - (step / 2) + (step * step / 6) : (1 - past) / step; // the mean of exp(-x) over the step
        for (int k = 0; k < _smoothed.Length; k++)
        {
            _smoothed[k] = (past * _smoothed[k]) + ((between - past) * _latest[k]) + ((1 - between) * prediction.Probabilities[k]);
        }
    }
}
