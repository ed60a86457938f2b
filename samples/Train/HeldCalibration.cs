using FacialAttention;

namespace Train;

/// <summary>How far probabilities can be believed: as trained, and by each scaling on faces that it was not fitted to (5 folds).</summary>
internal sealed record HeldCalibration(CalibrationReport AsTrained, CalibrationReport Temperature, CalibrationReport Vector)
{
    public bool IsVectorBetter => Vector.NegativeLogLikelihood < Temperature.NegativeLogLikelihood;

    public CalibrationReport Better => IsVectorBetter ? Vector : Temperature;

    /// <summary>Each with its name.</summary>
    public (string Name, CalibrationReport Report)[] All => [("as trained", AsTrained), ("temperature", Temperature), ("vector", Vector)];

    /// <param name="scored">What the network says of the faces.</param>
    /// <param name="faces">The faces, of which equal ones stay in one fold.</param>
    public static HeldCalibration Of(ScoredFaces scored, FaceDataset faces)
    {
        int[] groups = faces.GroupsOfEqualFaces();
        return new HeldCalibration(CalibrationReport.Of(scored), Held(CalibrationFit.Temperature), Held(CalibrationFit.Vector));

        CalibrationReport Held(Func<ScoredFaces, Calibration> fit) => CalibrationReport.Of(CalibrationFit.CrossFit(scored, groups, fit));
    }
}
