namespace FacialAttention;

/// <summary>
/// Why faces cannot be read in the way that was asked for, and which other way would do: what an <see cref="InvalidDataException"/> of
/// <see cref="Fer2013Reader"/>, <see cref="FerPlusReader"/>, <see cref="CkPlusReader"/> or <see cref="FaceFolderReader"/> says, for programs that have words of their own for it.
/// </summary>
public sealed class FaceDataFault
{
    private FaceDataFault(string text, FaceDataRemedy remedy)
    {
        Text = text;
        Remedy = remedy;
    }

    /// <summary>What was got and what was expected; the message of the exception without the remedy.</summary>
    public string Text { get; }

    /// <summary>What would read the data.</summary>
    public FaceDataRemedy Remedy { get; }

    /// <summary>The fault that an exception carries; its message and no remedy where it is none of the readers'.</summary>
    /// <param name="exception">What a reader threw.</param>
    public static FaceDataFault Of(Exception exception)
    {
        ArgumentNullException.ThrowIfNull(exception);
        return exception.Data[typeof(FaceDataFault)] as FaceDataFault ?? new FaceDataFault(exception.Message, FaceDataRemedy.None);
    }

    /// <summary>An exception that carries a fault.</summary>
    internal static InvalidDataException Exception(string text, FaceDataRemedy remedy = FaceDataRemedy.None, Exception? cause = null) =>
        new(MessageOf(text, remedy), cause) { Data = { [typeof(FaceDataFault)] = new FaceDataFault(text, remedy) } };

    private static string MessageOf(string text, FaceDataRemedy remedy) => remedy switch
    {
        FaceDataRemedy.Divide => $"{text} ReadStratified divides what is not for test, and leaves the test part alone.",
        FaceDataRemedy.ReadAll => $"{text} ReadPart with null takes all faces.",
        FaceDataRemedy.NameLabels => $"{text} Other label sets are named by labels, such as {nameof(ExpressionLabels.CkExtended)}.",
        FaceDataRemedy.SkipBad => $"{text} skipBad leaves them out.",
        FaceDataRemedy.JoinVotes => $"{text} {nameof(FerPlusReader)} reads votes beside the csv of the faces, fer2013.csv.",
        _ => text,
    };
}
