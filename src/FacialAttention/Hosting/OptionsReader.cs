using System.Globalization;
using System.Reflection;
using Microsoft.Extensions.Configuration;

namespace FacialAttention;

/// <summary>
/// Fills options from configuration and finds all faults of it at once, with their keys: what binding would report one at a time, what it
/// would pass over, and what is out of range.
/// </summary>
internal sealed class OptionsReader
{
    private const int MostFaultsTold = 20;

    private readonly List<string> _faults = [];

    private OptionsReader()
    {
    }

    /// <summary>Fills what has a key and leaves the rest as it is.</summary>
    /// <returns>All faults; none where the options are fit for use.</returns>
    public static IReadOnlyList<string> Fill(FacialAttentionOptions options, IConfiguration configuration)
    {
        var reader = new OptionsReader();
        reader.FillObject(options, configuration);
        List<string> faults = [.. reader._faults, .. new FacialAttentionOptionsValidator().Validate(null, options).Failures ?? []];
        return faults.Count <= MostFaultsTold
            ? faults
            : [.. faults[..MostFaultsTold], FormattableString.Invariant($"There are {faults.Count - MostFaultsTold} more faults.")];
    }

    private void FillObject(object target, IConfiguration configuration)
    {
        if (configuration is IConfigurationSection section && !string.IsNullOrEmpty(section.Value))
        {
            AddFault(section, "an object");
            return;
        }

        PropertyInfo[] members = [.. target.GetType().GetProperties().Where(member => member.SetMethod is { IsPublic: true })];
        var unknown = new List<string>();
        foreach (IConfigurationSection child in configuration.GetChildren())
        {
            if (members.FirstOrDefault(member => member.Name.Equals(child.Key, StringComparison.OrdinalIgnoreCase)) is not { } member)
            {
                unknown.Add(child.Path);
                continue;
            }

            member.SetValue(target, Read(child, member.PropertyType, member.GetValue(target)));
        }

        AddUnknown(unknown, members.Select(member => member.Name));
    }

    /// <summary>The value of a section; where it is not of its kind, a fault and the value as it was.</summary>
    private object? Read(IConfigurationSection section, Type type, object? current)
    {
        if (type.IsValueType)
        {
            return ReadValue(section, type, current);
        }

        if (type == typeof(ExpressionLabels))
        {
            return ReadLabels(section, current);
        }

        if (type == typeof(IReadOnlyList<ConvStage>))
        {
            return ReadStages(section, current);
        }

        if (type == typeof(IDictionary<string, double>))
        {
            return ReadFactors(section, current);
        }

        FillObject(current!, section);
        return current;
    }

    private object? ReadValue(IConfigurationSection section, Type type, object? current)
    {
        Type kind = Nullable.GetUnderlyingType(type) ?? type;
        string? text = section.GetChildren().Any() ? null : section.Value;
        if (kind != type && IsNothing(section))
        {
            return null;
        }

        object? value = Parse(text, kind);
        if (value is null)
        {
            AddFault(section, NameOf(kind) + (kind != type ? " or null" : ""));
        }

        return value ?? current;
    }

    private object? ReadLabels(IConfigurationSection section, object? current)
    {
        if (section.Value is not { } text || section.GetChildren().Any())
        {
            AddFault(section, "a label set as one text");
            return current;
        }

        try
        {
            return ExpressionLabels.Parse(text);
        }
        catch (ArgumentException exception)
        {
            _faults.Add($"{PathOf(section)}: {exception.Message}");
            return current;
        }
    }

    private object? ReadStages(IConfigurationSection section, object? current)
    {
        IConfigurationSection[] rows = [.. section.GetChildren()];
        if (rows.Length == 0 && section.Value is null)
        {
            return null;
        }

        if (!string.IsNullOrEmpty(section.Value))
        {
            AddFault(section, "a list");
            return current;
        }

