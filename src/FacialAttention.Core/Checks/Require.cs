using System.Globalization;
using System.Numerics;

namespace FacialAttention;

/// <summary>The checks of public entry points: the value comes back, or one message says what was got and what was expected.</summary>
internal static class Require
{
    public static T InRange<T>(T value, T minimum, T maximum, string parameter)
        where T : IComparisonOperators<T, T, bool>
    {
        return value >= minimum && value <= maximum
            ? value
            : throw new ArgumentOutOfRangeException(
                parameter,
                value,
                string.Create(CultureInfo.InvariantCulture, $"{parameter} is {value}; expected {minimum} to {maximum}."));
    }

    public static T Defined<T>(T value, string parameter)
        where T : struct, Enum
    {
        return Enum.IsDefined(value)
            ? value
            : throw new ArgumentOutOfRangeException(
                parameter, value, $"{parameter} is {value}; expected one of {string.Join(", ", Enum.GetNames<T>())}.");
    }
}
