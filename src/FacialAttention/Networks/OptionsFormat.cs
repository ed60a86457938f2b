using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Microsoft.Extensions.Options;

namespace FacialAttention;

/// <summary>The options of a family of networks as the JSON of its description: written in full, and read strictly.</summary>
internal static class OptionsFormat
{
    /// <summary>How a family writes and reads its options: nothing is guessed, and an unknown or missing name is a fault.</summary>
    /// <param name="resolver">Generated when compiled, which starts sooner than looking at the type when run.</param>
    /// <param name="converters">Of what is no plain number, text or list.</param>
    public static JsonTypeInfo<T> Strict<T>(IJsonTypeInfoResolver resolver, params JsonConverter[] converters)
    {
        var strict = new JsonSerializerOptions(JsonSerializerDefaults.Web)
        {
            AllowDuplicateProperties = false,
            NumberHandling = JsonNumberHandling.Strict,
            PropertyNameCaseInsensitive = false,
            RespectNullableAnnotations = true,
            RespectRequiredConstructorParameters = true,
            TypeInfoResolver = resolver.WithAddedModifier(LeaveOutDefaults),
            UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        };
        Array.ForEach(converters, strict.Converters.Add);
        return (JsonTypeInfo<T>)strict.GetTypeInfo(typeof(T));
    }

    /// <summary>The options of a description.</summary>
    /// <param name="description">The description.</param>
    /// <param name="json">How the family reads them.</param>
    /// <param name="source">The file in messages, as the subject of a sentence.</param>
    /// <param name="validate">What was read as options that are valid.</param>
    /// <exception cref="InvalidDataException">An option is not as expected; the message names it.</exception>
    public static TOptions Read<TStored, TOptions>(
        NetworkDescription description, JsonTypeInfo<TStored> json, string source, Func<TStored, TOptions> validate)
        where TStored : class
    {
        try
        {
            return validate(DescriptionFormat.Parse(description.Options, DescriptionFormat.OptionsKey, json, source));
        }
        catch (OptionsValidationException exception)
        {
            throw DescriptionFormat.Fault(source, $"{DescriptionFormat.OptionsKey}: {exception.Message}", exception);
        }
    }

    /// <summary>The variant that a description of a family says, which is one of those that there are.</summary>
    /// <exception cref="InvalidDataException">It is another; or the preprocessing crops, which such networks do not.</exception>
    public static void Check(NetworkDescription description, string source, params string[] variants)
    {
        if (!variants.Contains(description.Variant))
        {
            throw DescriptionFormat.Fault(
                source,
                $"{DescriptionFormat.VariantKey} is {Excerpt.Of(description.Variant)}; expected {string.Join(" or ", variants)}.");
        }

        if (description.Preprocessing.Crop is { } crop)
        {
            throw DescriptionFormat.Fault(
                source,
                $"{DescriptionFormat.PreprocessingKey} crops to {crop}; expected no crop, since {description.Variant} sees whole faces.");
        }
    }

    /// <summary>
    /// Of a stage, only these names are always written; those that came later are left out where they are the default, so that a network
    /// without them is still described by the same bytes (docs/adr/0003-format-versions.md).
    /// </summary>
    private static void LeaveOutDefaults(JsonTypeInfo type)
    {
        if (type.Type != typeof(ConvStage))
        {
            return;
        }

        var plain = new ConvStage(KernelSize: 1, Channels: 1);
        foreach (JsonPropertyInfo property in type.Properties.Where(property => property.Name is not ("kernelSize" or "channels" or "pool")))
        {
            object? usual = property.Get!(plain);
            property.ShouldSerialize = (_, value) => !Equals(value, usual);
        }
    }
}
