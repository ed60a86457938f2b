using System.Runtime.Versioning;
using FacialAttention.Tests.Files;

namespace FacialAttention.Tests.Packaging;

/// <summary>How the project of FacialAttention.Detection builds where npm cannot bring its networks: in a copy, with a npm of our own.</summary>
[SupportedOSPlatform("linux")]
public sealed class NetworksBuildTests : IDisposable
{
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

    private ProcessRun Build(string target, string npm)
    {
        string project = Path.Combine("src", "FacialAttention.Detection");
        string[] files =
        [
            "Directory.Build.props", Path.Combine("eng", "Library.props"), Path.Combine(project, "FacialAttention.Detection.csproj"),
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
