using System.Text.Json;

namespace FacialAttention.Tests.Packaging;

/// <summary>
/// Packs the libraries and builds, in a fresh folder outside the repository, a console application that references the packages; all of
/// it once for the tests of this folder. The packages have a version of their own, so none left in the package cache is ever used.
/// </summary>
public sealed class PackedConsumer : IDisposable
{
    /// <summary>Its first statement touches torch, and no type of ours, unless the first argument asks for something else.</summary>
    private const string Program = """
        using System;
        using FacialAttention;
        using TorchSharp;

        switch (args[0])
        {
            case "torch":
                Console.WriteLine(torch.ones(2).sum().item<float>());
                torch.manual_seed(1);
                Console.WriteLine(torch.cuda.is_available());
                Console.WriteLine(DeviceSelector.Select());
                return 0;
            case "nothing":
                Console.WriteLine("done");
                return 0;
            case "device":
                if (!DeviceSelector.TryParse(args[1], out DevicePreference preference, out int? index))
                {
                    return 4;
                }

                try
                {
                    Console.WriteLine(DeviceSelector.Select(preference, index));
                    return 0;
                }
                catch (NativeTorchException exception)
                {
                    Console.Error.WriteLine(exception.Message);
                    return 2;
                }

            default:
                return 3;
        }
        """;

    /// <summary>Strict on purpose: what the package adds to an application must compile there without a warning.</summary>
    private const string Project = """
        <Project Sdk="Microsoft.NET.Sdk">
          <PropertyGroup>
            <OutputType>Exe</OutputType>
            <TargetFramework>net10.0</TargetFramework>
            <AssemblyName>Consumer</AssemblyName>
            <Nullable>enable</Nullable>
            <ImplicitUsings>disable</ImplicitUsings>
            <TreatWarningsAsErrors>true</TreatWarningsAsErrors>
            <AnalysisLevel>latest-all</AnalysisLevel>
            <NoWarn>CA1303;CA1515;CA1849;CA2007</NoWarn>
            <EnforceCodeStyleInBuild>true</EnforceCodeStyleInBuild>
            <InvariantGlobalization>true</InvariantGlobalization>
            <UseAppHost>false</UseAppHost>
            <CreateHardLinksForCopyLocalIfPossible>true</CreateHardLinksForCopyLocalIfPossible>
          </PropertyGroup>
          <ItemGroup>
            <PackageReference Include="FacialAttention" Version="{version}" />
            {backend}
          </ItemGroup>
        </Project>
        """;

    // Everything but our packages is in the package cache, since the tests reference it too: no network is needed.
    private const string NuGetConfig = """
        <configuration>
          <packageSources>
            <clear />
            <add key="local" value="../feed" />
          </packageSources>
        </configuration>
        """;

    // No server process may outlive the tests, and nothing may ask the network.
    private static readonly string[] QuietOptions =
        ["-v", "q", "--nologo", "-nodeReuse:false", "-p:UseSharedCompilation=false", "-p:NuGetAudit=false"];

    private readonly string _folder = Directory.CreateTempSubdirectory("FacialAttention-packaging-").FullName;
    private readonly string[] _packOptions;

