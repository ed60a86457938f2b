using System.Text;
using FacialAttention.Tests.Files;

namespace FacialAttention.Tests.Data;

/// <summary>Hostile names and numbers of them: every message is one line that a screen shows, without anything that a terminal obeys.</summary>
public sealed class FaceDataMessageTests : IDisposable
{
    private const int MaxLength = 2000;
    private static readonly string LongName = new('\u0007', 240);
    private static readonly FacePreprocessor Small = new(new ImageSize(Height: 2, Width: 3));

    private readonly FaceFolderFiles _folder = new();
    private readonly TemporaryFolder _csv = new();

    public void Dispose()
    {
        _folder.Dispose();
        _csv.Dispose();
    }

    private static string Numbered(int i) => FormattableString.Invariant($"{LongName}{i}");

    private static void ShouldRefuse(Action read, string reason)
    {
        Exception fault = read.Should().Throw<InvalidDataException>().Which;
        fault.Message.Should().Contain(reason);
        fault.Message.Length.Should().BeLessThan(MaxLength);
        fault.Message.Any(char.IsControl).Should().BeFalse("'{0}' is for one line", fault.Message);
    }

    private void ShouldRefuseFolder(string reason, bool skipBad = false)
    {
        ShouldRefuse(() => FaceFolderReader.ReadStratified(_folder.Path, preprocessor: Small, skipBad: skipBad), reason);
        ShouldRefuse(() => FaceFolderReader.ReadPart(_folder.Path, null, Small, skipBad), reason);
    }

    [Fact]
    public void ClassFolders_TenThousand_AreCounted()
    {
        for (int i = 0; i < 10_000; i++)
        {
            _folder.AddFolder(FormattableString.Invariant($"class{i}"));
        }

        ShouldRefuseFolder("10000 label names; expected 2 to 256.");
    }

    [LinuxFact]
    public void ClassFolders_ControlCharacters_AreEscaped()
    {
        _folder.Add($"{LongName}/1.png", 1).Add("calm/2.png", 2);

        ShouldRefuseFolder("\\u0007");
    }

    [LinuxFact]
    public void Parts_ManyDifferentClasses_AreCutShort()
    {
        for (int i = 0; i < 200; i++)
        {
            _folder.AddFolder(FormattableString.Invariant($"train/{new string('a', 240)}{i}")).AddFolder($"validation/{Numbered(i)}");
        }

        ShouldRefuse(() => FaceFolderReader.Read(_folder.Path, Small), "the classes differ: ");
    }

    [LinuxFact]
    public void BadImages_FiveThousand_AreCutShort()
    {
        _folder.Add("calm/1.png", 1).Add("tense/2.png", 2);
        for (int i = 0; i < 5000; i++)
        {
            _folder.Add($"calm/{Numbered(i)}.png", []);
        }

        ShouldRefuseFolder("5000 of 5002 image(s) cannot be used: ");
    }

    [LinuxFact]
    public void OtherFiles_ManyLongEndings_AreCutShort()
    {
        _folder.Add("calm/1.png", 1).Add("tense/2.png", 2);
        for (int i = 0; i < 500; i++)
        {
            _folder.Add($"calm/x.{Numbered(i)}", [1]);
        }

        ShouldRefuseFolder(" would not be read; ");
    }

    [LinuxFact]
    public void Layout_HostileNames_AreEscaped()
    {
        (string Folder, string Name, string Reason)[] faults =
        [
            ("calm", "x.png/y", "cannot be used"), ("calm", "x/y", "has a folder"),
            ("calm", "x.resume", "as the output of a training run has"), ("", "x.png", "is in no class folder"),
        ];
        foreach ((string folder, string name, string reason) in faults)
        {
            using var faces = new FaceFolderFiles();
            faces.Add("calm/1.png", 1).Add("tense/2.png", 2).Add(Path.Combine(folder, LongName + name), [1]);
            ShouldRefuse(() => FaceFolderReader.ReadStratified(faces.Path, preprocessor: Small), reason);
        }
    }

    [LinuxFact]
    public void Wrapper_HostileNames_AreEscaped()
    {
        _folder.Add($"{LongName}/{LongName}/train/calm/1.png", 1);

        ShouldRefuseFolder("did you mean");
    }

    [LinuxFact]
    public void Csv_HostileColumnsAndPath_AreCutShort()
    {
        string path = _csv.File(LongName);
        foreach (string csv in new[] { string.Join(',', Enumerable.Repeat(LongName, 250)), $"emotion,pixels,Usage\n{LongName},0,{LongName}\n" })
        {
            File.WriteAllBytes(path, Encoding.UTF8.GetBytes(csv));
            ShouldRefuse(() => Fer2013Reader.Read(path), "\\u0007");
        }
    }
}
