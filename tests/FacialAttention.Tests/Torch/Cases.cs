namespace FacialAttention.Tests.Torch;

/// <summary>Theories over every member of an enumeration, so that a new member is tested from its first day or fails.</summary>
internal static class Cases
{
    public static TheoryData<T> Of<T>()
        where T : struct, Enum => [.. Enum.GetValues<T>()];

    public static TheoryData<T1, T2> Of<T1, T2>()
        where T1 : struct, Enum
        where T2 : struct, Enum => Of<T1, T2>(Enum.GetValues<T2>());

    /// <summary>Each member with each value.</summary>
    public static TheoryData<T1, T2> Of<T1, T2>(params T2[] values)
        where T1 : struct, Enum
    {
        var cases = new TheoryData<T1, T2>();
        foreach (T1 member in Enum.GetValues<T1>())
        {
            foreach (T2 value in values)
            {
                cases.Add(member, value);
            }
        }

        return cases;
    }
}
