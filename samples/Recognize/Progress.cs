namespace Recognize;

/// <summary>How far a run is, on one line of a terminal; nothing where standard error is no terminal.</summary>
internal static class Progress
{
    private static int s_width;

    public static void Show(int done, int all)
    {
        if (done < all)
        {
            Show(FormattableString.Invariant($"{done} of {all}"));
        }
    }

    public static void Show(TimeSpan done, TimeSpan? all) => Show(
        FormattableString.Invariant($"{done.TotalSeconds:F1} s") + (all is { } end ? FormattableString.Invariant($" of {end.TotalSeconds:F0}") : ""));

    public static void Clear()
    {
        if (s_width > 0)
        {
            Console.Error.Write($"\r{new string(' ', s_width)}\r");
            s_width = 0;
        }
    }

    private static void Show(string text)
    {
        if (!Console.IsErrorRedirected)
        {
            Console.Error.Write($"\r{text.PadRight(s_width)}");
            s_width = text.Length;
        }
    }
}
