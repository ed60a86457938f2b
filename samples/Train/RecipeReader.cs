using System.Collections;
using System.Globalization;
using System.Reflection;
using FacialAttention;
using Microsoft.Extensions.Configuration;

namespace Train;

/// <summary>From a recipe file and the options of the command line to a <see cref="Recipe"/>.</summary>
internal static class RecipeReader
{
    /// <summary>The file's keys, overridden by those of the command line; where both say nothing, the defaults.</summary>
    /// <exception cref="InvalidDataException">
    /// The file is no json, or keys are unknown or values not of their kind; all are named.
    /// </exception>
    public static IConfigurationRoot Load(
        string? file, IReadOnlyDictionary<string, string?> overrides, IReadOnlyList<(string Key, string Value)> defaults)
    {
        var builder = new ConfigurationBuilder();
        if (file is not null)
        {
            builder.AddJsonStream(ReadFile(file));
        }

        try
        {
            IConfigurationRoot configuration = builder.AddInMemoryCollection(overrides).Build();
            string[] faults = [.. FindFaults(configuration, typeof(Recipe), "")];
            foreach ((string key, string value) in defaults)
            {
                // Epochs are a budget as iterations are.
                if (configuration[key] is null && !(key == "trainer:iterations" && configuration["trainer:epochs"] is not null))
                {
                    configuration[key] = value;
                }
            }

            return faults.Length == 0 ? configuration : throw new InvalidDataException(Where(file) + string.Join(" ", faults));
        }
        catch (Exception exception) when (exception is FormatException or System.Text.Json.JsonException
            || (exception is InvalidDataException && exception.InnerException is not null))
        {
            Exception cause = exception.GetBaseException();
            throw new InvalidDataException($"'{file}' is no recipe: {cause.Message}", exception);
        }
    }

    /// <summary>Binds what <see cref="Load"/> gave.</summary>
    /// <param name="configuration">What was loaded.</param>
    /// <param name="network">What the network's options are where nothing is said; null for the library's defaults.</param>
    public static Recipe Bind(IConfiguration configuration, ExpressionNetworkOptions? network = null)
    {
        IReadOnlyList<ConvStage>? stages = network?.BackboneStages;
        network ??= new ExpressionNetworkOptions();
        network.BackboneStages = null; // Binding would add to what is there.
        var recipe = new Recipe { Network = network };
        configuration.Bind(recipe, options => options.ErrorOnUnknownConfiguration = true);
        recipe.Network.BackboneStages ??= stages;
        return recipe;
    }

    /// <summary>Reads no more than a recipe can have: a wrong path may be a file without end.</summary>
    private static MemoryStream ReadFile(string file)
    {
        const int MostBytes = 1_000_000;
        if (!File.Exists(file))
        {
            throw new FileNotFoundException($"There is no recipe '{file}'.", file);
        }

        var content = new byte[MostBytes + 1];
        using FileStream stream = File.OpenRead(file);
        int length = stream.ReadAtLeast(content, content.Length, throwOnEndOfStream: false);
        return length <= MostBytes
            ? new MemoryStream(content, 0, length)
            : throw new InvalidDataException($"'{file}' is no recipe: it has more than {MostBytes} bytes.");
    }

    private static string Where(string? file) => file is null ? "" : $"'{file}' and the command line: ";

    /// <summary>Finds at once what binding would report one at a time, and the keys that it would pass over.</summary>
    private static IEnumerable<string> FindFaults(IConfiguration section, Type type, string path)
    {
        string[] unknown = [.. section.GetChildren().Select(child => child.Key).Where(name => TypeOf(type, name) is null)];
        if (unknown.Length > 0)
        {
            yield return $"{string.Join(", ", unknown.Select(name => PathOf(path, name)))} {(unknown.Length == 1 ? "is" : "are")} unknown; "
                + $"expected {string.Join(", ", Members(type).Select(member => CamelCase(member.Name)))}.";
        }

        foreach (IConfigurationSection child in section.GetChildren())
        {
            if (TypeOf(type, child.Key) is not { } childType)
            {
                continue;
            }

            string key = PathOf(path, child.Key);
            foreach (string fault in IsValue(childType) ? FindValueFault(child, childType, key) : FindObjectFaults(child, childType, key))
            {
                yield return fault;
            }
        }
    }

    private static string PathOf(string path, string name) => path.Length == 0 ? name : $"{path}:{name}";

    private static IEnumerable<string> FindObjectFaults(IConfigurationSection section, Type type, string key)
    {
        if (!string.IsNullOrEmpty(section.Value))
        {
            return [$"{key} is '{section.Value}'; expected {(type == typeof(IReadOnlyList<ConvStage>) ? "a list" : "an object")}."];
        }

        string[] missing =
        [
            .. type.GetConstructors().Take(1).SelectMany(constructor => constructor.GetParameters())
                .Where(parameter => !parameter.HasDefaultValue && section[parameter.Name!] is null)
                .Select(parameter => $"{key} has no {parameter.Name}; expected it."),
        ];
        return [.. missing, .. FindFaults(section, type, key)];
    }

    private static IEnumerable<string> FindValueFault(IConfigurationSection section, Type type, string key)
    {
        Type kind = Nullable.GetUnderlyingType(type) ?? type;
        string? text = section.Value;
        bool isNull = string.IsNullOrEmpty(text) && !section.GetChildren().Any();
        bool isRight = isNull
            ? kind != type
            : kind switch
            {
                _ when kind == typeof(int) => int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _),
                _ when kind == typeof(double) => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out _),
                _ when kind == typeof(bool) => bool.TryParse(text, out _),
                _ => Enum.GetNames(kind).Contains(text, StringComparer.OrdinalIgnoreCase),
            };
        string got = text is null ? "null" : $"'{text}'";
        return isRight ? [] : [$"{key} is {got}; expected {Kind(kind)}{(kind != type ? " or null" : "")}."];
    }

    /// <summary>The type of a member of a list, a dictionary or an object; null if there is none of this name.</summary>
    private static Type? TypeOf(Type type, string name)
    {
        if (type.IsGenericType && type.IsAssignableTo(typeof(IEnumerable)))
        {
            return type.GetGenericArguments()[^1];
        }

        return Members(type).FirstOrDefault(member => string.Equals(member.Name, name, StringComparison.OrdinalIgnoreCase))?.PropertyType;
    }

    // The labels are the data's.
    private static IEnumerable<PropertyInfo> Members(Type type) =>
        type.GetProperties().Where(member => member.SetMethod is { IsPublic: true } && member.PropertyType != typeof(ExpressionLabels));

    private static bool IsValue(Type type) => (Nullable.GetUnderlyingType(type) ?? type).IsValueType;

    private static string CamelCase(string name) => char.ToLowerInvariant(name[0]) + name[1..];

    private static string Kind(Type type) => type switch
    {
        _ when type == typeof(int) => "a whole number",
        _ when type == typeof(double) => "a number",
        _ when type == typeof(bool) => "true or false",
        _ => "one of " + string.Join(", ", Enum.GetNames(type)),
    };
}
