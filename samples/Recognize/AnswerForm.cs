namespace Recognize;

/// <summary>How answers are written.</summary>
internal enum AnswerForm
{
    /// <summary>A line a face, in columns.</summary>
    Table,

    /// <summary>One JSON object.</summary>
    Json,

    /// <summary>A row a face, with the probabilities of all classes.</summary>
    Csv,
}
