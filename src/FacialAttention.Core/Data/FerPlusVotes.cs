using System.Security.Cryptography;

namespace FacialAttention;

/// <summary>The votes of FER+, row by row: what is known of each face of the csv with the same rows.</summary>
/// <param name="path">Where they were read.</param>
/// <param name="parts">The Usage of each row, N.</param>
/// <param name="counts">The votes of each row in the order of the published file: the eight emotions, unknown, not a face; N x 10.</param>
internal sealed class FerPlusVotes(string path, SplitPart[] parts, byte[] counts)
{
    /// <summary>The eight emotions, unknown and not a face.</summary>
    public const int Columns = 10;

    // In every thousand rows of the published files 58 to 67 in a hundred have the same label by FER2013 and by most votes; of rows that do
    // not belong together a fifth. What FER2013 calls most of the rows that an emotion wins is that emotion. Fewer rows are too few to tell.
    private const int ComparedRows = 1000;
    private const int ComparedOfColumn = 50;

    // SHA-256 of the votes of a part, row by row. In those of label.csv the rows that it leaves out have the votes of fer2013new.csv.
    private static readonly (FerPlusLabelFile File, SplitPart Part, string Sha256)[] Published =
    [
        (FerPlusLabelFile.Fer2013New, SplitPart.Training, "393ef0b1b83c4ae5df1b669f24d10ca252435d9e59fbb1faf2ac0c8230219701"),
        (FerPlusLabelFile.Fer2013New, SplitPart.Validation, "ec30065c4ddfb30767a1db2dc4d5810f0551d5376601b6019308cf0f4383ee10"),
        (FerPlusLabelFile.LabelCsv, SplitPart.Training, "83ffdec5e34e4450ad887ccee2eacf8e19fb468f321a532eec5a330581cc2b42"),
        (FerPlusLabelFile.LabelCsv, SplitPart.Validation, "c96ef7c8d4b482b1fcf5cacb7522a4df2ce53df7720ade27f0bf3ff6c2ed6bc2"),
    ];

    // The label of FER2013 for each of FER+; -1 for Contempt.
    private static readonly int[] OfFer2013 = [.. ExpressionLabels.FerPlus.Names.Select(ExpressionLabels.Fer2013.IndexOf)];

    private static int Emotions => ExpressionLabels.FerPlus.Count;

    /// <summary>Which of the published files has these votes, in all rows of Training and of PublicTest that there are.</summary>
    public FerPlusLabelFile FindLabelFile()
    {
        FerPlusLabelFile? found = null;
        foreach (SplitPart part in new[] { SplitPart.Training, SplitPart.Validation })
        {
            if (!parts.Contains(part))
            {
                continue;
            }

            string hash = HashOf(part);
            FerPlusLabelFile file = Array.Find(Published, known => known.Part == part && known.Sha256 == hash).File;
            if (file == FerPlusLabelFile.Unknown || (found is { } other && other != file))
            {
                return FerPlusLabelFile.Unknown;
            }

            found = file;
        }

        return found ?? FerPlusLabelFile.Unknown;
    }

    /// <summary>Checks that these are the votes for the faces of a csv, as far as that shows.</summary>
    /// <param name="facesPath">The csv.</param>
    /// <param name="faces">Its rows, with the labels of FER2013.</param>
    /// <exception cref="InvalidDataException">There is not one row for each of the csv, with its Usage, or the labels have nothing in common.</exception>
    public void CheckRows(string facesPath, FaceRows faces)
    {
        const string Expected = "expected a row for each of its rows, in the same order, as fer2013new.csv has for fer2013.csv";
        int same = faces.Parts.CommonPrefixLength(parts);
        if (faces.Count != parts.Length)
        {
            string difference = same < Math.Min(faces.Count, parts.Length) ? $" The Usage first differs in row {same + 1}." : "";
            throw FaceDataFault.Exception(
                $"{Excerpt.Name(path)} has {parts.Length} rows and {Excerpt.Name(facesPath)} {faces.Count}; {Expected}.{difference}");
        }

        if (same < parts.Length)
        {
            throw FaceDataFault.Exception(
                $"{Excerpt.Name(path)}, row {same + 1}: the Usage is {Fer2013Parser.UsageOf(parts[same])}, and in row {same + 1} of "
                + $"{Excerpt.Name(facesPath)} {Fer2013Parser.UsageOf(faces.Parts[same])}; {Expected}.");
        }

        if (parts.Length >= ComparedRows)
        {
            for (int start = 0; start < parts.Length; start += ComparedRows)
            {
                CheckOrder(facesPath, faces, Math.Min(start, parts.Length - ComparedRows));
            }

            CheckColumns(facesPath, faces);
        }
    }

