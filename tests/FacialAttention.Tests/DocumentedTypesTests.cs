using System.Text.RegularExpressions;

namespace FacialAttention.Tests;

/// <summary>Every public type has a place in the documentation that a user reads.</summary>
public sealed partial class DocumentedTypesTests
{
    [Theory]
    [InlineData("FacialAttention")]
    [InlineData("FacialAttention.Core")]
    [InlineData("FacialAttention.Onnx")]
    [InlineData("FacialAttention.Detection")]
    public void PublicTypes_OfAPackage_AreEachNamedInThePages(string package)
    {
        string[] lines = File.ReadAllLines(Path.Combine(Repository.Root, "src", package, "PublicAPI.Unshipped.txt"));
        string[] types = [.. lines.Select(line => PublicType().Match(line).Groups[1].Value).Where(type => type.Length > 0).Distinct()];
        HashSet<string> named = [.. Pages().SelectMany(page => Word().Matches(File.ReadAllText(page))).Select(match => match.Value)];

        types.Should().NotBeEmpty();
        types.Except(named).Should().BeEmpty("README.md or a page of docs says what each public type is for");
    }

    /// <summary>README.md and docs/*.md: not the evidence, not the decisions, which nobody reads to learn what to call.</summary>
    private static IEnumerable<string> Pages() =>
        Directory.EnumerateFiles(Path.Combine(Repository.Root, "docs"), "*.md").Append(Path.Combine(Repository.Root, "README.md"));

    /// <summary>The type of a line, which is its own or that of one of its members.</summary>
    [GeneratedRegex(@"^(?:(?:static|abstract|override|virtual|readonly|const) )*FacialAttention\.(\w+)")]
    private static partial Regex PublicType();

    [GeneratedRegex(@"\w+")]
    private static partial Regex Word();
}
