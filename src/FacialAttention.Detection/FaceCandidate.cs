using System.Numerics;

namespace FacialAttention;

/// <summary>What one anchor of the network says: a face, in pixels of the picture.</summary>
internal readonly record struct FaceCandidate(float Score, Vector2 TopLeft, Vector2 BottomRight, FacePoints Points)
{
    public FaceBox Box => new(TopLeft.X, TopLeft.Y, BottomRight.X - TopLeft.X, BottomRight.Y - TopLeft.Y);

    /// <summary>
    /// One face for each group of overlapping boxes: as its score the best one of the group, the rest as means weighted by the scores.
    /// The networks were made for this weighted non-maximum suppression (Bazarevsky et al. 2019, "BlazeFace", section 3.4): to leave out all but the best
    /// box makes faces in a video tremble.
    /// </summary>
    /// <param name="candidates">In any order; the list is emptied.</param>
    /// <param name="overlap">Above which intersection over union a box joins the best one of a group.</param>
    /// <returns>The faces by falling score.</returns>
    public static List<FaceCandidate> Merge(List<FaceCandidate> candidates, double overlap)
    {
        var faces = new List<FaceCandidate>();
        candidates.Sort((one, other) => other.Score.CompareTo(one.Score));
        while (candidates.Count > 0)
        {
            FaceCandidate best = candidates[0], sum = default;
            int rest = 0;
            for (int i = 0; i < candidates.Count; i++)
            {
                FaceCandidate candidate = candidates[i];
                if (i == 0 || best.Box.OverlapWith(candidate.Box) > overlap)
                {
                    sum = sum.Plus(candidate);
                }
                else
                {
                    candidates[rest++] = candidate;
                }
            }

            candidates.RemoveRange(rest, candidates.Count - rest);
            faces.Add(sum.Over(sum.Score) with { Score = best.Score });
        }

        return faces;
    }

    private FaceCandidate Plus(in FaceCandidate other) => new(
        Score + other.Score,
        TopLeft + (other.Score * other.TopLeft),
        BottomRight + (other.Score * other.BottomRight),
        new FacePoints(
            Points.RightEye + (other.Score * other.Points.RightEye),
            Points.LeftEye + (other.Score * other.Points.LeftEye),
            Points.NoseTip + (other.Score * other.Points.NoseTip),
            Points.MouthCentre + (other.Score * other.Points.MouthCentre)));

    private FaceCandidate Over(float weight) => new(
        Score,
        TopLeft / weight,
        BottomRight / weight,
        new FacePoints(Points.RightEye / weight, Points.LeftEye / weight, Points.NoseTip / weight, Points.MouthCentre / weight));
}
