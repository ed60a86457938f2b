namespace FacialAttention;

/// <summary>A folder with an existing libtorch, for example the <c>lib</c> folder of a Python PyTorch.</summary>
internal static class LibtorchFolder
{
    /// <summary>The environment variable that names the folder.</summary>
    public const string VariableName = "FACIALATTENTION_LIBTORCH";

    /// <summary>
    /// The libraries to load from the folder, in the order of their dependencies; those of CUDA only where the folder has them.
    /// </summary>
    /// <param name="folder">The folder.</param>
    /// <param name="ownLibtorch">The application's own libtorch_cpu, if it has one.</param>
    /// <exception cref="NativeTorchException">
    /// The folder does not exist, or holds no libtorch, or the application brings another: TorchSharp would load that too, and two in one
    /// process end it (seen: libtorch aborts when the second registers its operators).
    /// </exception>
    public static string[] FilesToLoad(string folder, string? ownLibtorch)
    {
        string path = Path.GetFullPath(folder);
        if (!Directory.Exists(path))
        {
            throw Wrong(path, File.Exists(path) ? "is a file" : "does not exist");
        }

        string[] required = [NativeFiles.Name("c10"), NativeFiles.Name("torch_cpu"), NativeFiles.Name("torch")];
        string[] missing = [.. required.Where(name => !File.Exists(Path.Combine(path, name)))];
        if (missing.Length > 0)
        {
            throw Wrong(path, $"holds no {string.Join(", no ", missing)}");
        }

        string library = Path.Combine(path, NativeFiles.Name("torch_cpu"));
        if (ownLibtorch is not null && !string.Equals(Target(library), Target(ownLibtorch), StringComparison.Ordinal))
        {
            throw new NativeTorchException(
                $"{VariableName} is '{path}', but the application brings a libtorch of its own, '{ownLibtorch}', and two cannot live "
                + "in one process. Build the application without its libtorch package (in FacialAttention's repository: "
                + "-p:TorchBackend=none), or remove the variable.");
        }

        return [.. new[] { "c10", "c10_cuda", "torch_cpu", "torch_cuda", "torch" }
            .Select(name => Path.Combine(path, NativeFiles.Name(name)))
            .Where(File.Exists)];
    }

    private static string Target(string path) => File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? Path.GetFullPath(path);

    private static NativeTorchException Wrong(string path, string fault) => new(
        $"{VariableName} is '{path}', which {fault}; expected a folder with {NativeFiles.Name("c10")}, {NativeFiles.Name("torch_cpu")} "
        + $"and {NativeFiles.Name("torch")}, for example the torch/lib folder of a Python PyTorch. Correct the variable, or remove it to "
        + "use the libtorch package of the application.");
}
