namespace FacialAttention.Tests.Native;

public sealed class LibtorchFolderTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("FacialAttention-tests-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void FilesToLoad_CpuLibtorch_AreInTheOrderOfTheirDependencies()
    {
        Write("torch", "torch_cpu", "c10", "something_else");

        LibtorchFolder.FilesToLoad(_folder, null).Should().Equal(Paths("c10", "torch_cpu", "torch"));
    }

    [Fact]
    public void FilesToLoad_CudaLibtorch_HasTheFilesOfCuda()
    {
        Write("torch", "torch_cuda", "torch_cpu", "c10_cuda", "c10");

        LibtorchFolder.FilesToLoad(_folder, null).Should().Equal(Paths("c10", "c10_cuda", "torch_cpu", "torch_cuda", "torch"));
    }

    [Fact]
    public void FilesToLoad_NoSuchFolder_NamesVariableAndFolder()
    {
        string folder = Path.Combine(_folder, "absent");

        FluentActions.Invoking(() => LibtorchFolder.FilesToLoad(folder, null)).Should().Throw<NativeTorchException>()
            .WithMessage($"FACIALATTENTION_LIBTORCH is '{folder}', which does not exist; expected a folder with*");
    }

    [Fact]
    public void FilesToLoad_File_SaysSo()
    {
        string file = Path.Combine(_folder, "file");
        File.WriteAllText(file, "");

        FluentActions.Invoking(() => LibtorchFolder.FilesToLoad(file, null)).Should().Throw<NativeTorchException>()
            .WithMessage("*which is a file;*");
    }

    [Fact]
    public void FilesToLoad_FolderWithoutLibtorch_NamesWhatIsMissing()
    {
        Write("c10");

        FluentActions.Invoking(() => LibtorchFolder.FilesToLoad(_folder, null)).Should().Throw<NativeTorchException>()
            .WithMessage($"*holds no {NativeFiles.Name("torch_cpu")}, no {NativeFiles.Name("torch")};*");
    }

    [Fact]
    public void FilesToLoad_ApplicationWithAnotherLibtorch_IsRefused()
    {
        Write("c10", "torch_cpu", "torch");
        string own = Path.Combine(Directory.CreateDirectory(Path.Combine(_folder, "own")).FullName, NativeFiles.Name("torch_cpu"));
        File.WriteAllText(own, "");

        FluentActions.Invoking(() => LibtorchFolder.FilesToLoad(_folder, own)).Should().Throw<NativeTorchException>()
            .WithMessage($"*but the application brings a libtorch of its own, '{own}'*-p:TorchBackend=none*");
    }

    [Fact]
    public void FilesToLoad_ApplicationsOwnLibtorch_IsNoConflict()
    {
        Write("c10", "torch_cpu", "torch");

        LibtorchFolder.FilesToLoad(_folder + Path.DirectorySeparatorChar, Paths("torch_cpu")[0]).Should().HaveCount(3);
    }

    [LinuxFact]
    public void FilesToLoad_LinkToTheApplicationsOwnLibtorch_IsNoConflict()
    {
        Write("c10", "torch_cpu", "torch");
        string own = Path.Combine(_folder, "link.so");
        _ = File.CreateSymbolicLink(own, Paths("torch_cpu")[0]);

        LibtorchFolder.FilesToLoad(_folder, own).Should().HaveCount(3);
    }

    private void Write(params string[] libraries)
    {
        foreach (string path in Paths(libraries))
        {
            File.WriteAllText(path, "");
        }
    }

    private string[] Paths(params string[] libraries) => [.. libraries.Select(name => Path.Combine(_folder, NativeFiles.Name(name)))];
}
