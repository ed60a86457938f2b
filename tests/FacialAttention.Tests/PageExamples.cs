using System.Text.RegularExpressions;

namespace FacialAttention.Tests;

/// <summary>The programs that stand in pages.</summary>
internal static partial class PageExamples
{
    /// <summary>The programs of the README in their order; the first one is run from the packed package (PackageTests).</summary>
    public static IReadOnlyList<string> OfReadme() => Of("README.md");

    /// <param name="page">Its path in the repository.</param>
    public static IReadOnlyList<string> Of(string page) =>
        [.. ExampleBlock().Matches(File.ReadAllText(Path.Combine(Repository.Root, page))).Select(match => match.Groups["code"].Value)];

    [GeneratedRegex(@"```csharp\n(?<code>.*?)```", RegexOptions.Singleline)]
    private static partial Regex ExampleBlock();
}
