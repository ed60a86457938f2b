namespace FacialAttention;

/// <summary>
/// How strongly the muscles of a face act, 0 (at rest) to 1 (as far as they go): the action units of the Facial Action Coding System
/// that <see cref="FacePainter"/> can draw.
/// </summary>
internal sealed class FacialActions
{
    private const double MaxStray = 0.1;

    public double InnerBrowRaise { get; private set; }    // AU 1
    public double OuterBrowRaise { get; private set; }    // AU 2
    public double BrowLower { get; private set; }         // AU 4
    public double UpperLidRaise { get; private set; }     // AU 5
    public double CheekRaise { get; private set; }        // AU 6
    public double LidTighten { get; private set; }        // AU 7
    public double NoseWrinkle { get; private set; }       // AU 9
    public double UpperLipRaise { get; private set; }     // AU 10
    public double CornerPullLeft { get; set; }    // AU 12
    public double CornerPullRight { get; set; }
    public double DimpleLeft { get; set; }        // AU 14
    public double DimpleRight { get; set; }
    public double CornerDepress { get; private set; }     // AU 15
    public double LowerLipDepress { get; private set; }   // AU 16
    public double ChinRaise { get; private set; }         // AU 17
    public double LipStretch { get; private set; }        // AU 20
    public double LipTighten { get; private set; }        // AU 23, 24
    public double LipsPart { get; private set; }          // AU 25
    public double JawDrop { get; private set; }           // AU 26, 27
    public double LidDroop { get; private set; }          // AU 43

    /// <summary>
    /// One performance of an expression: the action units that EMFACS (Friesen and Ekman, 1983) reads as that emotion, our reading,
    /// each at a random strength, over small stray actions of all muscles.
    /// </summary>
    public static FacialActions Perform(FacialExpression expression, ref SeededRandom random)
    {
        var a = new FacialActions
        {
            InnerBrowRaise = Stray(ref random),
            OuterBrowRaise = Stray(ref random),
            BrowLower = Stray(ref random),
            UpperLidRaise = Stray(ref random),
            CheekRaise = Stray(ref random),
            LidTighten = Stray(ref random),
            NoseWrinkle = Stray(ref random),
            UpperLipRaise = Stray(ref random),
            CornerPullLeft = Stray(ref random),
            CornerPullRight = Stray(ref random),
            CornerDepress = Stray(ref random),
            LipStretch = Stray(ref random),
            LipTighten = Stray(ref random),
            LipsPart = Stray(ref random),
            LidDroop = Stray(ref random),
        };
        switch (expression)
        {
            case FacialExpression.Happy:
                a.CheekRaise = random.NextDouble(0.6, 1);
                a.CornerPullLeft = random.NextDouble(0.65, 1);
                a.CornerPullRight = Math.Clamp(a.CornerPullLeft + random.NextDouble(-0.1, 0.1), 0, 1);
                a.LipsPart = random.NextDouble() < 0.7 ? random.NextDouble(0.5, 1) : 0;
                a.JawDrop = a.LipsPart * random.NextDouble(0, 0.35);
                break;
            case FacialExpression.Sad:
                a.InnerBrowRaise = random.NextDouble(0.7, 1);
                a.OuterBrowRaise = 0;
                a.BrowLower = random.NextDouble(0.3, 0.6);
                a.CornerDepress = random.NextDouble(0.65, 1);
                a.ChinRaise = random.NextDouble(0, 0.7);
                a.LidDroop = random.NextDouble(0.2, 0.6);
                a.UpperLidRaise = 0;
                a.LipsPart = 0;
                break;
            case FacialExpression.Surprise:
                a.InnerBrowRaise = random.NextDouble(0.7, 1);
                a.OuterBrowRaise = random.NextDouble(0.7, 1);
                a.BrowLower = 0;
                a.UpperLidRaise = random.NextDouble(0.5, 1);
                a.LidDroop = 0;
                a.JawDrop = random.NextDouble(0.6, 1);
                a.LipsPart = 1;
                a.LipStretch = 0;
                break;
            case FacialExpression.Fear:
                a.InnerBrowRaise = random.NextDouble(0.6, 1);
                a.OuterBrowRaise = random.NextDouble(0.2, 0.5);
                a.BrowLower = random.NextDouble(0.4, 0.7);
                a.UpperLidRaise = random.NextDouble(0.65, 1);
                a.LidDroop = 0;
                a.LipStretch = random.NextDouble(0.7, 1);
                a.LipsPart = random.NextDouble(0.7, 1);
                a.LowerLipDepress = random.NextDouble(0.3, 0.7);
                a.JawDrop = random.NextDouble(0.1, 0.35);
                break;
            case FacialExpression.Angry:
                a.InnerBrowRaise = 0;
                a.BrowLower = random.NextDouble(0.75, 1);
                a.UpperLidRaise = random.NextDouble(0.2, 0.6);
                a.LidTighten = random.NextDouble(0.5, 1);
                a.LipTighten = random.NextDouble(0.7, 1);
                a.ChinRaise = random.NextDouble(0.2, 0.7);
                a.LipsPart = 0;
                break;
            case FacialExpression.Disgust:
                a.NoseWrinkle = random.NextDouble(0.7, 1);
                a.UpperLipRaise = random.NextDouble(0.65, 1);
                a.BrowLower = random.NextDouble(0.2, 0.5);
                a.CheekRaise = random.NextDouble(0.3, 0.6);
                a.LidTighten = random.NextDouble(0.3, 0.6);
                a.CornerDepress = random.NextDouble(0.1, 0.5);
                a.LipsPart = random.NextDouble(0.3, 0.8);
                a.UpperLidRaise = 0;
                break;
            case FacialExpression.Contempt:
                bool left = random.NextDouble() < 0.5;
                double pull = random.NextDouble(0.65, 1), dimple = random.NextDouble(0.6, 1);
                (a.CornerPullLeft, a.CornerPullRight) = left ? (pull, 0.0) : (0.0, pull);
                (a.DimpleLeft, a.DimpleRight) = left ? (dimple, 0.0) : (0.0, dimple);
                a.LipsPart = 0;
                break;
            case FacialExpression.Neutral:
                a.LipsPart = 0;
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(expression), expression, $"Got {expression}; expected a named expression.");
        }

