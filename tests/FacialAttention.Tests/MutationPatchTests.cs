namespace FacialAttention.Tests;

/// <summary>The breaks of tests/mutations still fit the library; that the tests notice them is for tests/mutations/run.</summary>
public sealed class MutationPatchTests
{
    private const string FilePrefix = "--- a/";
    private const string TestsPrefix = "Tests: ";

    public static TheoryData<string> Patches =>
        [.. new DirectoryInfo(Path.Combine(Repository.Root, "tests", "mutations")).GetFiles("*.patch").Select(file => file.Name).Order()];

    [Theory]
    [MemberData(nameof(Patches))]
    public void Patch_OfABreak_FindsItsLinesInOnePlace(string name)
    {
        string[] patch = File.ReadAllLines(Path.Combine(Repository.Root, "tests", "mutations", name));
        string file = patch.Single(line => line.StartsWith(FilePrefix, StringComparison.Ordinal))[FilePrefix.Length..];
        string source = File.ReadAllText(Path.Combine(Repository.Root, file)).ReplaceLineEndings("\n");

        string[][] hunks = [.. Hunks(patch)];

        hunks.Should().NotBeEmpty();
        foreach (string[] hunk in hunks)
        {
            // The lines as they are now: context and what is taken away.
            string lines = string.Concat(hunk.Where(line => !line.StartsWith('+')).Select(line => line[Math.Min(1, line.Length)..] + "\n"));
            source.Split(lines).Should().HaveCount(2, "{0} changes {1} there, and there alone", name, file);
        }
    }

    [Theory]
    [MemberData(nameof(Patches))]
    public void Patch_OfABreak_NamesTestsThatThereAre(string name)
    {
        string tests = File.ReadLines(Path.Combine(Repository.Root, "tests", "mutations", name))
            .Single(line => line.StartsWith(TestsPrefix, StringComparison.Ordinal))[TestsPrefix.Length..];
        string[] classes = [.. typeof(MutationPatchTests).Assembly.GetTypes().Select(type => $"{type.FullName}.")];

        tests.Split('|').Should().OnlyContain(
            part => classes.Any(type => type.Contains($"FacialAttention.Tests.{part}.", StringComparison.Ordinal)),
            "tests/mutations/run asks for them by these names");
    }

    private static IEnumerable<string[]> Hunks(string[] patch)
    {
        int[] starts = [.. patch.Index().Where(line => line.Item.StartsWith("@@", StringComparison.Ordinal)).Select(line => line.Index), patch.Length];
        return starts.Zip(starts.Skip(1), (start, end) => patch[(start + 1)..end]);
    }
}
