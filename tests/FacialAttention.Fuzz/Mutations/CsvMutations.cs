namespace FacialAttention.Fuzz.Mutations;

/// <summary>Damage to the text of a FER2013 csv that knows its columns, rows and quotes.</summary>
internal static class CsvMutations
{
    private const int TooLong = 70_000;
    private const int MostAdded = 200_000;

    private static readonly string[] Labels =
        ["-1", "7", "8", "06", "6 ", "", "x", "1.0", "2.", ".0", "1.5", "1,0", "256", "99999999999", "\"3\"", "\"\"", "٣"];
    private static readonly string[] Usages = ["training", "Training ", "Test", "", "PublicTest\0", "\"PrivateTest\"", "PublicTest"];
    private static readonly string[] Columns =
        ["emotion", "pixels", "Usage", " Usage", "usage", "EMOTION", "Pixels", "", "\"pixels\"", "x", "emotion,", "\uFEFFemotion"];

    private static readonly string[] Separators = [",", ";", "\t", ", ", "|"];
    private static readonly string[] LineEnds = ["\r\n", "\r", "\n\n", "\n \n", "\u2028", "", "\0\n"];
    private static readonly string[] Pieces = ["\"", ",", "\n", "\r", " ", "\t", "\0", "\"\"", "é", "\uFEFF", ";", ",,,,,,,,"];

    public static string Mutate(Dice dice, string text)
    {
        for (int changes = 1 + dice.Below(3); changes > 0; changes--)
        {
            text = MutateOnce(dice, text);
        }

        return text;
    }

    private static string MutateOnce(Dice dice, string text)
    {
        switch (dice.Below(9))
        {
            case 8:
                return text.Replace(dice.Pick(Separators), dice.Pick(Separators), StringComparison.Ordinal);
            case 0:
                return TextMutations.ReplaceNumber(dice, text);
            case 1:
                return TextMutations.Insert(dice, text, dice.Pick(Pieces));
            case 2:
                return text[..dice.Below(text.Length + 1)];
            case 3:
                return text.Replace("\n", dice.Pick(LineEnds), StringComparison.Ordinal);
            default:
                return MutateLine(dice, text);
        }
    }

    private static string MutateLine(Dice dice, string text)
    {
        List<string> lines = [.. text.Split('\n')];
        int at = dice.OneIn(3) ? 0 : dice.Below(lines.Count);
        switch (dice.Below(6))
        {
            case 0:
                lines.RemoveAt(at);
                break;
            case 1:
                lines.InsertRange(at, Enumerable.Repeat(lines[at], 1 + dice.Below(Math.Min(60, MostAdded / (lines[at].Length + 1)))));
                break;
            case 2:
                lines.Insert(at, new string(dice.Pick(["0", " ", ",", "\""])[0], TooLong));
                break;
            default:
                lines[at] = MutateFields(dice, lines[at], isHeader: at == 0);
                break;
        }

        return string.Join('\n', lines);
    }

    private static string MutateFields(Dice dice, string line, bool isHeader)
    {
        List<string> fields = [.. line.Split(',')];
        int at = dice.Below(fields.Count);
        switch (dice.Below(8))
        {
            case 0:
                fields.RemoveAt(at);
                break;
            case 1:
                fields.Insert(at, fields[dice.Below(fields.Count)]);
                break;
            case 2:
                fields.Reverse();
                break;
            case 3:
                fields[at] = $"\"{fields[at]}\"";
                break;
            case 4:
                fields[at] = '"' + fields[at];
                break;
            case 5:
                fields[at] = MutatePixels(dice, fields[at]);
                break;
            default:
                fields[at] = dice.Pick(isHeader ? Columns : at == 0 ? Labels : Usages);
                break;
        }

        return string.Join(',', fields);
    }

    private static string MutatePixels(Dice dice, string field)
    {
        List<string> pixels = [.. field.Split(' ')];
        int at = dice.Below(pixels.Count);
        switch (dice.Below(3))
        {
            case 0:
                pixels.RemoveAt(at);
                break;
            case 1:
                pixels.Insert(at, dice.Pick(TextMutations.Numbers));
                break;
            default:
                pixels[at] = dice.Pick(TextMutations.Numbers);
                break;
        }

        return string.Join(' ', pixels);
    }
}
