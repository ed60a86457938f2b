using System.Text.RegularExpressions;

namespace FacialAttention.Tests;

/// <summary>The text of the sources: nothing is written twice, and no file grows into more than one thought.</summary>
public sealed partial class SourcesTests
{
    private const int SharedLines = 10;

    private static readonly string Root = Path.Combine(Repository.Root, "src");

    [Fact]
    public void Sources_AnyTwoPlaces_ShareAtMostTenLines() =>
        FindRepeats(Directory.GetFiles(Root, "*.cs", SearchOption.AllDirectories)
            .Where(path => !Regex.IsMatch(path, @"[/\\](bin|obj)[/\\]"))
            .Order(StringComparer.Ordinal)
            .Select(path => (Path.GetRelativePath(Root, path), File.ReadAllLines(path))))
            .Should().BeEmpty("what is written twice wants one home");

    [Theory]
    [InlineData(SharedLines, false)]
    [InlineData(SharedLines + 1, true)]
    public void FindRepeats_LinesOfTwoFiles_AreFoundWhereMoreThanTen(int lines, bool isFound)
    {
        string[] code = [.. Enumerable.Range(0, lines).Select(i => $"Step({i});")];
        string[] copy = ["using System;", "int own = 1;", .. code.SelectMany(line => new[] { "    /// <summary>Else.</summary>", "{", "", $"   {line}" })];

        FindRepeats([("A.cs", code), ("B.cs", copy)]).Should().Equal(isFound ? ["B.cs, line 6, is A.cs, line 1"] : []);
    }

    [Theory]
    [InlineData("Networks/Checkpoint.cs", 170)]
    [InlineData("Networks/ExpressionNetwork.cs", 120)]
    [InlineData("Training/ResumeState.cs", 160)]
    [InlineData("Training/Trainer.cs", 190)]
    public void File_OfManyUses_HasFewerLinesThanItsBound(string path, int bound) =>
        File.ReadLines(Path.Combine(Root, "FacialAttention", path)).Count(line => !line.TrimStart().StartsWith("///", StringComparison.Ordinal))
            .Should().BeLessThan(bound, "lines of documentation not counted");

    /// <summary>Where more lines than are allowed follow each other that already did so elsewhere; each place once.</summary>
    private static IEnumerable<string> FindRepeats(IEnumerable<(string File, string[] Lines)> sources)
    {
        var places = new Dictionary<string, string>();
        foreach ((string file, string[] lines) in sources)
        {
            (string Text, int Number)[] code = [.. lines.Select((line, i) => (Space().Replace(line, " ").Trim(), i + 1)).Where(IsCode)];
            int known = 0; // code before this is part of a repeat that is listed
            for (int i = 0; i + SharedLines < code.Length; i++)
            {
                string window = string.Join('\n', code[i..(i + SharedLines + 1)].Select(line => line.Text));
                string place = $"{file}, line {code[i].Number}";
                if (!places.TryAdd(window, place) && i >= known)
                {
                    known = i + SharedLines + 1;
                    yield return $"{place}, is {places[window]}";
                }
            }
        }
    }

    private static bool IsCode((string Text, int Number) line) => !NoCode().IsMatch(line.Text);

    [GeneratedRegex(@"\s+")]
    private static partial Regex Space();

    [GeneratedRegex(@"^([{}()\[\];,]*|///.*|using (static )?[\w.]+;|namespace .*)$")]
    private static partial Regex NoCode();
}
