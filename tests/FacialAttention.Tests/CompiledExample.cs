using System.Reflection;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace FacialAttention.Tests;

/// <summary>A program as it stands in a page or in a file of its own, compiled as the SDK would: implicit usings, nullable, no warnings.</summary>
internal static class CompiledExample
{
    private const string ImplicitUsings =
        "global using System; global using System.Collections.Generic; global using System.IO; global using System.Linq; "
        + "global using System.Net.Http; global using System.Threading; global using System.Threading.Tasks;";

    /// <summary>Compiles against all assemblies of this process, but for those named.</summary>
    public static Assembly Of(string code, params string[] withoutAssemblies)
    {
        string[] assemblies = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator);
        CSharpParseOptions options = CSharpParseOptions.Default.WithFeatures([new("FileBasedProgram", "true")]);
        CSharpCompilation compilation = CSharpCompilation.Create(
            "Example",
            [CSharpSyntaxTree.ParseText(ImplicitUsings, options), CSharpSyntaxTree.ParseText(code, options)],
            assemblies.Where(file => !withoutAssemblies.Contains(Path.GetFileNameWithoutExtension(file)))
                .Select(file => MetadataReference.CreateFromFile(file)),
            new CSharpCompilationOptions(OutputKind.ConsoleApplication, nullableContextOptions: NullableContextOptions.Enable));
        using var image = new MemoryStream();
        compilation.Emit(image).Diagnostics.Where(diagnostic => diagnostic.Severity >= DiagnosticSeverity.Warning).Should().BeEmpty();
        return Assembly.Load(image.ToArray());
    }
}
