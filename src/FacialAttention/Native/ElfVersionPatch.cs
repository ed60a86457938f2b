using System.Buffers.Binary;

namespace FacialAttention;

/// <summary>
/// Makes one symbol version that a shared library asks for optional, in a copy of that library held in memory.
/// </summary>
/// <remarks>
/// A 64-bit little-endian ELF file lists the versions it needs in its <c>SHT_GNU_verneed</c> section: a chain of <c>Elf64_Verneed</c>
/// (one a needed library), each with a chain of <c>Elf64_Vernaux</c> (one a version). With <c>VER_FLG_WEAK</c> set in
/// <c>vna_flags</c> the loader no longer refuses the file when the version is missing.
/// </remarks>
internal static class ElfVersionPatch
{
    private const int HeaderSize = 64;
    private const int SectionHeaderSize = 64;
    private const int VerneedSize = 16;
    private const int VernauxSize = 16;
    private const uint SectionTypeVerneed = 0x6FFFFFFE;
    private const ushort WeakFlag = 2;

    /// <summary>
    /// Marks the version <paramref name="version"/> as weak in the ELF file <paramref name="image"/>: one bit changes.
    /// </summary>
    /// <returns>False, with nothing changed, if the bytes are no such ELF file or do not ask for that version exactly once.</returns>
    public static bool TryMakeWeak(Span<byte> image, string version)
    {
        if (!TryFindFlags(image, version, out int flagsOffset))
        {
            return false;
        }

        Span<byte> flags = image.Slice(flagsOffset, sizeof(ushort));
        BinaryPrimitives.WriteUInt16LittleEndian(flags, (ushort)(BinaryPrimitives.ReadUInt16LittleEndian(flags) | WeakFlag));
        return true;
    }

    /// <summary>The machine an ELF file was built for (<c>e_machine</c>), or null if these are not the first bytes of one.</summary>
    public static ushort? ReadMachine(ReadOnlySpan<byte> image) =>
        image.Length >= 20 && image.StartsWith("\u007FELF"u8) ? BinaryPrimitives.ReadUInt16LittleEndian(image[18..]) : null;

    private static bool TryFindFlags(ReadOnlySpan<byte> image, string version, out int flagsOffset)
    {
        flagsOffset = 0;
        const byte class64 = 2, littleEndian = 1;
        if (image.Length < HeaderSize || !image.StartsWith("\u007FELF"u8) || image[4] != class64 || image[5] != littleEndian)
        {
            return false;
        }

        ulong sectionsOffset = BinaryPrimitives.ReadUInt64LittleEndian(image[40..]);
        ushort sectionSize = BinaryPrimitives.ReadUInt16LittleEndian(image[58..]);
        ushort sectionCount = BinaryPrimitives.ReadUInt16LittleEndian(image[60..]);
        if (sectionSize != SectionHeaderSize || !TrySlice(image, sectionsOffset, (ulong)sectionCount * sectionSize, out var sections))
        {
            return false;
        }

        for (int i = 0; i < sectionCount; i++)
        {
            ReadOnlySpan<byte> section = sections.Slice(i * SectionHeaderSize, SectionHeaderSize);
            if (BinaryPrimitives.ReadUInt32LittleEndian(section[4..]) != SectionTypeVerneed)
            {
                continue;
            }

            uint stringsIndex = BinaryPrimitives.ReadUInt32LittleEndian(section[40..]);
            if (stringsIndex >= sectionCount
                || !TrySliceSection(image, section, out var needs)
                || !TrySliceSection(image, sections.Slice((int)stringsIndex * SectionHeaderSize, SectionHeaderSize), out var strings)
                || !TryFindVersion(needs, strings, version, out int offsetInSection))
            {
                return false;
            }

            const int flagsField = 4;
            flagsOffset = checked((int)BinaryPrimitives.ReadUInt64LittleEndian(section[24..])) + offsetInSection + flagsField;
            return true;
        }

        return false;
    }

    /// <summary>The offset within the section of the one Elf64_Vernaux that has this name.</summary>
    private static bool TryFindVersion(ReadOnlySpan<byte> needs, ReadOnlySpan<byte> strings, string version, out int found)
    {
        found = -1;
        byte[] name = [.. System.Text.Encoding.ASCII.GetBytes(version), 0];
        ulong need = 0;
        while (true)
        {
            if (!TrySlice(needs, need, VerneedSize, out var verneed))
            {
                return false;
            }

            ushort count = BinaryPrimitives.ReadUInt16LittleEndian(verneed[2..]);
            ulong entry = need + BinaryPrimitives.ReadUInt32LittleEndian(verneed[8..]);
            for (int i = 0; i < count; i++)
            {
                if (!TrySlice(needs, entry, VernauxSize, out var vernaux))
                {
                    return false;
                }

                uint nameOffset = BinaryPrimitives.ReadUInt32LittleEndian(vernaux[8..]);
                if (nameOffset < (uint)strings.Length && strings[(int)nameOffset..].StartsWith(name))
                {
                    if (found >= 0)
                    {
                        return false;
                    }

                    found = (int)entry;
                }

                uint nextEntry = BinaryPrimitives.ReadUInt32LittleEndian(vernaux[12..]);
                if (nextEntry == 0)
                {
                    break;
                }

                entry += nextEntry;
            }

            uint nextNeed = BinaryPrimitives.ReadUInt32LittleEndian(verneed[12..]);
            if (nextNeed == 0)
            {
                return found >= 0;
            }

            need += nextNeed; // offsets only grow, so a damaged chain ends at the bounds check
        }
    }

    private static bool TrySliceSection(ReadOnlySpan<byte> image, ReadOnlySpan<byte> section, out ReadOnlySpan<byte> content) => TrySlice(
        image,
        BinaryPrimitives.ReadUInt64LittleEndian(section[24..]),
        BinaryPrimitives.ReadUInt64LittleEndian(section[32..]),
        out content);

    private static bool TrySlice(ReadOnlySpan<byte> bytes, ulong offset, ulong length, out ReadOnlySpan<byte> slice)
    {
        if (offset > (ulong)bytes.Length || length > (ulong)bytes.Length - offset)
        {
            slice = default;
            return false;
        }

        slice = bytes.Slice((int)offset, (int)length);
        return true;
    }
}
