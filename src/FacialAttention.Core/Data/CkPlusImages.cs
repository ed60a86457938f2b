namespace FacialAttention;

/// <summary>Decodes the frames of CK+ and cuts the faces out.</summary>
internal static class CkPlusImages
{
    public static CkPlusFaces Decode(
        CkPlusListing listing, CkPlusOptions options, IProgress<double>? progress, CancellationToken cancellationToken)
    {
        IReadOnlyList<CkPlusFrame> frames = listing.Frames;
        var rows = new FaceRows(options.Preprocessor.Size, options.Labels);
        if (rows.FaultOfCount(frames.Count) is { } tooMany)
        {
            throw listing.Fault(tooMany);
        }

        rows.Reserve(frames.Count);
        foreach (CkPlusFrame frame in frames)
        {
            rows.Add(options.LabelOf(frame.Code), SplitPart.Training);
        }

        int perFace = 2 * LandmarkScheme.Points68.Count;
        float[] points = options.IncludesLandmarks ? new float[frames.Count * perFace] : [];
        var brightest = new byte[]?[frames.Count];
        string[] paths = [.. frames.Select(frame => frame.Path)];
        string?[] reasons = ImageFiles.Decode(listing.Root, paths, Use, progress, cancellationToken);
        BadImage[] bad = ImageFiles.BadOf(paths, reasons);
        if (bad.Length > 0)
        {
            throw listing.Fault(ImageFiles.Describe(bad, reasons));
        }

        FaceDataset faces = rows.ToDataset().WithColumns(new FaceColumns
        {
            Subjects = frames.Select(frame => frame.Name.Subject).ToArray(),
            Landmarks = options.IncludesLandmarks ? new FaceLandmarks(LandmarkScheme.Points68, points) : null,
        });
        return new CkPlusFaces(
            faces, listing.Layout, listing.Sequences, listing.UnlabelledSequences, Join(brightest, faces), brightest.Count(face => face is not null));

        string? Use(int i, FaceImage image)
        {
            FaceBox? box = null;
            if (frames[i].LandmarksPath is { } landmarksPath)
            {
                (float[] landmarks, string? fault) = CkPlusText.ReadLandmarks(Path.Combine(listing.Root, landmarksPath), image.Size);
                (box, fault) = fault is null ? Frame(landmarks, image.Size, options.Framing) : (null, fault);
                if (box is not { } frame)
                {
                    return $"its landmarks file {Excerpt.Names([landmarksPath])} {fault}";
                }

                if (options.IncludesLandmarks)
                {
                    Place(landmarks, frame, options.Preprocessor.Size, points.AsSpan(i * perFace, perFace));
                }
            }

            options.Preprocessor.ToGray(image, box).CopyTo(rows.PixelsOf(i));
            brightest[i] = image.Channels == 1 ? null : options.Preprocessor.ToGray(BrightestOf(image), box);
            return null;
        }
    }

    /// <summary>What is cut out around the landmarks, or why nothing can be.</summary>
    private static (FaceBox? Box, string? Fault) Frame(float[] landmarks, ImageSize picture, FaceFraming framing)
    {
        (float left, float top, float right, float bottom) = (landmarks[0], landmarks[1], landmarks[0], landmarks[1]);
        for (int i = 0; i < landmarks.Length; i += 2)
        {
            (left, right) = (Math.Min(left, landmarks[i]), Math.Max(right, landmarks[i]));
            (top, bottom) = (Math.Min(top, landmarks[i + 1]), Math.Max(bottom, landmarks[i + 1]));
        }

        if (!(right - left >= 1 && bottom - top >= 1))
        {
            return (null, FormattableString.Invariant($"has all points within {right - left} x {bottom - top} pixels; expected those of a face."));
        }

        FaceBox box = framing.Frame(new FaceBox(left, top, right - left, bottom - top));
        return box.FaultIn(picture) is { } fault ? (null, $"leads out of the picture: {fault}") : (box, null);
    }

    /// <summary>The points of a picture in pixels of the face that was cut out of it.</summary>
    private static void Place(float[] landmarks, FaceBox box, ImageSize face, Span<float> places)
    {
        for (int i = 0; i < places.Length; i += 2)
        {
            places[i] = (landmarks[i] - box.X) / box.Width * face.Width;
            places[i + 1] = (landmarks[i + 1] - box.Y) / box.Height * face.Height;
        }
    }

    private static FaceImage BrightestOf(FaceImage image)
    {
        ReadOnlySpan<byte> rgb = image.Pixels.Span;
        var brightest = new byte[image.Size.Pixels];
        for (int i = 0; i < brightest.Length; i++)
        {
            brightest[i] = Math.Max(rgb[3 * i], Math.Max(rgb[(3 * i) + 1], rgb[(3 * i) + 2]));
        }

        return FaceImage.FromGray(brightest, image.Size);
    }

    /// <summary>One array for all faces, in which a gray one has its own pixels; null where all are gray.</summary>
    private static ReadOnlyMemory<byte>? Join(byte[]?[] brightest, FaceDataset faces)
    {
        if (Array.TrueForAll(brightest, face => face is null))
        {
            return null;
        }

        byte[] all = faces.Pixels.ToArray();
        for (int i = 0; i < brightest.Length; i++)
        {
            brightest[i]?.CopyTo(all, i * faces.Size.Pixels);
        }

        return all;
    }
}
