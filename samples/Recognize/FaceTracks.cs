using FacialAttention;

namespace Recognize;

/// <summary>
/// Follows faces over the frames of a video: a face is the one whose box overlaps most with its own, the pairs of most overlap first. One that is not found is
/// waited for as long as the smoothing of its expression would go on.
/// </summary>
internal sealed class FaceTracks(ExpressionLabels labels)
{
    /// <summary>The part of the area of both boxes together that they must share to be one face.</summary>
    public const double LeastOverlap = 0.3;

    private static readonly TimeSpan Patience = new ExpressionTrackerOptions().LongestGap;

    private readonly List<FaceTrack> _tracks = [];

    /// <summary>How many faces there were.</summary>
    public int Count { get; private set; }

    /// <summary>The faces of the last frame in which faces were looked for, by number.</summary>
    public IReadOnlyList<FaceTrack> Visible { get; private set; } = [];

    /// <summary>Takes in the faces of a frame.</summary>
    public void Update(TimeSpan time, IReadOnlyList<DetectedFace> faces)
    {
        _tracks.RemoveAll(track => time - track.LastSeen > Patience);
        var free = new HashSet<FaceTrack>(_tracks);
        var unknown = new HashSet<DetectedFace>(faces, ReferenceEqualityComparer.Instance);
        IEnumerable<(FaceTrack Track, DetectedFace Face, double Overlap)> pairs =
            from track in _tracks
            from face in faces
            let overlap = track.Face.Box.OverlapWith(face.Box)
            where overlap >= LeastOverlap
            orderby overlap descending
            select (track, face, overlap);
        foreach ((FaceTrack track, DetectedFace face, _) in pairs)
        {
            if (free.Contains(track) && unknown.Remove(face))
            {
                free.Remove(track);
                (track.Face, track.LastSeen) = (face, time);
            }
        }

        _tracks.AddRange(faces.Where(unknown.Contains).Select(face => new FaceTrack(++Count, face, time, labels)));
        Visible = [.. _tracks.Where(track => track.LastSeen == time && !free.Contains(track)).OrderBy(track => track.Number)];
    }
}
