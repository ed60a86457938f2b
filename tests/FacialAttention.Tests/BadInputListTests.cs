using System.Text.RegularExpressions;

namespace FacialAttention.Tests;

/// <summary>docs/evidence/bad-input.md names a test for each item.</summary>
public sealed partial class BadInputListTests
{
    [Fact]
    public void Tests_OfTheList_Exist()
    {
        string page = File.ReadAllText(Path.Combine(Repository.Root, "docs", "evidence", "bad-input.md"));
        Dictionary<string, string> sources = Directory
            .EnumerateFiles(Path.Combine(Repository.Root, "tests"), "*Tests.cs", SearchOption.AllDirectories)
            .GroupBy(Path.GetFileNameWithoutExtension)
            .ToDictionary(group => group.Key!, group => string.Concat(group.Select(File.ReadAllText)), StringComparer.Ordinal);

        MatchCollection named = Test().Matches(page);

        named.Count.Should().BeGreaterThan(35);
        named.Should().AllSatisfy(test => sources.GetValueOrDefault(test.Groups[1].Value).Should().Contain($" {test.Groups[2].Value}("));
    }

    [GeneratedRegex(@"`(\w+Tests)\.(\w+)`")]
    private static partial Regex Test();
}
