using System.Text.Json;

namespace FacialAttention.Tests.Packaging;

/// <summary>
/// Packs both libraries and builds, in a fresh folder outside the repository, a console application that references the packages; all of
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
                catch (NativeTorchException e)
                {
                    Console.Error.WriteLine(e.Message);
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

    // Everything but our two packages is in the package cache, since the tests reference it too: no network is needed.
    private const string NuGetConfig = """
        <configuration>
          <packageSources>
            <clear />
            <add key="local" value="../feed" />
          </packageSources>
        </configuration>
        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("FacialAttention-packaging-").FullName;
    private readonly string[] _packOptions;

    public PackedConsumer()
    {
        Version = $"0.1.0-check.{Guid.NewGuid():N}";
        _packOptions =
        [
            "-c", "Release", "-v", "q", "--nologo", "-nodeReuse:false", "--artifacts-path", Path.Combine(_folder, "artifacts"),
            $"-p:PackageVersion={Version}", "-p:UseSharedCompilation=false", "-p:NuGetAudit=false",
        ];
        try
        {
            _ = Dotnet(RepositoryFolder, ["pack", Path.Combine("src", "FacialAttention"), "-o", FeedFolder, .. _packOptions]).OrThrow();
            _ = Dotnet(RepositoryFolder, ["pack", Path.Combine("src", "FacialAttention.Core"), "--no-build", "-o", FeedFolder, .. _packOptions]).OrThrow();
            Application = Build("application", $"""<PackageReference Include="{BackendPackage}" Version="2.10.0" />""");
            ApplicationWithoutBackend = Build("application-without-backend", "");
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public static string[] PackageNames { get; } = ["FacialAttention.Core", "FacialAttention"];

    public static string RepositoryFolder { get; } = Repository.Root;

    public string Version { get; }

    public string FeedFolder => Path.Combine(_folder, "feed");

    /// <summary>The output folder of an application that references FacialAttention and one libtorch, and nothing else.</summary>
    public string Application { get; }

    /// <summary>The output folder of an application that references FacialAttention alone.</summary>
    public string ApplicationWithoutBackend { get; }

    public static string BackendPackage { get; } =
        OperatingSystem.IsWindows() ? "libtorch-cpu-win-x64" : OperatingSystem.IsMacOS() ? "libtorch-cpu-osx-arm64" : "libtorch-cpu-linux-x64";

    /// <summary>Where the packages that the application was built from lie.</summary>
    public string PackageCache
    {
        get
        {
            using JsonDocument assets = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(_folder, "application", "obj", "project.assets.json")));
            return assets.RootElement.GetProperty("packageFolders").EnumerateObject().First().Name;
        }
    }

    public string BackendFolder => Path.Combine(PackageCache, BackendPackage, "2.10.0", "runtimes", NativeFiles.RuntimeIdentifier, "native");

    public string NewFolder(string name) => Directory.CreateDirectory(Path.Combine(_folder, name)).FullName;

    /// <summary>Compiles the library once more from nothing, where the packed one was compiled, and returns the folder of the result.</summary>
    public string Recompile()
    {
        _ = Dotnet(RepositoryFolder, ["build", Path.Combine("src", "FacialAttention"), "--no-restore", "--no-incremental", .. _packOptions]).OrThrow();
        return Path.Combine(_folder, "artifacts", "bin", "FacialAttention", "release");
    }

    /// <summary>The source files that the application would be compiled from under these MSBuild properties.</summary>
    public string FilesToCompile(params string[] properties) => Dotnet(
        Path.Combine(_folder, "application"), ["msbuild", "-getItem:Compile", .. properties.Select(property => $"-p:{property}")]).OrThrow().Output;

    internal static ProcessRun Dotnet(string folder, params string[] arguments) => ProcessRun.Run(folder, ["dotnet", .. arguments]);

    public void Dispose()
    {
        string assets = Path.Combine(_folder, "application", "obj", "project.assets.json");
        if (File.Exists(assets))
        {
            foreach (string name in PackageNames)
            {
                string cached = Path.Combine(PackageCache, name.ToLowerInvariant(), Version);
                if (Directory.Exists(cached))
                {
                    Directory.Delete(cached, recursive: true);
                }
            }
        }

        Directory.Delete(_folder, recursive: true);
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
        _ = Dotnet(folder, "build", "-v", "q", "--nologo", "-nodeReuse:false", "-p:UseSharedCompilation=false", "-p:NuGetAudit=false", "-o", output)
            .OrThrow();
        return output;
    }
}
