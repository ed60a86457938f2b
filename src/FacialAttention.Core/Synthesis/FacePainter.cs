namespace FacialAttention;

/// <summary>
/// Paints one face: a person (<see cref="SyntheticIdentity"/>) whose muscles act (<see cref="FacialActions"/>), and what both make of its
/// parts.
/// </summary>
internal sealed class FacePainter(FaceCanvas canvas, SyntheticIdentity person, FacialActions actions, FaceShape shape)
{
    private const double BeardSoftness = 0.25;

    public void Paint()
    {
        PaintHead();
        PaintFolds();
        PaintNose();
        PaintEye(-1);
        PaintEye(1);
        PaintBrow(-1);
        PaintBrow(1);
        PaintMouth();
        PaintHairFringe();
        if (person.HasGlasses)
        {
            PaintGlasses();
        }
    }

    private double Dark(double factor) => person.Skin * factor;

    private double FaceDistance(double x, double y)
    {
        double ry = y / (y > 0 ? shape.Chin : person.FaceHalfHeight);
        double rx = x / (person.FaceHalfWidth * (y > 0 ? 1 - (person.JawTaper * ry * ry) : 1));
        return (Math.Sqrt((rx * rx) + (ry * ry)) - 1) * person.FaceHalfWidth;
    }

    private void PaintHead()
    {
        double w = person.FaceHalfWidth;
        canvas.Paint(new Area(-0.45, 0.4, 0.45, 2), (x, y) => Math.Max(Math.Abs(x) - 0.42, 0.4 - y), Dark(0.72));
        if (person.HairVolume > 0)
        {
            double rx = w + person.HairVolume, ry = person.FaceHalfHeight + person.HairVolume;
            canvas.Paint(
                new Area(-rx, -ry, rx, person.HairLength),
                (x, y) => y < 0
                    ? (Math.Sqrt(((x / rx) * (x / rx)) + ((y / ry) * (y / ry))) - 1) * rx
                    : Math.Max(Math.Abs(x) - rx, y - person.HairLength),
                person.Hair);
        }

        foreach (int side in (ReadOnlySpan<int>)[-1, 1])
        {
            canvas.Paint(
                new Area((side * w) - 0.1, -0.25, (side * w) + 0.1, 0.15),
                (x, y) => Ellipse(x - (side * w), y + 0.05, 0.08, 0.17),
                Dark(0.85));
        }

        canvas.Paint(new Area(-w, -1.05, w, 1.2), FaceDistance, person.Skin);
        if (person.Beard > 0)
        {
            // Within the face, under a line from the ears to the upper lip; a scaled distance makes a soft edge.
            canvas.Paint(
                new Area(-w, -0.1, w, 1.2),
                (x, y) => Math.Max(FaceDistance(x, y), BeardSoftness * -Ellipse(x, y + 0.12, w * 0.95, 0.46)),
                person.Hair,
                person.Beard);
        }
        // Roundness: darker towards the sides, lighter on forehead and cheeks.
        canvas.Shade(-w, 0.1, 0.4, 1, -0.25);
        canvas.Shade(w, 0.1, 0.4, 1, -0.25);
        canvas.Shade(0, -0.6, 0.5, 0.3, 0.1);
        canvas.Shade(-person.EyeX, person.EyeY, 0.27, 0.2, -0.22);
        canvas.Shade(person.EyeX, person.EyeY, 0.27, 0.2, -0.22);
        canvas.Shade(-0.4, 0.22, 0.26, 0.2, 0.1 + (0.2 * actions.CheekRaise));
        canvas.Shade(0.4, 0.22, 0.26, 0.2, 0.1 + (0.2 * actions.CheekRaise));
    }

