namespace FacialAttention;

/// <summary>
/// Where the parts of a face are that moves: a person (<see cref="SyntheticIdentity"/>) whose muscles act (<see cref="FacialActions"/>),
/// in face coordinates (<see cref="FaceCanvas"/>). The painter paints them and the landmarks mark them.
/// </summary>
internal sealed class FaceShape
{
    private readonly SyntheticIdentity _person;

    public FaceShape(SyntheticIdentity person, FacialActions a)
    {
        _person = person;
        Chin = person.FaceHalfHeight + (0.13 * a.JawDrop);
        NoseTipY = person.EyeY + person.NoseLength - (0.05 * a.NoseWrinkle);
        NoseWing = person.NoseHalfWidth + (0.025 * a.NoseWrinkle);

        double up = person.EyeOpening * (0.1 + (0.085 * a.UpperLidRaise) - (0.02 * a.LidTighten)
            - (0.065 * a.LidDroop) - (0.02 * a.CheekRaise) - (0.03 * a.NoseWrinkle) - (0.02 * a.BrowLower));
        EyeDown = person.EyeOpening * (0.06 - (0.045 * a.LidTighten) - (0.045 * a.CheekRaise)
            + (0.012 * a.UpperLidRaise) - (0.02 * a.NoseWrinkle));
        EyeUp = Math.Max(up, 0.012);

        double baseY = person.EyeY - person.BrowDistance;
        BrowDown = a.BrowLower * (1 - (0.85 * a.InnerBrowRaise));
        BrowInner = baseY - (0.19 * a.InnerBrowRaise) + (0.23 * BrowDown) + (0.04 * a.NoseWrinkle);
        BrowMiddle = baseY - person.BrowArch - (0.05 * a.InnerBrowRaise) - (0.15 * a.OuterBrowRaise)
            + (0.09 * a.BrowLower);
        BrowOuter = baseY + 0.03 - (0.15 * a.OuterBrowRaise) + (0.08 * a.BrowLower * a.InnerBrowRaise) - (0.02 * BrowDown);
        BrowInnerX = person.EyeX - 0.21 - (0.06 * a.BrowLower);
        BrowOuterX = person.EyeX + 0.21;

        MouthY = person.MouthY - (0.02 * a.ChinRaise);
        MouthHalfWidth = person.MouthHalfWidth + (0.045 * (a.CornerPullLeft + a.CornerPullRight)) + (0.1 * a.LipStretch)
            - (0.11 * a.LipTighten) - (0.06 * a.JawDrop) - (0.02 * a.ChinRaise);
        LiftLeft = (0.19 * a.CornerPullLeft) + (0.02 * a.DimpleLeft) - (0.18 * a.CornerDepress) - (0.03 * a.LipStretch);
        LiftRight = (0.19 * a.CornerPullRight) + (0.02 * a.DimpleRight) - (0.18 * a.CornerDepress) - (0.03 * a.LipStretch);
        Smile = Math.Max(0, 0.5 * (a.CornerPullLeft + a.CornerPullRight));
        MouthUp = (0.05 * a.UpperLipRaise * (0.4 + a.LipsPart)) + (0.02 * a.LipsPart) + (0.06 * a.JawDrop)
            + (0.02 * a.LipStretch * a.LipsPart);
        MouthDown = (0.03 * a.LipsPart) + (0.3 * a.JawDrop) + (0.09 * a.LowerLipDepress) + (0.1 * Smile * a.LipsPart);
        Squareness = Math.Max(a.LipStretch, 0.5 * a.LowerLipDepress);
        MouthRaise = (0.06 * a.UpperLipRaise) + (0.04 * a.CornerDepress);
        double thin = 1 - (0.8 * a.LipTighten);
        UpperLip = person.UpperLip * thin * (1 - (0.3 * Smile)) * (1 + (0.4 * a.UpperLipRaise));
        LowerLip = person.LowerLip * thin * (1 - (0.2 * a.LipStretch)) * (1 + (0.3 * a.ChinRaise));
    }

    public double Chin { get; } // y
    public double NoseTipY { get; }
    public double NoseWing { get; } // half width
    public double EyeUp { get; }    // from the middle of the eye to the upper lid
    public double EyeDown { get; }
    public double BrowDown { get; }  // how far the brow is drawn down, 0 to 1
    public double BrowInner { get; } // y
    public double BrowMiddle { get; }
    public double BrowOuter { get; }
    public double BrowInnerX { get; }
    public double BrowOuterX { get; }
    public double MouthY { get; }
    public double MouthHalfWidth { get; }
    public double LiftLeft { get; } // of the corner of the mouth
    public double LiftRight { get; }
    public double Smile { get; }
    public double MouthUp { get; } // from the middle line of the mouth to the upper edge of the opening
    public double MouthDown { get; }
    public double Squareness { get; } // of the mouth: 0 round, 1 square
    public double MouthRaise { get; } // of the middle of the mouth
    public double UpperLip { get; }   // thickness
    public double LowerLip { get; }

    /// <summary>The landmarks of <see cref="LandmarkScheme.Points68"/> in face coordinates.</summary>
    /// <param name="points">Receives 68 points, x then y.</param>
    public void MarkPoints(Span<double> points)
    {
        int at = 0;
        MarkJaw(points, ref at);
        MarkBrow(points, -1, ref at);
        MarkBrow(points, 1, ref at);
        MarkNose(points, ref at);
        MarkEye(points, -1, ref at);
        MarkEye(points, 1, ref at);
        MarkMouth(points, ref at);
    }

