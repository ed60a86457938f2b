namespace Recognize;

/// <summary>How far a run is, on one line of a terminal; nothing where standard error is no terminal.</summary>
internal static class Progress
{
    private static int s_width;

    public static void Show(int done, int all)
    {
        if (!Console.IsErrorRedirected && done < all)
        {
            string text = FormattableString.Invariant($"{done} of {all}");
            Console.Error.Write($"\r{text}");
            s_width = text.Length;
        }
    }

    public static void Clear()
    {
        if (s_width > 0)
        {
            Console.Error.Write($"\r{new string(' ', s_width)}\r");
            s_width = 0;
        }
    }
}