    private void PaintFolds()
    {
        double browY = person.EyeY - person.BrowDistance;
        double forehead = 0.5 * (actions.InnerBrowRaise + actions.OuterBrowRaise);
        for (int k = 1; k <= 2; k++)
        {
            double y = browY - 0.14 - (0.1 * k), half = 0.1 + (0.25 * actions.OuterBrowRaise);
            canvas.Stroke([new(-half, y + 0.01, 0.008), new(0, y - 0.015, 0.016), new(half, y + 0.01, 0.008)], Dark(0.65), 0.6 * forehead);
        }

        double frown = actions.BrowLower * (1 - (0.5 * actions.InnerBrowRaise));
        foreach (int side in (ReadOnlySpan<int>)[-1, 1])
        {
            canvas.Stroke([new(side * 0.05, browY - 0.03, 0.012), new(side * 0.045, person.EyeY - 0.03, 0.018)], Dark(0.45), 0.9 * frown);
            // Wrinkles over the bridge and sides of the nose.
            for (int k = 0; k < 3; k++)
            {
                double y = person.EyeY + 0.02 + (0.075 * k);
                canvas.Stroke(
                    [new(side * 0.015, y, 0.014), new(side * (0.1 + (0.03 * k)), y - 0.05, 0.01)], Dark(0.4), 0.9 * actions.NoseWrinkle);
            }
            // The fold from nose to mouth corner: raised lip and pulled corner deepen it.
            double pull = side < 0 ? actions.CornerPullLeft : actions.CornerPullRight;
            double depth = Math.Min(1, 0.12 + (0.7 * pull) + (0.85 * actions.UpperLipRaise) + (0.5 * actions.NoseWrinkle));
            double noseY = person.EyeY + person.NoseLength + 0.03 - (0.05 * actions.NoseWrinkle);
            double bulge = 0.06 * (pull + actions.UpperLipRaise);
            canvas.Stroke(
                [
                    new(side * (person.NoseHalfWidth + 0.04), noseY - 0.04, 0.012),
                    new(side * (person.NoseHalfWidth + 0.14 + bulge), noseY + 0.1, 0.02),
                    new(side * (person.MouthHalfWidth + 0.09 + bulge), person.MouthY + 0.02, 0.012),
                ],
                Dark(0.55),
                0.75 * depth);
            // Crow's feet.
            double corner = person.EyeX + person.EyeHalfWidth + 0.03;
            foreach ((double from, double to) in (ReadOnlySpan<(double, double)>)[(0, -0.05), (0.03, 0.06)])
            {
                canvas.Stroke(
                    [new(side * corner, person.EyeY + from, 0.008), new(side * (corner + 0.1), person.EyeY + to, 0.008)],
                    Dark(0.5),
                    0.7 * actions.CheekRaise);
            }
        }

        canvas.Shade(0, person.MouthY + 0.27, 0.17, 0.1, 0.25 * actions.ChinRaise);
    }

    private void PaintNose()
    {
        double tipY = shape.NoseTipY, wing = shape.NoseWing;
        canvas.Shade(0, tipY - 0.2, 0.07, 0.3, 0.14);
        canvas.Shade(-wing - 0.02, tipY - 0.06, 0.09, 0.2, -0.2);
        canvas.Shade(wing + 0.02, tipY - 0.06, 0.09, 0.2, -0.2);
        foreach (int side in (ReadOnlySpan<int>)[-1, 1])
        {
            canvas.Stroke(
                [
                    new(side * wing, tipY - 0.03, 0.014),
                    new(side * wing * 0.75, tipY + 0.04, 0.025),
                    new(side * wing * 0.3, tipY + 0.035, 0.018),
                ],
                Dark(0.45),
                0.8);
        }
    }