    /// <summary>From eye level over the chin to eye level, along the outline.</summary>
    private void MarkJaw(Span<double> points, ref int at)
    {
        const double Start = -0.08; // tangent of half the angle below the horizontal; the chin has 1
        for (int k = 0; k <= 16; k++)
        {
            double t = Start + ((1 - Start) * Math.Min(k, 16 - k) / 8);
            double cosine = (1 - (t * t)) / (1 + (t * t)), sine = 2 * t / (1 + (t * t));
            double narrowing = sine > 0 ? 1 - (_person.JawTaper * sine * sine) : 1;
            double x = _person.FaceHalfWidth * narrowing * cosine;
            Mark(points, ref at, k < 8 ? -x : x, sine * (sine > 0 ? Chin : _person.FaceHalfHeight));
        }
    }

    /// <summary>Along the middle line of the brow, from left to right.</summary>
    private void MarkBrow(Span<double> points, int side, ref int at)
    {
        Span<(double X, double Y)> brow = stackalloc (double, double)[5];
        for (int k = 0; k < 4; k++)
        {
            brow[k < 2 ? k : k + 1] = BrowPoint(k);
        }

        brow[2] = (0.5 * (brow[1].X + brow[3].X), 0.5 * (brow[1].Y + brow[3].Y));
        for (int k = 0; k < 5; k++)
        {
            (double x, double y) = brow[side < 0 ? 4 - k : k];
            Mark(points, ref at, side * x, y);
        }
    }

    /// <summary>A point of the stroke that is the right brow, 0 (inner end) to 3 (outer end).</summary>
    public (double X, double Y) BrowPoint(int k) => k switch
    {
        0 => (BrowInnerX, BrowInner),
        1 => (BrowInnerX + ((BrowOuterX - BrowInnerX) * 0.3), (0.45 * BrowInner) + (0.55 * BrowMiddle)),
        2 => (BrowInnerX + ((BrowOuterX - BrowInnerX) * 0.65), (0.75 * BrowMiddle) + (0.25 * BrowOuter)),
        _ => (BrowOuterX, BrowOuter),
    };

    /// <summary>Down the bridge to the tip, then along the base from wing to wing.</summary>
    private void MarkNose(Span<double> points, ref int at)
    {
        double tipY = NoseTipY - 0.03;
        for (int k = 0; k < 4; k++)
        {
            Mark(points, ref at, 0, _person.EyeY + ((tipY - _person.EyeY) * k / 3));
        }

        Mark(points, ref at, -NoseWing, NoseTipY - 0.03);
        Mark(points, ref at, -NoseWing * 0.75, NoseTipY + 0.04);
        Mark(points, ref at, 0, NoseTipY + 0.035);
        Mark(points, ref at, NoseWing * 0.75, NoseTipY + 0.04);
        Mark(points, ref at, NoseWing, NoseTipY - 0.03);
    }

    /// <summary>From the left corner along the upper lid to the right corner, and back along the lower lid.</summary>
    private void MarkEye(Span<double> points, int side, ref int at)
    {
        foreach ((int thirds, double lid) in (ReadOnlySpan<(int, double)>)
            [(-3, 0), (-1, -EyeUp), (1, -EyeUp), (3, 0), (1, EyeDown), (-1, EyeDown)])
        {
            double t = thirds / 3.0;
            double x = t * _person.EyeHalfWidth;
            Mark(points, ref at, (side * _person.EyeX) + x, _person.EyeY + (lid * (1 - (t * t))) + (side * _person.EyeTilt * x));
        }
    }

    /// <summary>Outer edge of the lips, then inner edge: each from the left corner over the upper lip and back along the lower lip.</summary>
    private void MarkMouth(Span<double> points, ref int at)
    {
        double above = MouthUp + UpperLip, below = MouthDown + LowerLip;
        for (int k = -3; k <= 3; k++)
        {
            MarkLip(points, ref at, k / 3.0, -above);
        }

        for (int k = 2; k >= -2; k--)
        {
            MarkLip(points, ref at, k / 3.0, below);
        }

        const double Corner = 0.85, Side = 0.45;
        double middle = 0.5 * (MouthDown - MouthUp);
        foreach ((double t, double edge) in (ReadOnlySpan<(double, double)>)
            [
                (-Corner, middle), (-Side, -MouthUp), (0, -MouthUp), (Side, -MouthUp),
                (Corner, middle), (Side, MouthDown), (0, MouthDown), (-Side, MouthDown),
            ])
        {
            MarkLip(points, ref at, t, edge);
        }
    }

    private void MarkLip(Span<double> points, ref int at, double t, double edge)
    {
        double t2 = t * t;
        double q = ((1 - Squareness) * (1 - t2)) + (Squareness * (1 - (t2 * t2)));
        Mark(points, ref at, t * MouthHalfWidth, MouthY - ((t < 0 ? LiftLeft : LiftRight) * t2) - (MouthRaise * (1 - t2)) + (edge * q));
    }

    private static void Mark(Span<double> points, ref int at, double x, double y)
    {
        points[at++] = x;
        points[at++] = y;
    }
}
