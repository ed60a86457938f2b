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
    private readonly List<(string Path, ExpressionPrediction Prediction, string? Overlay)> _forJson = [];

    public Answers(Settings settings, ExpressionLabels labels, IReadOnlyList<string> pictures)
    {
        (_settings, _labels, _top) = (settings, labels, Math.Min(settings.Top, labels.Count));
        _pathWidth = pictures.Select(path => SampleProgram.Escaped(path).Length).DefaultIfEmpty().Max();
        _labelWidth = labels.Names.Max(name => SampleProgram.Escaped(name).Length);
        if (settings.Form == AnswerForm.Csv)
        {
            WriteRow(["file", "label", "probability", "uncertain", .. labels.Names]);
        }
    }

    /// <summary>How many there were.</summary>
    public int Count { get; private set; }

    /// <param name="path">The picture.</param>
    /// <param name="prediction">What the network said of it.</param>
    /// <param name="overlay">The picture that was drawn of its attention; null for none.</param>
    public void Add(string path, ExpressionPrediction prediction, string? overlay)
    {
        Count++;
        switch (_settings.Form)
        {
            case AnswerForm.Json:
                _forJson.Add((path, prediction, overlay));
                break;
            case AnswerForm.Csv:
                WriteRow(
                [
                    path, prediction.Label, Number(prediction.Probability), prediction.IsUncertain ? "true" : "false",
                    .. prediction.Probabilities.Select(Number),
                ]);
                break;
            default:
                Progress.Clear();
                string classes = string.Join("  ", prediction.Top(_top).Select(entry =>
                    $"{SampleProgram.Escaped(entry.Label).PadRight(_labelWidth)} {Percent(entry.Probability)}"));
                Console.WriteLine(
                    $"{SampleProgram.Escaped(path).PadRight(_pathWidth)}  {classes}{(prediction.IsUncertain ? "  uncertain" : "")}");
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
            foreach ((string path, ExpressionPrediction prediction, string? overlay) in _forJson)
            {
                Write(json, path, prediction, overlay);
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

    private void Write(Utf8JsonWriter json, string path, ExpressionPrediction prediction, string? overlay)
    {
        json.WriteStartObject();
        json.WriteString("file", path);
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

        json.WriteEndObject();
    }

    private static string Number(float value) => value.ToString(CultureInfo.InvariantCulture);

    private static string Percent(float value) => string.Create(CultureInfo.InvariantCulture, $"{100 * value,5:F1} %");

    /// <summary>One row as RFC 4180 has it.</summary>
    private static void WriteRow(IEnumerable<string> fields) => Console.WriteLine(string.Join(',', fields.Select(field =>
        field.AsSpan().IndexOfAny(",\"\r\n") < 0 ? field : $"\"{field.Replace("\"", "\"\"", StringComparison.Ordinal)}\"")));
}