    private void PaintEye(int side)
    {
        double cx = side * person.EyeX, cy = person.EyeY, w = person.EyeHalfWidth;
        double up = shape.EyeUp, down = shape.EyeDown;
        double tilt = side * person.EyeTilt;

        double Opening(double x, double y)
        {
            double t = (x - cx) / w, q = 1 - (t * t), dy = y - cy - (tilt * (x - cx));
            return Math.Max(Math.Max(-(up * q) - dy, dy - (down * q)), Math.Abs(x - cx) - w);
        }

        var area = new Area(cx - w, cy - 0.22, cx + w, cy + 0.12);
        canvas.Paint(area, Opening, Math.Min(0.98, person.Skin + 0.35));
        canvas.Paint(area, (x, y) => Math.Max(Opening(x, y), Ellipse(x - cx, y - cy + 0.012, 0.085, 0.085)), person.Iris);
        canvas.Paint(area, (x, y) => Math.Max(Opening(x, y), Ellipse(x - cx, y - cy + 0.012, 0.035, 0.035)), 0.02);

        Span<StrokePoint> lid = stackalloc StrokePoint[7];
        for (int k = 0; k < lid.Length; k++)
        {
            double t = (k - 3) / 3.0;
            lid[k] = new(cx + (t * w), cy - (up * (1 - (t * t))) + (tilt * t * w), 0.02 + (0.012 * actions.LidTighten));
        }

        canvas.Stroke(lid, Math.Min(0.12, Dark(0.3)));
        for (int k = 0; k < lid.Length; k++)
        {
            lid[k] = lid[k] with { Y = lid[k].Y - 0.05 - (0.03 * actions.LidDroop), Radius = 0.01 };
        }

        canvas.Stroke(lid, Dark(0.6), 0.6 * (1 - actions.BrowLower));
        for (int k = 0; k < lid.Length; k++)
        {
            double t = (k - 3) / 3.0;
            lid[k] = new(cx + (t * w), cy + (down * (1 - (t * t))) + (tilt * t * w), 0.01);
        }

        canvas.Stroke(lid, Dark(0.45), 0.7);
        // A pouch under the eye that cheek and lid push up.
        double pouch = Math.Min(1, (0.8 * actions.CheekRaise) + (0.5 * actions.LidTighten));
        for (int k = 0; k < lid.Length; k++)
        {
            double t = (k - 3) / 3.0;
            lid[k] = new(cx + (t * w * 1.05), cy + 0.08 + (0.035 * (1 - (t * t))), 0.012);
        }

        canvas.Stroke(lid, Dark(0.55), 0.8 * pouch);
    }

    private void PaintBrow(int side)
    {
        double r = person.BrowRadius * (1 + (0.3 * shape.BrowDown)); // bunched
        Span<StrokePoint> brow = stackalloc StrokePoint[4];
        for (int k = 0; k < brow.Length; k++)
        {
            (double x, double y) = shape.BrowPoint(k);
            brow[k] = new(side * x, y, k switch { 2 => r * 0.85, 3 => r * 0.5, _ => r });
        }

        canvas.Stroke(brow, person.Hair);
    }

