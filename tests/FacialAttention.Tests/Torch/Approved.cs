namespace FacialAttention.Tests.Torch;

/// <summary>Texts that a person has read and approved; a change is a change of the file, seen in review. Nothing here writes one.</summary>
internal static class Approved
{
    /// <summary>Compares lines with the approved file, which the build copies beside the tests.</summary>
    public static void ShouldMatch(string relativePath, IReadOnlyList<string> actual)
    {
        string path = Path.Combine(AppContext.BaseDirectory, relativePath);
        string[] approved = File.Exists(path) ? File.ReadAllLines(path) : [];
        if (!actual.SequenceEqual(approved))
        {
            IEnumerable<string> gone = approved.Except(actual).Select(line => $"- {line}");
            IEnumerable<string> come = actual.Except(approved).Select(line => $"+ {line}");
            string difference = string.Join('\n', gone.Concat(come).DefaultIfEmpty("the same lines, in another order or number"));
            string all = string.Join('\n', actual);
            Assert.Fail($"{relativePath} holds {approved.Length} lines, got {actual.Count}:\n{difference}\nIn full:\n{all}");
        }
    }
}
