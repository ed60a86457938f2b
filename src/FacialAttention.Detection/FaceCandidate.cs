using System.Numerics;

namespace FacialAttention;

/// <summary>What one anchor of the network says: a face, in pixels of the picture.</summary>
internal readonly record struct FaceCandidate(float Score, Vector2 TopLeft, Vector2 BottomRight, FacePoints Points)
{
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
                if (i == 0 || best.OverlapWith(candidate) > overlap)
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

    /// <summary>Intersection over union of the boxes.</summary>
    private float OverlapWith(in FaceCandidate other)
    {
        float shared = Area(Vector2.Max(TopLeft, other.TopLeft), Vector2.Min(BottomRight, other.BottomRight));
        return shared / (Area(TopLeft, BottomRight) + Area(other.TopLeft, other.BottomRight) - shared);
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

    private static float Area(Vector2 topLeft, Vector2 bottomRight)
    {
        Vector2 sides = Vector2.Max(bottomRight - topLeft, Vector2.Zero);
        return sides.X * sides.Y;
    }
}
