using System.Globalization;
using FacialAttention;
using Samples;

namespace Recognize;

/// <summary>
/// Writes what a video shows as it comes: with <c>--csv</c> a row for each face of each frame, else a line whenever the label of a face changes.
/// </summary>
internal sealed class VideoAnswers
{
    private readonly bool _isCsv;
    private readonly Dictionary<int, string> _labels = [];

    public VideoAnswers(Settings settings, ExpressionLabels labels)
    {
        _isCsv = settings.Form == AnswerForm.Csv;
        if (_isCsv)
        {
            Answers.WriteRow(["time", .. Answers.FaceColumns(labels)]);
        }
    }

    public void Add(TimeSpan time, IReadOnlyList<RecognizedFace> faces)
    {
        foreach (RecognizedFace face in faces)
        {
            if (_isCsv)
            {
                Answers.WriteRow([time.TotalSeconds.ToString("0.######", CultureInfo.InvariantCulture), .. Answers.FaceFields(face)]);
            }
            else if (!_labels.TryGetValue(face.Number, out string? label) || label != face.Label)
            {
                _labels[face.Number] = face.Label;
                Progress.Clear();
                Console.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{time.TotalSeconds,9:F2} s  face {face.Number,-3} {SampleProgram.Escaped(face.Label)} {100 * face.Probability:F1} %"));
            }
        }
    }
}
