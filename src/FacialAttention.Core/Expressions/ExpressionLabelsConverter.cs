using System.ComponentModel;
using System.Globalization;

namespace FacialAttention;

/// <summary>Lets configuration binding read and write <see cref="ExpressionLabels"/> as text.</summary>
internal sealed class ExpressionLabelsConverter : TypeConverter
{
    /// <inheritdoc/>
    public override bool CanConvertFrom(ITypeDescriptorContext? context, Type sourceType) =>
        sourceType == typeof(string) || base.CanConvertFrom(context, sourceType);

    /// <inheritdoc/>
    public override object? ConvertFrom(ITypeDescriptorContext? context, CultureInfo? culture, object value) =>
        value is string text ? ExpressionLabels.Parse(text) : base.ConvertFrom(context, culture, value);

    // To text: TypeConverter calls ToString, which is that text.
}