    private void PaintMouth()
    {
        FacialActions a = actions;
        double cy = shape.MouthY, w = shape.MouthHalfWidth, liftLeft = shape.LiftLeft, liftRight = shape.LiftRight, smile = shape.Smile;
        double up = shape.MouthUp, down = shape.MouthDown, square = shape.Squareness, raise = shape.MouthRaise;
        double upperLip = shape.UpperLip, lowerLip = shape.LowerLip;

        // Distance to the region between two arcs that end in the mouth corners.
        double Between(double x, double y, double above, double below)
        {
            double t = x / w, t2 = t * t;
            double lift = t < 0 ? liftLeft : liftRight;
            double q = ((1 - square) * (1 - t2)) + (square * (1 - (t2 * t2)));
            double dy = y - cy + (lift * t2) + (raise * (1 - t2));
            return Math.Max(Math.Max(-(above * q) - dy, dy - (below * q)) * 0.9, Math.Abs(x) - w);
        }

        var area = new Area(-w - 0.03, cy - 0.35, w + 0.03, cy + 0.55);
        canvas.Shade(0, cy + down + lowerLip + 0.09, 0.22, 0.09, -0.2);
        // Pressed lips bulge the skin around them.
        canvas.Shade(0, cy - 0.09, 0.24, 0.08, 0.25 * a.LipTighten);
        canvas.Shade(0, cy + 0.08, 0.24, 0.08, 0.25 * a.LipTighten);
        canvas.Paint(area, (x, y) => Between(x, y, up + upperLip, down + lowerLip), person.LipTone);
        if (up + down > 0.03)
        {
            double Opening(double x, double y) => Between(x, y, up, down);
            canvas.Paint(area, Opening, 0.06);
            double teeth = (0.07 * smile) + (0.06 * a.UpperLipRaise) + (0.08 * a.LipStretch) + (0.03 * a.JawDrop);
            teeth = Math.Clamp(teeth, 0, 0.75 * (up + down));
            canvas.Paint(
                area,
                (x, y) => Math.Max(Opening(x, y), Between(x, y, up, teeth - up)) + 0.008,
                Math.Min(0.97, 0.6 + (0.4 * person.Skin)));
        }

        Span<StrokePoint> line = stackalloc StrokePoint[9];
        for (int k = 0; k < line.Length; k++)
        {
            double t = (k - 4) / 4.0, t2 = t * t;
            double lift = t < 0 ? liftLeft : liftRight;
            double q = ((1 - square) * (1 - t2)) + (square * (1 - (t2 * t2)));
            line[k] = new(t * w, cy - (lift * t2) - (raise * (1 - t2)) - (up * q), 0.018 + (0.024 * a.LipTighten));
        }

        canvas.Stroke(line, Dark(0.3));
        PaintDimple(-w, cy - liftLeft, Math.Max(a.DimpleLeft, 0.5 * a.CornerPullLeft));
        PaintDimple(w, cy - liftRight, Math.Max(a.DimpleRight, 0.5 * a.CornerPullRight));
    }

    private void PaintDimple(double cornerX, double cornerY, double depth)
    {
        int side = Math.Sign(cornerX);
        canvas.Stroke(
            [new(cornerX + (side * 0.03), cornerY - 0.05, 0.014), new(cornerX + (side * 0.025), cornerY + 0.05, 0.014)], Dark(0.35), depth);
    }

    private void PaintHairFringe()
    {
        if (person.HairVolume > 0)
        {
            double rx = person.FaceHalfWidth + person.HairVolume;
            canvas.Paint(
                new Area(-rx, -1.2, rx, person.HairLine + 0.8),
                (x, y) =>
                {
                    double line = person.HairLine + (0.35 * (x - person.HairParting) * (x - person.HairParting));
                    return Math.Max(y - line, (Math.Sqrt(((x / rx) * (x / rx)) + (y * y / 1.3)) - 1) * rx);
                },
                person.Hair);
        }
    }

    private void PaintGlasses()
    {
        double y = person.EyeY + 0.02;
        foreach (int side in (ReadOnlySpan<int>)[-1, 1])
        {
            double cx = side * (person.EyeX + 0.01);
            canvas.Paint(
                new Area(cx - 0.27, y - 0.23, cx + 0.27, y + 0.23),
                (px, py) => Math.Abs(Ellipse(px - cx, py - y, 0.23, 0.18)) - 0.016,
                person.GlassesTone,
                0.85);
            canvas.Stroke(
                [new(side * (person.EyeX + 0.24), y - 0.03, 0.016), new(side * person.FaceHalfWidth, y - 0.06, 0.016)],
                person.GlassesTone,
                0.85);
        }

        canvas.Stroke([new(-person.EyeX + 0.22, y - 0.03, 0.016), new(person.EyeX - 0.22, y - 0.03, 0.016)], person.GlassesTone, 0.85);
    }

    /// <summary>Signed distance to an ellipse about the origin, exact on circles.</summary>
    private static double Ellipse(double x, double y, double radiusX, double radiusY)
    {
        double rx = x / radiusX, ry = y / radiusY;
        return (Math.Sqrt((rx * rx) + (ry * ry)) - 1) * Math.Min(radiusX, radiusY);
    }
}
