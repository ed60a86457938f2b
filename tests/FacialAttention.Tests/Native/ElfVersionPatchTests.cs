using System.Buffers.Binary;
using System.Text;

namespace FacialAttention.Tests.Native;

public sealed class ElfVersionPatchTests
{
    private const string Version = "GLIBCXX_3.4.32";

    [LinuxFact]
    public void TryMakeWeak_TorchSharpsLibrary_ChangesOneBit()
    {
        byte[] original = File.ReadAllBytes(NativeFiles.Find(NativeFiles.FoldersOfThisProcess(), NativeTorchLoader.TorchSharpLibrary)!);
        byte[] image = [.. original];

        ElfVersionPatch.TryMakeWeak(image, Version).Should().BeTrue();

        int[] changed = [.. Enumerable.Range(0, image.Length).Where(i => image[i] != original[i])];
        changed.Should().ContainSingle();
        (image[changed[0]] ^ original[changed[0]]).Should().Be(2);
        ElfVersionPatch.ReadMachine(image).Should().BeOneOf((ushort)62, (ushort)183);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void TryMakeWeak_VersionAtAnyPlace_SetsItsFlagOnly(int position)
    {
        string[] versions = ["GLIBCXX_3.4.3", "GLIBC_2.14", "CXXABI_1.3"];
        versions[position] = Version;
        byte[] original = Elf(versions);
        byte[] image = [.. original];

        ElfVersionPatch.TryMakeWeak(image, Version).Should().BeTrue();

        int flags = FlagsOffset(position);
        image[flags].Should().Be(2);
        image[flags] = original[flags];
        image.Should().Equal(original);
    }

    [Fact]
    public void TryMakeWeak_AlreadyWeak_StaysAsItIs()
    {
        byte[] image = Elf(Version);
        ElfVersionPatch.TryMakeWeak(image, Version).Should().BeTrue();
        byte[] once = [.. image];

        ElfVersionPatch.TryMakeWeak(image, Version).Should().BeTrue();

        image.Should().Equal(once);
    }

    [Fact]
    public void TryMakeWeak_VersionAbsentOrOnlyAPrefix_ChangesNothing() => Refuses(Elf("GLIBCXX_3.4.3", "GLIBCXX_3.4.321"));

    [Fact]
    public void TryMakeWeak_VersionTwice_ChangesNothing() => Refuses(Elf(Version, Version));

    [Theory]
    [InlineData(0, 0)] // magic number
    [InlineData(4, 1)] // 32 bits
    [InlineData(5, 2)] // big endian
    [InlineData(58, 40)] // size of a section header
    [InlineData(61, 255)] // more sections than the file has
    public void TryMakeWeak_OtherHeader_ChangesNothing(int offset, byte value)
    {
        byte[] image = Elf(Version);
        image[offset] = value;

        Refuses(image);
    }

    [Fact]
    public void TryMakeWeak_CutAnywhere_ChangesNothing()
    {
        byte[] image = Elf(Version);

        for (int length = 0; length < image.Length; length++)
        {
            Refuses(image[..length]);
        }
    }

    [Fact]
    public void TryMakeWeak_AnyByteReplaced_ChangesAtMostOneBit()
    {
        byte[] image = Elf("GLIBC_2.14", Version);

        for (int i = 0; i < image.Length; i++)
        {
            foreach (byte value in new byte[] { 0, 1, 0x7F, 0x80, 0xFF })
            {
                byte[] damaged = [.. image];
                damaged[i] = value;
                byte[] before = [.. damaged];

                bool isPatched = ElfVersionPatch.TryMakeWeak(damaged, Version);

                int bits = damaged.Zip(before).Sum(pair => int.PopCount(pair.First ^ pair.Second));
                bits.Should().BeLessThanOrEqualTo(isPatched ? 1 : 0);
            }
        }
    }

    [Fact]
    public void TryMakeWeak_RandomBytesAfterTheHeader_NeverThrows()
    {
        var random = new SeededRandom(5);
        byte[] header = Elf(Version)[..64];
        for (int run = 0; run < 500; run++)
        {
            byte[] image = [.. header, .. new byte[random.NextInt32(600)]];
            for (int i = header.Length; i < image.Length; i++)
            {
                image[i] = (byte)random.NextInt32(256);
            }

            Refuses(image);
        }
    }

    [Fact]
    public void ReadMachine_NoElfFile_IsNull()
    {
        ElfVersionPatch.ReadMachine([]).Should().BeNull();
        ElfVersionPatch.ReadMachine("MZ and twenty more bytes"u8).Should().BeNull();
        ElfVersionPatch.ReadMachine(Elf(Version).AsSpan(0, 19)).Should().BeNull();
        ElfVersionPatch.ReadMachine(Elf(Version)).Should().Be(62);
    }

    private static void Refuses(byte[] image)
    {
        byte[] before = [.. image];

        ElfVersionPatch.TryMakeWeak(image, Version).Should().BeFalse();

        image.Should().Equal(before);
    }

    /// <summary>
    /// A small ELF file: header, one Elf64_Verneed for each version but the last two, which share one; names; three section headers at
    /// the end (none, versions, names).
    /// </summary>
    private static byte[] Elf(params string[] versions)
    {
        byte[] names = [0, .. versions.SelectMany(version => Encoding.ASCII.GetBytes(version + '\0'))];
        byte[] needs = new byte[versions.Length * 32];
        int name = 1;
        for (int i = 0; i < versions.Length; i++)
        {
            bool isLast = i == versions.Length - 1;
            Span<byte> verneed = needs.AsSpan(i * 32, 16), vernaux = needs.AsSpan((i * 32) + 16, 16);
            BinaryPrimitives.WriteUInt16LittleEndian(verneed, 1);
            BinaryPrimitives.WriteUInt16LittleEndian(verneed[2..], 1);
            BinaryPrimitives.WriteUInt32LittleEndian(verneed[8..], 16);
            BinaryPrimitives.WriteUInt32LittleEndian(verneed[12..], isLast ? 0u : 32u);
            BinaryPrimitives.WriteUInt32LittleEndian(vernaux[8..], (uint)name);
            name += versions[i].Length + 1;
        }

        if (versions.Length > 1)
        {
            int second = (versions.Length - 2) * 32;
            BinaryPrimitives.WriteUInt16LittleEndian(needs.AsSpan(second + 2), 2);
            BinaryPrimitives.WriteUInt32LittleEndian(needs.AsSpan(second + 12), 0);
            BinaryPrimitives.WriteUInt32LittleEndian(needs.AsSpan(second + 16 + 12), 32);
        }

        byte[] image = [.. new byte[64], .. needs, .. names, .. new byte[3 * 64]];
        int sections = 64 + needs.Length + names.Length;
        "\u007FELF"u8.CopyTo(image);
        image[4] = 2;
        image[5] = 1;
        BinaryPrimitives.WriteUInt16LittleEndian(image.AsSpan(18), 62);
        BinaryPrimitives.WriteUInt64LittleEndian(image.AsSpan(40), (ulong)sections);
        BinaryPrimitives.WriteUInt16LittleEndian(image.AsSpan(58), 64);
        BinaryPrimitives.WriteUInt16LittleEndian(image.AsSpan(60), 3);
        WriteSection(1, 0x6FFFFFFE, 64, needs.Length, link: 2);
        WriteSection(2, 3, 64 + needs.Length, names.Length, link: 0);
        return image;

        void WriteSection(int index, uint type, int offset, int size, uint link)
        {
            Span<byte> header = image.AsSpan(sections + (index * 64), 64);
            BinaryPrimitives.WriteUInt32LittleEndian(header[4..], type);
            BinaryPrimitives.WriteUInt64LittleEndian(header[24..], (ulong)offset);
            BinaryPrimitives.WriteUInt64LittleEndian(header[32..], (ulong)size);
            BinaryPrimitives.WriteUInt32LittleEndian(header[40..], link);
        }
    }

    private static int FlagsOffset(int position) => 64 + (position * 32) + 16 + 4;
}