    public PackedConsumer()
    {
        Version = $"0.1.0-check.{Guid.NewGuid():N}";
        _packOptions =
        [
            "-c", "Release", "--artifacts-path", Path.Combine(_folder, "artifacts"), $"-p:PackageVersion={Version}",
            "-p:RunAnalyzers=false", .. QuietOptions, // The build before the tests has run them, and they are most of the time.
        ];
        try
        {
            Make("pack", "FacialAttention", "-o", FeedFolder);
            Make("pack", "FacialAttention.Core", "-o", FeedFolder, "--no-build");
            if (BlazeFaceModel.IsEmbedded)
            {
                Make("pack", "FacialAttention.Detection", "-o", FeedFolder);
                Make("pack", "FacialAttention.Onnx", "-o", FeedFolder, "--no-build"); // built for the one before
            }
            else
            {
                Make("pack", "FacialAttention.Onnx", "-o", FeedFolder);
            }

            Application = Build("application", $"""<PackageReference Include="{BackendPackage}" Version="2.10.0" />""");
            ApplicationWithoutBackend = Build("application-without-backend", "");
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public static string[] PackageNames { get; } = ["FacialAttention.Core", "FacialAttention", "FacialAttention.Onnx", "FacialAttention.Detection"];

    public static string RepositoryFolder { get; } = Repository.Root;

    public string Version { get; }

    public string FeedFolder => Path.Combine(_folder, "feed");

    /// <summary>The output folder of an application that references FacialAttention and one libtorch, and nothing else.</summary>
    public string Application { get; }

    /// <summary>The output folder of an application that references FacialAttention alone.</summary>
    public string ApplicationWithoutBackend { get; }

    public static string BackendPackage { get; } =
        OperatingSystem.IsWindows() ? "libtorch-cpu-win-x64"
        : OperatingSystem.IsMacOS() ? "libtorch-cpu-osx-arm64"
        : "libtorch-cpu-linux-x64";

    /// <summary>Where the packages that the application was built from lie.</summary>
    public string PackageCache
    {
        get
        {
            using JsonDocument assets = JsonDocument.Parse(File.ReadAllBytes(RestoredAssets));
            return assets.RootElement.GetProperty("packageFolders").EnumerateObject().First().Name;
        }
    }

    public string BackendFolder =>
        Path.Combine(PackageCache, BackendPackage, "2.10.0", "runtimes", NativeFiles.RuntimeIdentifier, "native");

    private string RestoredAssets => Path.Combine(_folder, "application", "obj", "project.assets.json");

    public string NewFolder(string name) => Directory.CreateDirectory(Path.Combine(_folder, name)).FullName;

    /// <summary>Compiles the libraries once more, where the packed ones were compiled, and returns the folder of the result.</summary>
    public string Recompile()
    {
        Make("build", "FacialAttention", "--no-restore", "--no-incremental");
        return Path.Combine(_folder, "artifacts", "bin", "FacialAttention", "release");
    }

    /// <summary>The source files that the application would be compiled from under these MSBuild properties.</summary>
    public string FilesToCompile(params string[] properties)
    {
        string[] options = [.. properties.Select(property => $"-p:{property}")];
        return ProcessRun.Run(Path.Combine(_folder, "application"), ["dotnet", "msbuild", "-getItem:Compile", .. options]).OrThrow().Output;
    }

    public void Dispose()
    {
        if (File.Exists(RestoredAssets))
        {
            foreach (string name in PackageNames)
            {
                string cached = Path.Combine(PackageCache, name.ToLowerInvariant());
                if (Directory.Exists(Path.Combine(cached, Version)))
                {
                    Directory.Delete(Path.Combine(cached, Version), recursive: true);
                }

                if (Directory.Exists(cached) && !Directory.EnumerateFileSystemEntries(cached).Any())
                {
                    Directory.Delete(cached);
                }
            }
        }

        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>
    /// Builds an application of this program as <c>dotnet new console</c> makes one, with the small package and ONNX Runtime; returns its
    /// output folder.
    /// </summary>
    public string BuildRecognizer(string program)
    {
        string folder = NewFolder("recognizer");
        File.WriteAllText(Path.Combine(folder, "nuget.config"), NuGetConfig);
        File.WriteAllText(Path.Combine(folder, "Consumer.csproj"), $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <TargetFramework>net10.0</TargetFramework>
                <ImplicitUsings>enable</ImplicitUsings>
                <Nullable>enable</Nullable>
                <TreatWarningsAsErrors>true</TreatWarningsAsErrors>
                <UseAppHost>false</UseAppHost>
              </PropertyGroup>
              <ItemGroup>
                <PackageReference Include="FacialAttention.Onnx" Version="{Version}" />
                <PackageReference Include="Microsoft.ML.OnnxRuntime" Version="1.31.1" />
              </ItemGroup>
            </Project>
            """);
        File.WriteAllText(Path.Combine(folder, "Program.cs"), program);
        string output = Path.Combine(_folder, "recognizer-output");
        _ = ProcessRun.Run(folder, ["dotnet", "build", "-o", output, .. QuietOptions]).OrThrow();
        return output;
    }

    /// <summary>Packs the tool <c>facial-attention</c> and installs it; returns a folder with the command in its folder <c>tool</c>.</summary>
    public string InstallTool()
    {
        _ = ProcessRun.Run(RepositoryFolder, ["dotnet", "pack", "samples/Recognize", "-o", FeedFolder, .. _packOptions]).OrThrow();
        string folder = NewFolder("tool");
        File.WriteAllText(Path.Combine(folder, "nuget.config"), NuGetConfig);
        _ = ProcessRun.Run(folder, "dotnet", "tool", "install", "FacialAttention.Tool", "--version", Version, "--tool-path", "tool").OrThrow();
        return folder;
    }

    private string Build(string name, string backend)
    {
        string folder = NewFolder(name);
        File.WriteAllText(Path.Combine(folder, "nuget.config"), NuGetConfig);
        File.WriteAllText(
            Path.Combine(folder, "Consumer.csproj"),
            Project.Replace("{version}", Version, StringComparison.Ordinal).Replace("{backend}", backend, StringComparison.Ordinal));
        File.WriteAllText(Path.Combine(folder, "Program.cs"), Program);
        string output = Path.Combine(_folder, $"{name}-output");
        _ = ProcessRun.Run(folder, ["dotnet", "build", "-o", output, .. QuietOptions]).OrThrow();
        return output;
    }

    private void Make(string command, string library, params string[] options) =>
        _ = ProcessRun.Run(RepositoryFolder, ["dotnet", command, Path.Combine("src", library), .. options, .. _packOptions]).OrThrow();
}
