using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using FacialAttention;
using Samples;

namespace Recognize;

/// <summary>Writes answers as they come: as lines of a table or of csv, or at the end as one JSON object.</summary>
internal sealed class Answers
{
    private readonly Settings _settings;
    private readonly ExpressionLabels _labels;
    private readonly int _top;
    private readonly int _pathWidth;
    private readonly int _labelWidth;
    private readonly int _placeWidth;
    private readonly List<(string Path, RecognizedFace Face, string? Overlay, string? Attention)> _forJson = [];

    public Answers(Settings settings, ExpressionLabels labels, IReadOnlyList<string> pictures)
    {
        (_settings, _labels, _top) = (settings, labels, Math.Min(settings.Top, labels.Count));
        _pathWidth = pictures.Select(path => SampleProgram.Escaped(path).Length).DefaultIfEmpty().Max();
        _labelWidth = labels.Names.Max(name => SampleProgram.Escaped(name).Length);
        _placeWidth = settings.Box is not null || settings.Search == FaceSearch.Off ? 0 : "  1000,1000 1000x1000".Length;
        if (settings.Form == AnswerForm.Csv)
        {
            WriteRow(["file", .. FaceColumns(labels)]);
        }
    }

    /// <summary>How many there were.</summary>
    public int Count { get; private set; }

    /// <summary>The names of what <see cref="FaceFields"/> has.</summary>
    public static IEnumerable<string> FaceColumns(ExpressionLabels labels) =>
        ["face", "x", "y", "width", "height", "score", "label", "probability", "uncertain", .. labels.Names];

    /// <summary>A face as fields of csv.</summary>
    public static IEnumerable<string> FaceFields(RecognizedFace face) =>
    [
        face.Number.ToString(CultureInfo.InvariantCulture), Place(face.Box.X), Place(face.Box.Y), Place(face.Box.Width), Place(face.Box.Height),
        face.Score is { } score ? Number(score) : "", face.Label, Number(face.Probability), face.Prediction.IsUncertain ? "true" : "false",
        .. face.Prediction.Probabilities.Select(Number),
    ];

    /// <summary>One row as RFC 4180 has it.</summary>
    public static void WriteRow(IEnumerable<string> fields) => Console.WriteLine(string.Join(',', fields.Select(field =>
        field.AsSpan().IndexOfAny(",\"\r\n") < 0 ? field : $"\"{field.Replace("\"", "\"\"", StringComparison.Ordinal)}\"")));

    /// <param name="path">The picture.</param>
    /// <param name="face">A face in it.</param>
    /// <param name="overlay">The picture that was drawn of all its faces; null for none.</param>
    /// <param name="attention">The picture that was drawn of the attention on this one; null for none.</param>
    public void Add(string path, RecognizedFace face, string? overlay, string? attention)
    {
        Count++;
        switch (_settings.Form)
        {
            case AnswerForm.Json:
                _forJson.Add((path, face, overlay, attention));
                break;
            case AnswerForm.Csv:
                WriteRow([path, .. FaceFields(face)]);
                break;
            default:
                Progress.Clear();
                string place = face.Score is null ? ""
                    : string.Create(CultureInfo.InvariantCulture, $"  {face.Box.X:F0},{face.Box.Y:F0} {face.Box.Width:F0}x{face.Box.Height:F0}");
                string classes = string.Join("  ", face.Prediction.Top(_top).Select(entry =>
                    $"{SampleProgram.Escaped(entry.Label).PadRight(_labelWidth)} {Percent(entry.Probability)}"));
                Console.WriteLine(
                    $"{SampleProgram.Escaped(path).PadRight(_pathWidth)}{place.PadRight(_placeWidth)}  {classes}"
                    + $"{(face.Prediction.IsUncertain ? "  uncertain" : "")}");
                break;
        }
    }

    public void Finish(IReadOnlyList<(string Path, string Reason)> leftOut)
    {
        if (_settings.Form != AnswerForm.Json)
        {
            return;
        }

        using var content = new MemoryStream();
        using (var json = new Utf8JsonWriter(
            content, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, Indented = true, NewLine = "\n" }))
        {
            json.WriteStartObject();
            json.WriteString("network", _settings.Network);
            json.WriteStartArray("labels");
            foreach (string name in _labels.Names)
            {
                json.WriteStringValue(name);
            }

            json.WriteEndArray();
            json.WriteStartArray("faces");
            foreach ((string path, RecognizedFace face, string? overlay, string? attention) in _forJson)
            {
                Write(json, path, face, overlay, attention);
            }

            json.WriteEndArray();
            json.WriteStartArray("leftOut");
            foreach ((string path, string reason) in leftOut)
            {
                json.WriteStartObject();
                json.WriteString("file", path);
                json.WriteString("reason", reason);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        Console.WriteLine(Encoding.UTF8.GetString(content.GetBuffer(), 0, (int)content.Length));
    }

    private void Write(Utf8JsonWriter json, string path, RecognizedFace face, string? overlay, string? attention)
    {
        ExpressionPrediction prediction = face.Prediction;
        json.WriteStartObject();
        json.WriteString("file", path);
        json.WriteNumber("face", face.Number);
        json.WriteStartObject("box");
        json.WriteNumber("x", face.Box.X);
        json.WriteNumber("y", face.Box.Y);
        json.WriteNumber("width", face.Box.Width);
        json.WriteNumber("height", face.Box.Height);
        json.WriteEndObject();
        if (face.Score is { } score)
        {
            json.WriteNumber("score", score);
        }

        json.WriteString("label", prediction.Label);
        json.WriteNumber("probability", prediction.Probability);
        json.WriteBoolean("uncertain", prediction.IsUncertain);
        json.WriteStartArray("top");
        foreach (ExpressionProbability entry in prediction.Top(_top))
        {
            json.WriteStartObject();
            json.WriteString("label", entry.Label);
            json.WriteNumber("probability", entry.Probability);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("probabilities");
        foreach (float probability in prediction.Probabilities)
        {
            json.WriteNumberValue(probability);
        }

        json.WriteEndArray();
        if (overlay is not null)
        {
            json.WriteString("overlay", overlay);
        }

        if (attention is not null)
        {
            json.WriteString("attention", attention);
        }

        json.WriteEndObject();
    }

    private static string Place(float value) => value.ToString("0.#", CultureInfo.InvariantCulture); // the tenth of a pixel

    private static string Number(float value) => value.ToString(CultureInfo.InvariantCulture);

    private static string Percent(float value) => string.Create(CultureInfo.InvariantCulture, $"{100 * value,5:F1} %");
}