        return a;
    }

    /// <summary>These actions on their way from a face at rest: its own at share 0, these at 1.</summary>
    public FacialActions From(FacialActions rest, double share)
    {
        return new FacialActions
        {
            InnerBrowRaise = Mix(InnerBrowRaise, rest.InnerBrowRaise),
            OuterBrowRaise = Mix(OuterBrowRaise, rest.OuterBrowRaise),
            BrowLower = Mix(BrowLower, rest.BrowLower),
            UpperLidRaise = Mix(UpperLidRaise, rest.UpperLidRaise),
            CheekRaise = Mix(CheekRaise, rest.CheekRaise),
            LidTighten = Mix(LidTighten, rest.LidTighten),
            NoseWrinkle = Mix(NoseWrinkle, rest.NoseWrinkle),
            UpperLipRaise = Mix(UpperLipRaise, rest.UpperLipRaise),
            CornerPullLeft = Mix(CornerPullLeft, rest.CornerPullLeft),
            CornerPullRight = Mix(CornerPullRight, rest.CornerPullRight),
            DimpleLeft = Mix(DimpleLeft, rest.DimpleLeft),
            DimpleRight = Mix(DimpleRight, rest.DimpleRight),
            CornerDepress = Mix(CornerDepress, rest.CornerDepress),
            LowerLipDepress = Mix(LowerLipDepress, rest.LowerLipDepress),
            ChinRaise = Mix(ChinRaise, rest.ChinRaise),
            LipStretch = Mix(LipStretch, rest.LipStretch),
            LipTighten = Mix(LipTighten, rest.LipTighten),
            LipsPart = Mix(LipsPart, rest.LipsPart),
            JawDrop = Mix(JawDrop, rest.JawDrop),
            LidDroop = Mix(LidDroop, rest.LidDroop),
        };

        double Mix(double here, double there) => there + (share * (here - there));
    }

    /// <summary>Mostly next to nothing, at times up to <see cref="MaxStray"/>.</summary>
    private static double Stray(ref SeededRandom random)
    {
        double u = random.NextDouble();
        return MaxStray * u * u;
    }
}
