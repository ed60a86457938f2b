namespace FacialAttention;

/// <summary>A face that an <see cref="IFaceDetector"/> found: where, and how sure it is. Immutable.</summary>
public sealed record DetectedFace
{
    /// <summary>A face as a detector reports it.</summary>
    /// <param name="box">The face, in pixels of the picture; it may reach beyond it.</param>
    /// <param name="score">How sure the detector is: 0 to 1.</param>
    /// <param name="points">The eyes, the nose and the mouth, in pixels of the picture; null if the detector does not find them.</param>
    /// <exception cref="ArgumentOutOfRangeException">
    /// A number of the box or of the points is not finite, a side of the box not more than 0, or the score not from 0 to 1.
    /// </exception>
    public DetectedFace(FaceBox box, float score, FacePoints? points = null)
    {
        if (!box.HasArea)
        {
            throw new ArgumentOutOfRangeException(nameof(box), $"Got {box}; expected finite numbers, and sides of more than 0.");
        }

        if (points is { IsFinite: false })
        {
            throw new ArgumentOutOfRangeException(nameof(points), $"Got {points}; expected finite numbers.");
        }

        (Box, Score, Points) = (box, Require.InRange(score, 0, 1, nameof(score)), points);
    }

    /// <summary>
    /// The face, in pixels of the picture; it may reach beyond it. How much of a head it takes in, each detector has its own rule for:
    /// <see cref="FaceFraming"/> makes the box that a network knows of it.
    /// </summary>
    public FaceBox Box { get; }

    /// <summary>How sure the detector is, from 0 to 1. Scores of different detectors mean different things.</summary>
    public float Score { get; }

    /// <summary>The eyes, the nose and the mouth, in pixels of the picture; null if the detector does not find them.</summary>
    public FacePoints? Points { get; }

    /// <summary>
    /// What to show a recogniser of the face: its box, framed, and turned so that its eyes lie level if the detector says where they are and they slope by
    /// <see cref="FaceFraming.LevelFrom"/> or more.
    /// </summary>
    /// <param name="framing">How the boxes of the detector are framed.</param>
    /// <returns>The box to recognise. It may reach beyond the picture.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="framing"/> is null.</exception>
    public FaceBox Frame(FaceFraming framing)
    {
        ArgumentNullException.ThrowIfNull(framing);
        if (framing.LevelFrom < 90 && Points is { } points && points.LeftEye != points.RightEye)
        {
            FaceBox level = framing.Frame(Box, points.RightEye, points.LeftEye);
            if (Math.Abs(level.Roll) >= framing.LevelFrom)
            {
                return level;
            }
        }

        return framing.Frame(Box);
    }
}
