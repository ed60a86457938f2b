using FacialAttention;

namespace Samples;

/// <summary>What a run says of its data beyond the numbers, and the library's remedies in the words of the options.</summary>
internal static class DataNotes
{
    /// <summary>Reads, and tells a fault of the data with the option that would do.</summary>
    public static T Read<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (InvalidDataException exception) when (FaceDataFault.Of(exception).Remedy != FaceDataRemedy.None)
        {
            FaceDataFault fault = FaceDataFault.Of(exception);
            throw new InvalidDataException($"{fault.Text} {OptionOf(fault.Remedy)}", exception);
        }
    }

    /// <summary>Notes the classes that no training face shows.</summary>
    public static void NoteMissingClasses(FaceDataset training)
    {
        int[] counts = training.CountByLabel();
        string[] missing = [.. training.Labels.Names.Where((_, label) => counts[label] == 0)];
        if (missing.Length > 0)
        {
            Console.WriteLine($"No training face shows {string.Join(", ", missing)}: the network will not learn to say it.");
        }
    }

    private static string OptionOf(FaceDataRemedy remedy) => remedy switch
    {
        FaceDataRemedy.Divide => "--split 8:2 divides what is not for test, and leaves the test part alone.",
        FaceDataRemedy.ReadAll => "--split all takes all faces.",
        FaceDataRemedy.NameLabels => "The Train sample reads other label sets with --labels, such as CkExtended for ckextended.csv.",
        FaceDataRemedy.JoinVotes => "The Train sample takes votes as --ferplus, beside fer2013.csv as --data.",
        _ => "--skip-bad leaves them out.",
    };
}
