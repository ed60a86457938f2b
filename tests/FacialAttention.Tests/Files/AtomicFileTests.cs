namespace FacialAttention.Tests.Files;

public sealed class AtomicFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Write_NewFile_HoldsTheContentAndNothingElseIsLeft()
    {
        AtomicFile.Write(_folder.File("a"), stream => stream.Write([1, 2, 3]));

        File.ReadAllBytes(_folder.File("a")).Should().Equal(1, 2, 3);
        Directory.GetFileSystemEntries(_folder.Path).Should().ContainSingle();
    }

    [Fact]
    public void Write_ExistingFile_IsReplaced()
    {
        string path = _folder.Write("a", [9, 9, 9, 9]);

        AtomicFile.Write(path, stream => stream.Write([1]));

        File.ReadAllBytes(path).Should().Equal(1);
        Directory.GetFileSystemEntries(_folder.Path).Should().ContainSingle();
    }

    [Fact]
    public void Write_BeforeItIsComplete_TheFormerFileStands()
    {
        string path = _folder.Write("a", [9]);

        AtomicFile.Write(path, stream =>
        {
            stream.Write([1, 2]);
            stream.Flush();
            File.ReadAllBytes(path).Should().Equal(9);
        });
    }

    [Fact]
    public void Write_CallbackThrows_KeepsTheFormerFileAndLeavesNoOther()
    {
        string path = _folder.Write("a", [9, 8]);
        Action act = () => AtomicFile.Write(path, stream =>
        {
            stream.Write(new byte[100_000]);
            throw new NotSupportedException("midway");
        });

        act.Should().Throw<NotSupportedException>().WithMessage("midway");
        File.ReadAllBytes(path).Should().Equal(9, 8);
        Directory.GetFileSystemEntries(_folder.Path).Should().ContainSingle();
    }

    [Fact]
    public void Write_CallbackThrowsForNewFile_LeavesNothing()
    {
        Action act = () => AtomicFile.Write(_folder.File("a"), _ => throw new NotSupportedException());

        act.Should().Throw<NotSupportedException>();
        Directory.GetFileSystemEntries(_folder.Path).Should().BeEmpty();
    }

    [Fact]
    public void Write_FolderVanishesMeanwhile_ThrowsTheFirstFailure()
    {
        string folder = Directory.CreateDirectory(_folder.File("sub")).FullName;
        Action act = () => AtomicFile.Write(Path.Combine(folder, "a"), _ =>
        {
            Directory.Delete(folder, recursive: true);
            throw new NotSupportedException("midway");
        });

        act.Should().Throw<NotSupportedException>().WithMessage("midway");
    }

    [Fact]
    public void Write_RelativePath_WritesIntoTheCurrentFolder()
    {
        string name = Path.GetRelativePath(Environment.CurrentDirectory, _folder.File("a"));

        AtomicFile.Write(name, stream => stream.Write([5]));

        File.ReadAllBytes(_folder.File("a")).Should().Equal(5);
    }

    [Fact]
    public void Write_MissingFolder_NamesIt()
    {
        string path = Path.Combine(_folder.Path, "nowhere", "a");
        Action act = () => AtomicFile.Write(path, _ => { });

        act.Should().Throw<IOException>()
            .WithMessage($"Cannot write '{path}': there is no folder '{_folder.File("nowhere")}'; expected one that exists.");
        Directory.Exists(_folder.File("nowhere")).Should().BeFalse();
    }

    [Fact]
    public void Write_FileInPlaceOfFolder_NamesIt()
    {
        string path = Path.Combine(_folder.Write("file", [1]), "a");
        Action act = () => AtomicFile.Write(path, _ => { });

        act.Should().Throw<IOException>().WithMessage($"Cannot write '{path}': there is no folder*");
    }

    [Fact]
    public void Write_PathIsFolder_IsRefused()
    {
        Action act = () => AtomicFile.Write(_folder.Path, _ => { });

        act.Should().Throw<IOException>()
            .WithMessage($"Cannot write '{_folder.Path}': it is a folder; expected the name of a file.");
    }

    [Fact]
    public void Write_FolderThatTakesNoFiles_IsRefused()
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        // /proc refuses new files to everyone, root included.
        Action act = () => AtomicFile.Write("/proc/a", _ => { });

        act.Should().Throw<IOException>().WithMessage("Cannot write '/proc/a': its folder takes no new file.*");
    }

    [Fact]
    public void Write_LeftoverOfAKilledWrite_IsRemovedButNoFileThatIsBeingWritten()
    {
        string leftover = _folder.File(".a.tmp/killed");
        Directory.CreateDirectory(Path.GetDirectoryName(leftover)!);
        File.WriteAllBytes(leftover, new byte[1000]);
        _folder.Write(".ab.tmp", [1]);

        AtomicFile.Write(_folder.File("a"), outer =>
        {
            File.Exists(leftover).Should().BeFalse();
            outer.Write([1]);
            AtomicFile.Write(_folder.File("a"), inner => inner.Write([2]));
            File.ReadAllBytes(_folder.File("a")).Should().Equal(2);
        });

        File.ReadAllBytes(_folder.File("a")).Should().Equal(1);
        Directory.GetFileSystemEntries(_folder.Path).Select(Path.GetFileName).Should().BeEquivalentTo("a", ".ab.tmp");
    }

    [Fact]
    public void Delete_FileAndLeftover_RemovesBoth()
    {
        string path = _folder.Write("a", [1]);
        Directory.CreateDirectory(_folder.File(".a.tmp"));
        File.WriteAllBytes(_folder.File(".a.tmp/killed"), [2]);

        AtomicFile.Delete(path);

        Directory.GetFileSystemEntries(_folder.Path).Should().BeEmpty();
    }

    [Fact]
    public void Write_ManyThreadsToOneFile_LeaveOneOfTheirContents()
    {
        string path = _folder.File("a");

        Parallel.For(0, 200, i => AtomicFile.Write(path, stream => stream.Write(Enumerable.Repeat((byte)i, 5000).ToArray())));

        byte[] content = File.ReadAllBytes(path);
        content.Should().HaveCount(5000).And.OnlyContain(value => value == content[0]);
        Directory.GetFileSystemEntries(_folder.Path).Should().ContainSingle();
    }

    [Fact]
    public void Write_NameOfAllowedLength_IsWritten()
    {
        string path = _folder.File(new string('x', 255));

        AtomicFile.Write(path, stream => stream.Write([1]));

        File.ReadAllBytes(path).Should().Equal(1);
    }

    [Fact]
    public void Write_EmptyPath_IsRefused()
    {
        Action act = () => AtomicFile.Write("", _ => { });

        act.Should().Throw<ArgumentException>().WithParameterName("path");
    }
}
