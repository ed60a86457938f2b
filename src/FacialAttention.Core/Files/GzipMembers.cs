using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;

namespace FacialAttention;

/// <summary>
/// What a file of one or several gzip members unpacks to (RFC 1952). GZipStream reads all members and checks the checksum and length of
/// each that is complete, but takes a file that is cut off in the middle of a member for one that ends there. So one more member, of
/// random letters, is read after the end of the file: it comes out only where all before it was complete. Zeros that fill up the file
/// after its last member, as on tapes, are passed over, as the program gzip does.
/// </summary>
internal sealed class GzipMembers : Stream
{
    private const int MarkBytes = 16;

    // Letters, which deflate always packs: no piece of the file can have them as they are.
    private readonly byte[] _mark = Encoding.ASCII.GetBytes(RandomNumberGenerator.GetHexString(MarkBytes));
    private readonly WithMark _file;
    private GZipStream _gzip;
    private readonly byte[] _last = new byte[MarkBytes]; // unpacked and not given out: at the end it is the mark
    private int _lastCount;
    private bool _ended;

    /// <param name="file">The file at its start, which can seek; it is not closed.</param>
    public GzipMembers(Stream file)
    {
        _file = new WithMark(file, Pack(_mark));
        _gzip = new GZipStream(_file, CompressionMode.Decompress);
    }

    /// <summary>Whether the file ended where its last member does; known at the end of the stream.</summary>
    public bool IsWhole => _ended && _last.AsSpan().SequenceEqual(_mark);

    /// <summary>Whether all bytes of the file are used up; where it is then not whole, it is cut off.</summary>
    public bool IsUsedUp => _file.IsUsedUp;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Reads until the buffer is full but for the bytes held back, or the end is reached.</summary>
    public override int Read(Span<byte> buffer)
    {
        if (_ended || buffer.IsEmpty)
        {
            return 0;
        }

        // The bytes held back come first, and those that are last now are held back in turn.
        Span<byte> small = stackalloc byte[2 * MarkBytes];
        Span<byte> room = buffer.Length > MarkBytes ? buffer : small[..(MarkBytes + buffer.Length)];
        _last.AsSpan(0, _lastCount).CopyTo(room);
        int count = _lastCount + Unpack(room[_lastCount..]);
        _ended = count < room.Length;
        _lastCount = Math.Min(MarkBytes, count);
        int given = count - _lastCount;
        room[given..count].CopyTo(_last);
        if (buffer.Length <= MarkBytes)
        {
            room[..given].CopyTo(buffer);
        }

        return given;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _gzip.Dispose();
        }

        base.Dispose(disposing);
    }

    private int Unpack(Span<byte> room)
    {
        int count = _gzip.ReadAtLeast(room, room.Length, throwOnEndOfStream: false);
        if (count == room.Length || !_file.SkipZeros())
        {
            return count;
        }

        _gzip.Dispose();
        _gzip = new GZipStream(_file, CompressionMode.Decompress); // of the mark alone
        return count + _gzip.ReadAtLeast(room[count..], room.Length - count, throwOnEndOfStream: false);
    }

    private static byte[] Pack(byte[] mark)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Optimal, leaveOpen: true))
        {
            gzip.Write(mark);
        }

        return packed.ToArray();
    }

    /// <summary>The file, and after its end the mark.</summary>
    private sealed class WithMark(Stream file, byte[] mark) : Stream
    {
        private int _given;
        private bool _gaveZeroAlone; // in the last read

        public bool IsUsedUp { get; private set; }

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override int Read(Span<byte> buffer)
        {
            int read = file.Read(buffer);
            if (read > 0)
            {
                // Zeros are given one by one: so it shows at which of them the reader of the members stops, if at any.
                int end = buffer[..read].LastIndexOfAnyExcept((byte)0) + 1;
                _gaveZeroAlone = end == 0;
                end = Math.Max(1, end);
                if (end < read)
                {
                    file.Position -= read - end;
                }

                return end;
            }

            IsUsedUp = true;
            _gaveZeroAlone = false;
            read = Math.Min(buffer.Length, mark.Length - _given);
            mark.AsSpan(_given, read).CopyTo(buffer);
            _given += read;
            return read;
        }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        /// <summary>Goes to the end of the file where a zero ended the reading and only zeros follow; whether it is so.</summary>
        public bool SkipZeros()
        {
            Span<byte> rest = stackalloc byte[4096];
            while (_gaveZeroAlone)
            {
                int read = file.Read(rest);
                if (read == 0)
                {
                    return true;
                }

                _gaveZeroAlone = !rest[..read].ContainsAnyExcept((byte)0);
            }

            return false;
        }

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