        int faults = _faults.Count;
        ConvStage[] stages = [.. rows.Select(ReadStage)];
        return _faults.Count == faults ? stages : current;
    }

    private ConvStage ReadStage(IConfigurationSection section)
    {
        if (!string.IsNullOrEmpty(section.Value))
        {
            AddFault(section, "an object");
        }

        ConstructorInfo constructor = typeof(ConvStage).GetConstructors().Single();
        ParameterInfo[] parameters = constructor.GetParameters();
        object?[] values = new object?[parameters.Length];
        foreach ((int index, ParameterInfo parameter) in parameters.Index())
        {
            IConfigurationSection child = section.GetSection(parameter.Name!);
            values[index] = parameter.HasDefaultValue ? parameter.DefaultValue : 0;
            if (child.Exists())
            {
                values[index] = ReadValue(child, parameter.ParameterType, values[index]);
            }
            else if (!parameter.HasDefaultValue)
            {
                _faults.Add($"{PathOf(section)} has no {CamelCase(parameter.Name!)}; expected it.");
            }
        }

        string[] names = [.. parameters.Select(parameter => parameter.Name!)];
        AddUnknown(
            [.. section.GetChildren().Where(child => !names.Contains(child.Key, StringComparer.OrdinalIgnoreCase)).Select(child => child.Path)],
            names);
        return (ConvStage)constructor.Invoke(values);
    }

    private object? ReadFactors(IConfigurationSection section, object? current)
    {
        if (!string.IsNullOrEmpty(section.Value))
        {
            AddFault(section, "an object of names and numbers");
            return current;
        }

        IConfigurationSection[] children = [.. section.GetChildren()];
        if (children.Length == 0)
        {
            return null;
        }

        var factors = new Dictionary<string, double>((IDictionary<string, double>?)current ?? new Dictionary<string, double>());
        foreach (IConfigurationSection child in children)
        {
            factors[child.Key] = (double)ReadValue(child, typeof(double), 0.0)!;
        }

        return factors;
    }

    private void AddUnknown(IReadOnlyCollection<string> unknown, IEnumerable<string> known)
    {
        if (unknown.Count > 0)
        {
            _faults.Add($"{Excerpt.Names(unknown)} {(unknown.Count == 1 ? "is" : "are")} unknown; "
                + $"expected {string.Join(", ", known.Select(CamelCase))}.");
        }
    }

    private void AddFault(IConfigurationSection section, string expected)
    {
        string got = section.GetChildren().Any() ? "an object or a list" : section.Value is { } text ? Excerpt.Name(text) : "null";
        _faults.Add($"{PathOf(section)} is {got}; expected {expected}.");
    }

    /// <summary>Names of enumerations in any case, not their numbers; numbers in the invariant culture.</summary>
    private static object? Parse(string? text, Type kind)
    {
        if (kind == typeof(int))
        {
            return int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int whole) ? whole : null;
        }

        if (kind == typeof(double))
        {
            return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) ? number : null;
        }

        if (kind == typeof(bool))
        {
            return bool.TryParse(text, out bool choice) ? choice : null;
        }

        return Enum.GetNames(kind).Contains(text, StringComparer.OrdinalIgnoreCase) ? Enum.Parse(kind, text!, ignoreCase: true) : null;
    }

    private static bool IsNothing(IConfigurationSection section) => string.IsNullOrEmpty(section.Value) && !section.GetChildren().Any();

    private static string PathOf(IConfigurationSection section) => Excerpt.Names([section.Path]);

    private static string CamelCase(string name) => char.ToLowerInvariant(name[0]) + name[1..];

    private static string NameOf(Type kind) => kind switch
    {
        _ when kind == typeof(int) => "a whole number",
        _ when kind == typeof(double) => "a number",
        _ when kind == typeof(bool) => "true or false",
        _ => "one of " + string.Join(", ", Enum.GetNames(kind)),
    };
}
