namespace FacialAttention;

/// <summary>What stays the same in all pictures of one drawn person. Lengths in face units, tones as brightness 0 to 1.</summary>
internal sealed class SyntheticIdentity
{
    private const long Purpose = 0x1D;
    private const double MinBrowContrast = 0.36;

    public SyntheticIdentity(long identity)
    {
        var random = new SeededRandom(Purpose, identity);
        FaceHalfWidth = random.NextDouble(0.66, 0.8);
        FaceHalfHeight = random.NextDouble(0.9, 1);
        JawTaper = random.NextDouble(0.05, 0.3);
        EyeX = random.NextDouble(0.33, 0.38);
        EyeY = random.NextDouble(-0.22, -0.14);
        EyeHalfWidth = random.NextDouble(0.18, 0.21);
        EyeOpening = random.NextDouble(0.85, 1.15);
        EyeTilt = random.NextDouble(-0.12, 0.12);
        BrowDistance = random.NextDouble(0.23, 0.27);
        BrowRadius = random.NextDouble(0.04, 0.062);
        BrowArch = random.NextDouble(0.0, 0.05);
        NoseLength = random.NextDouble(0.3, 0.38);
        NoseHalfWidth = random.NextDouble(0.09, 0.14);
        MouthY = random.NextDouble(0.47, 0.55);
        MouthHalfWidth = random.NextDouble(0.28, 0.33);
        UpperLip = random.NextDouble(0.035, 0.06);
        LowerLip = random.NextDouble(0.045, 0.08);
        Skin = random.NextDouble(0.42, 0.88);
        double hair = random.NextDouble(0.04, 0.75);
        // Fair brows on fair skin would leave nothing to see: such a person gets dark ones.
        Hair = Math.Abs(hair - Skin) < MinBrowContrast ? Math.Max(0.04, Skin - MinBrowContrast - 0.2) : hair;
        LipTone = Skin * random.NextDouble(0.6, 0.85);
        HairVolume = random.NextDouble() < 0.12 ? 0 : random.NextDouble(0.06, 0.2);
        HairLength = random.NextDouble(-0.3, 0.9);
        HairLine = random.NextDouble(-0.82, -0.68);
        HairParting = random.NextDouble(-0.4, 0.4);
        Beard = random.NextDouble() < 0.2 ? random.NextDouble(0.15, 0.5) : 0;
        HasGlasses = random.NextDouble() < 0.15;
        GlassesTone = random.NextDouble(0.05, 0.35);
        Iris = random.NextDouble(0.05, 0.4);
    }

    public double FaceHalfWidth { get; }
    public double FaceHalfHeight { get; }
    public double JawTaper { get; }
    public double EyeX { get; }
    public double EyeY { get; }
    public double EyeHalfWidth { get; }
    public double EyeOpening { get; }
    public double EyeTilt { get; }
    public double BrowDistance { get; }
    public double BrowRadius { get; }
    public double BrowArch { get; }
    public double NoseLength { get; }
    public double NoseHalfWidth { get; }
    public double MouthY { get; }
    public double MouthHalfWidth { get; }
    public double UpperLip { get; }
    public double LowerLip { get; }
    public double Skin { get; }
    public double Hair { get; }
    public double LipTone { get; }
    public double HairVolume { get; } // 0: bald
    public double HairLength { get; } // y of its lower end
    public double HairLine { get; }   // y of its edge over the forehead
    public double HairParting { get; }
    public double Beard { get; }      // opacity
    public bool HasGlasses { get; }
    public double GlassesTone { get; }
    public double Iris { get; }
}
