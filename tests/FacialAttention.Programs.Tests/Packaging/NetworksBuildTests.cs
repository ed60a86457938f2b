using System.Runtime.Versioning;
using FacialAttention.Tests.Files;

namespace FacialAttention.Tests.Packaging;

/// <summary>How the projects that take something from npm build where it cannot bring that: in a copy, with a npm of our own.</summary>
[SupportedOSPlatform("linux")]
[Collection(nameof(PackedConsumer))]
public sealed class NetworksBuildTests : IDisposable
{
    private const string Detection = "src/FacialAttention.Detection";
    private const string LivePage = "samples/LivePage";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [LinuxFact]
    public void Build_WithoutNpm_WarnsOnceAndGoesOn()
    {
        ProcessRun run = Build("BringNetworks", npm: "echo npm: not found; exit 127");

        run.ExitCode.Should().Be(0);
        run.Output.Should().MatchRegex(
            "^[^\n]*: warning FADETECT1: FacialAttention.Detection is built without its networks, [^\n]*npm is missing[^\n]*\n?$");
    }

    [LinuxFact]
    public void Build_LivePageWithoutNpm_WarnsOnceAndGoesOn()
    {
        ProcessRun run = Build("BringRuntime", npm: "echo npm: not found; exit 127", LivePage);

        run.ExitCode.Should().Be(0);
        run.Output.Should().MatchRegex(
            "^[^\n]*: warning LIVEPAGE1: samples/LivePage is built without what its page runs on, [^\n]*npm is missing[^\n]*\n?$");
    }

    [LinuxFact]
    public void Build_LivePageWithALockfileThatDoesNotMatch_IsAnError()
    {
        ProcessRun run = Build("BringRuntime", npm: "echo npm error code EINTEGRITY; exit 1", LivePage);

        run.ExitCode.Should().Be(1);
        run.Output.Should().Contain("error LIVEPAGE2: samples/LivePage/package-lock.json does not match package.json").And.NotContain("LIVEPAGE1");
    }

    [Theory]
    [InlineData(Detection)]
    [InlineData(LivePage)]
    public void Lockfile_OfAProject_HoldsChecksumsAndNoAddresses(string project)
    {
        string lockfile = File.ReadAllText(Path.Combine(Repository.Root, project, "package-lock.json"));

        lockfile.Should().NotContain("://").And.NotContain("\"resolved\"");
        lockfile.Split("\"version\"").Length.Should().Be(lockfile.Split("\"integrity\": \"sha512-").Length);
    }

    [LinuxFact]
    public void Build_LockfileThatDoesNotMatch_IsAnError()
    {
        ProcessRun run = Build("BringNetworks", npm: "echo npm error code EUSAGE; echo Invalid: lock file; exit 1");

        run.ExitCode.Should().Be(1);
        run.Output.Should().Contain("error FADETECT2: src/FacialAttention.Detection/package-lock.json does not match package.json")
            .And.Contain("Invalid: lock file").And.NotContain("FADETECT1");
    }

    [LinuxFact]
    public void Pack_WithoutNetworks_IsAnError()
    {
        ProcessRun run = Build("RequireNetworks", npm: "exit 127");

        run.ExitCode.Should().Be(1);
        run.Output.Should().Contain("error FADETECT3: The package would hold no networks.");
    }

    private ProcessRun Build(string target, string npm, string project = Detection)
    {
        string[] files =
        [
            "Directory.Build.props", Path.Combine("eng", "Library.props"), Path.Combine(project, $"{Path.GetFileName(project)}.csproj"),
            Path.Combine(project, "package.json"), Path.Combine(project, "package-lock.json"),
        ];
        foreach (string file in files)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(_folder.File(file))!);
            File.Copy(Path.Combine(Repository.Root, file), _folder.File(file));
        }

        string program = _folder.File("npm");
        File.WriteAllText(program, $"#!/bin/sh\n{npm}\n");
        File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        return ProcessRun.Run(
            _folder.File(project),
            "env",
            $"PATH={_folder.Path}:{Environment.GetEnvironmentVariable("PATH")}",
            "dotnet",
            "msbuild",
            $"-t:{target}",
            "-nologo",
            "-v:q",
            "-nodeReuse:false");
    }
}