    /// <summary>The faces of one part, or all, with labels, weights and votes in place of the labels of FER2013.</summary>
    /// <param name="faces">The faces of the rows with that Usage, in their order.</param>
    /// <param name="part">The Usage; null for all.</param>
    /// <param name="rule">What is the label, and who counts.</param>
    /// <exception cref="InvalidDataException">No face counts.</exception>
    public FaceDataset Label(FaceDataset faces, SplitPart? part, FerPlusRule rule)
    {
        var labels = new byte[faces.Count];
        var weights = new float[faces.Count];
        byte[]? votes = rule == FerPlusRule.Votes ? new byte[faces.Count * Emotions] : null;
        int face = 0;
        for (int row = 0; row < parts.Length; row++)
        {
            if (part is null || parts[row] == part)
            {
                ReadOnlySpan<byte> all = RowOf(row);
                ReadOnlySpan<byte> emotions = all[..Emotions];
                int winner = FindWinner(all, rule);
                weights[face] = winner < 0 ? 0 : 1;
                labels[face] = (byte)(winner < 0 ? IndexOfMost(emotions) : winner);
                if (votes is not null)
                {
                    emotions.CopyTo(votes.AsSpan(face * Emotions));
                }

                face++;
            }
        }

        if (!weights.AsSpan().ContainsAnyExcept(0f))
        {
            string which = part is { } value ? $" {Fer2013Parser.UsageOf(value)}" : "";
            throw FaceDataFault.Exception(
                $"{Excerpt.Name(path)}: none of the {faces.Count}{which} rows counts by the rule {rule}; expected at least one.");
        }

        var columns = new FaceColumns { Weights = weights };
        return new FaceDataset(
            faces.Pixels, labels, faces.Size, ExpressionLabels.FerPlus, votes is null ? columns : columns with { Votes = votes });
    }

    /// <summary>The emotion that a row stands for; -1 for one that does not count.</summary>
    private static int FindWinner(ReadOnlySpan<byte> votes, FerPlusRule rule)
    {
        if (rule == FerPlusRule.Votes)
        {
            return votes[..Emotions].ContainsAnyExcept((byte)0) ? IndexOfMost(votes[..Emotions]) : -1;
        }

        int winner = IndexOfMost(votes);
        if (rule == FerPlusRule.StrictMajority)
        {
            int left = 0;
            foreach (byte count in votes)
            {
                left += count > 1 ? count : 0;
            }

            winner = votes[winner] > 1 && 2 * votes[winner] > left ? winner : -1;
        }

        return winner < Emotions ? winner : -1;
    }

    /// <summary>The first of the columns with most votes.</summary>
    private static int IndexOfMost(ReadOnlySpan<byte> votes)
    {
        int most = 0;
        for (int i = 1; i < votes.Length; i++)
        {
            most = votes[i] > votes[most] ? i : most;
        }

        return most;
    }

    private ReadOnlySpan<byte> RowOf(int row) => counts.AsSpan(row * Columns, Columns);

    /// <summary>The emotion with most votes and the label of FER2013 of each row in which an emotion has most.</summary>
    private IEnumerable<(int Emotion, int Label)> Compare(FaceRows faces, int start, int end)
    {
        for (int row = start; row < end; row++)
        {
            int winner = FindWinner(RowOf(row), FerPlusRule.Argmax);
            if (winner >= 0)
            {
                yield return (winner, faces.LabelOf(row));
            }
        }
    }

    private void CheckColumns(string facesPath, FaceRows faces)
    {
        ILookup<int, int> labelsOf = Compare(faces, 0, parts.Length).ToLookup(row => row.Emotion, row => row.Label);
        for (int emotion = 0; emotion < Emotions; emotion++)
        {
            int own = OfFer2013[emotion];
            int[] counts = [.. Enumerable.Range(0, ExpressionLabels.Fer2013.Count).Select(label => labelsOf[emotion].Count(other => other == label))];
            int most = Array.IndexOf(counts, counts.Max());
            if (own >= 0 && counts.Sum() >= ComparedOfColumn && most != own)
            {
                throw FaceDataFault.Exception(
                    $"{Excerpt.Name(path)}: {counts.Sum()} rows have most votes in column {FerPlusParser.NameOf(emotion)}, and {Excerpt.Name(facesPath)} "
                    + $"calls {counts[most]} of them {ExpressionLabels.Fer2013[most]} and {counts[own]} {ExpressionLabels.Fer2013[own]}; expected "
                    + $"{ExpressionLabels.Fer2013[own]} most often: columns have one another's names.");
            }
        }
    }

    private void CheckOrder(string facesPath, FaceRows faces, int start)
    {
        (int Emotion, int Label)[] compared = [.. Compare(faces, start, start + ComparedRows)];
        int equal = compared.Count(row => OfFer2013[row.Emotion] == row.Label);
        if (2 * equal < compared.Length)
        {
            throw FaceDataFault.Exception(
                $"{Excerpt.Name(path)}, rows {start + 1} to {start + ComparedRows}: most votes agree with the label of {Excerpt.Name(facesPath)} in "
                + $"{equal} of {compared.Length} rows; expected at least half, as of the same faces: rows are shifted or in another order, or columns "
                + "have one another's names.");
        }
    }

    private string HashOf(SplitPart part)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        for (int row = 0; row < parts.Length; row++)
        {
            if (parts[row] == part)
            {
                hash.AppendData(RowOf(row));
            }
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
