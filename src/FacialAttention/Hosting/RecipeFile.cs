using System.Text.Json;

namespace FacialAttention;

/// <summary>A JSON file of options as texts by key, <c>trainer:batchSize</c>, in which a list has the keys 0, 1 and so on.</summary>
internal sealed class RecipeFile
{
    private const int MostBytes = 1_000_000;
    private const int MostValues = 1000; // far more than there are options; each costs a search among all

    private static readonly JsonDocumentOptions Lenient = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    private readonly Dictionary<string, string?> _values = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<string> _faults = [];

    private RecipeFile()
    {
    }

    /// <exception cref="InvalidDataException">The file is no JSON object, or larger than any recipe.</exception>
    /// <exception cref="IOException">The file is not there or cannot be read.</exception>
    public static (Dictionary<string, string?> Values, IReadOnlyList<string> Faults) Read(string path)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(ReadText(path), Lenient);
            var file = new RecipeFile();
            if (document.RootElement.ValueKind != JsonValueKind.Object)
            {
                throw new InvalidDataException($"{Excerpt.Of(document.RootElement.GetRawText())} is no object.");
            }

            file.Add(document.RootElement, key: "");
            return (file._values, file._faults);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or InvalidDataException)
        {
            // An escaped half of a surrogate pair is an InvalidOperationException.
            throw new InvalidDataException($"{Excerpt.Name(path)} is no recipe: {Excerpt.Names([exception.Message])}", exception);
        }
    }

    /// <summary>Reads no more than a recipe can have: a wrong path may be a file without end.</summary>
    private static string ReadText(string path)
    {
        using FileStream stream = InputFile.Open(path, "a recipe, which is JSON", timeout: InputFile.PipeTimeout);
        var content = new byte[MostBytes + 1];
        int length = stream.ReadAtLeast(content, content.Length, throwOnEndOfStream: false);
        if (ForeignContent.NameOf(content.AsSpan(0, length)) is string kind)
        {
            throw new InvalidDataException($"it is {kind}; expected JSON.");
        }

        using var reader = new StreamReader(new MemoryStream(content, 0, length));
        return length <= MostBytes ? reader.ReadToEnd() : throw new InvalidDataException($"it has more than {MostBytes} bytes.");
    }

    private void Add(JsonElement element, string key)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                AddObject(element, key);
                break;
            case JsonValueKind.Array:
                foreach ((int index, JsonElement item) in element.EnumerateArray().Index())
                {
                    Add(item, FormattableString.Invariant($"{key}:{index}"));
                }

                if (element.GetArrayLength() == 0)
                {
                    AddValue(key, "");
                }

                break;
            case JsonValueKind.Null:
                AddValue(key, null);
                break;
            default:
                AddValue(key, element.ValueKind == JsonValueKind.String ? element.GetString() : element.GetRawText());
                break;
        }
    }

    private void AddObject(JsonElement element, string key)
    {
        var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (JsonProperty member in element.EnumerateObject())
        {
            string path = key.Length == 0 ? member.Name : $"{key}:{member.Name}";
            if (names.Add(member.Name))
            {
                Add(member.Value, path);
            }
            else
            {
                AddTwice(path);
            }
        }

        if (names.Count == 0 && key.Length > 0)
        {
            AddValue(key, null);
        }
    }

    private void AddValue(string key, string? value)
    {
        if (!_values.TryAdd(key, value))
        {
            AddTwice(key);
        }

        if (_values.Count > MostValues)
        {
            throw new InvalidDataException($"it has more than {MostValues} values.");
        }
    }

    private void AddTwice(string key) => _faults.Add($"{Excerpt.Names([key])} is there twice; expected it once.");
}
