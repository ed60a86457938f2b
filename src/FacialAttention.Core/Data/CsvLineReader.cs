namespace FacialAttention;

/// <summary>
/// The lines of a csv or csv.gz file as bytes, out of two buffers that are reused: while the lines of one are taken, another thread reads,
/// and unpacks, what comes next into the other. Whether the file is compressed is read from its first bytes. Every fault of the file as a
/// whole (missing, a folder, not text, damaged compression) is found here.
/// </summary>
internal sealed class CsvLineReader : IDisposable
{
    /// <summary>
    /// A longer line is refused, so a file without line ends cannot fill the memory. A row of FER2013 has at most about 9,300 bytes.
    /// </summary>
    public const int MaxLineBytes = 64 * 1024;

    // A buffer begins with room for the bytes that the lines of the buffer before it left over.
    private const int BufferBytes = 4 * MaxLineBytes;

    // FER2013 unpacks to about three times its size; a hostile file to a thousand times, which would fill the memory.
    private const long AlwaysAllowedBytes = 64L << 20;
    private const int MaxExpansion = 100;

    private const string CarriageReturnsAlone = "has lines that end in carriage returns alone, as on old Macintoshes; expected line feeds.";

    private readonly string _path;
    private readonly IProgress<double>? _progress;
    private readonly CancellationToken _cancellationToken;
    private readonly FileStream _file;
    private byte[] _buffer = new byte[BufferBytes];
    private byte[] _nextBuffer = new byte[BufferBytes];
    private Task<int>? _readAhead; // into the next buffer, beyond the room at its front
    private Stream _stream;
    private GzipMembers? _members; // the stream, where it unpacks
    private int _start = MaxLineBytes;
    private int _end = MaxLineBytes;
    private bool _streamEnded;
    private long _bytesRead;
    private double _lastReport;

    public CsvLineReader(string path, IProgress<double>? progress, CancellationToken cancellationToken)
    {
        _path = path;
        _progress = progress;
        _cancellationToken = cancellationToken;
        _file = InputFile.Open(path, "a csv or csv.gz file", cancellationToken: cancellationToken);
        _stream = _file;
        try
        {
            Start();
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Number of the line read last, from 1, as an editor counts; 0 before the first.</summary>
    public long LineNumber { get; private set; }

    /// <summary>Whether the line read last has no line end: the file stops there, perhaps in the middle of the line.</summary>
    public bool IsUnfinished { get; private set; }

    /// <summary>Share of the file's bytes that the lines so far came from, 0 to 1; 0 where the length is unknown, as in a pipe.</summary>
    public double FractionRead { get; private set; }

    /// <summary>The next line without its line end; it is valid until the next call.</summary>
    /// <returns>False at the end of the file.</returns>
    public bool TryRead(out ReadOnlySpan<byte> line)
    {
        int length = FindLineEnd(0);
        if (length < 0 && !_streamEnded)
        {
            int searched = _end - _start;
            FillBuffer();
            Report();
            length = FindLineEnd(searched);
        }

        IsUnfinished = length < 0;
        length = IsUnfinished ? _end - _start : length;
        line = _buffer.AsSpan(_start, length);
        if (IsUnfinished && length == 0)
        {
            return false;
        }

        LineNumber++;
        if (length > MaxLineBytes)
        {
            throw Fault(line[..MaxLineBytes].Contains((byte)'\r')
                ? CarriageReturnsAlone
                : $"has more than {MaxLineBytes} bytes in line {LineNumber}; expected a row of FER2013 of at most about 9300.");
        }

        _start += IsUnfinished ? length : length + 1;
        line = line.EndsWith("\r"u8) ? line[..^1] : line;
        return LineNumber > 1 || !line.Contains((byte)'\r')
            ? true
            : throw Fault(CarriageReturnsAlone);
    }

    public void Dispose()
    {
        FinishReadAhead();
        _stream.Dispose();
        _file.Dispose();
    }

    private void Start()
    {
        FillBuffer();
        if (StartsWith(0x1F, 0x8B))
        {
            if (!_file.CanSeek)
            {
                throw Fault("is compressed and not a regular file; expected the uncompressed csv from a pipe.");
            }

            FinishReadAhead();
            _file.Position = 0;
            _stream = _members = new GzipMembers(_file);
            _start = _end = MaxLineBytes;
            _bytesRead = 0;
            FillBuffer();
            if (StartsWith(0x1F, 0x8B))
            {
                throw Fault("is compressed twice (gzip inside gzip); expected a csv inside.");
            }
        }

        if (StartsWith(0xFF, 0xFE) || StartsWith(0xFE, 0xFF))
        {
            throw Fault("is UTF-16 text; expected UTF-8 or ASCII.");
        }

        if (ForeignContent.NameOf(_buffer.AsSpan(_start.._end)) is string kind)
        {
            throw Fault($"is {kind}; expected a csv, unpacked if it comes in a zip or tar archive.");
        }

        int zero = _buffer.AsSpan(_start.._end).IndexOf((byte)0);
        if (zero >= 0)
        {
            throw Fault($"is not a text file (byte {zero} is zero); expected a csv, unpacked if it comes in a zip or tar archive.");
        }

        _start += StartsWith(0xEF, 0xBB, 0xBF) ? 3 : 0;
        if (_start == _end)
        {
            throw Fault("is empty; expected a header and rows.");
        }

        Report();
    }

    private bool StartsWith(params ReadOnlySpan<byte> prefix) => _buffer.AsSpan(_start.._end).StartsWith(prefix);

    private int FindLineEnd(int from)
    {
        int found = _buffer.AsSpan(_start + from, _end - _start - from).IndexOf((byte)'\n');
        return found < 0 ? -1 : from + found;
    }

    /// <summary>Goes on to the next buffer, with the unread bytes before it, unless they are more than a line already.</summary>
    private void FillBuffer()
    {
        _cancellationToken.ThrowIfCancellationRequested();
        int unread = _end - _start;
        if (unread > MaxLineBytes)
        {
            return;
        }

        int read;
        try
        {
            read = _readAhead is not null ? _readAhead.GetAwaiter().GetResult() : _file.CanSeek ? ReadNext() : ReadFromPipe();
        }
        catch (InvalidDataException exception)
        {
            throw _members!.IsUsedUp ? CutOff(exception) : Fault(
                $"is damaged: beyond line {LineNumber} its gzip data cannot be unpacked, or their checksum (CRC-32) or length is wrong; "
                + "expected the whole file as it was made.",
                exception);
        }

        _readAhead = null;
        _buffer.AsSpan(_start, unread).CopyTo(_nextBuffer.AsSpan(MaxLineBytes - unread));
        (_buffer, _nextBuffer) = (_nextBuffer, _buffer);
        _start = MaxLineBytes - unread;
        _end = MaxLineBytes + read;
        _streamEnded = read < BufferBytes - MaxLineBytes;
        _bytesRead += read;
        if (_members is not null && _bytesRead > Math.Max(AlwaysAllowedBytes, MaxExpansion * _file.Length))
        {
            throw Fault(
                $"unpacks to more than {_bytesRead} bytes; expected at most {MaxExpansion} times its size, which is {_file.Length}, "
                + $"or {AlwaysAllowedBytes}.");
        }

        if (_file.CanSeek)
        {
            FractionRead = _file.Length > 0 ? Math.Min(1, (double)_file.Position / _file.Length) : 0;
        }

        if (_streamEnded && _members is { IsWhole: false })
        {
            throw _members.IsUsedUp ? CutOff() : Fault("has something else after its gzip data; expected gzip alone.");
        }

        if (!_streamEnded && _file.CanSeek) // A pipe may keep a reader waiting, and with it whoever wants to stop.
        {
            _readAhead = Task.Run(ReadNext);
        }
    }

    private int ReadNext() =>
        _stream.ReadAtLeast(_nextBuffer.AsSpan(MaxLineBytes), BufferBytes - MaxLineBytes, throwOnEndOfStream: false);

    /// <summary>Reads on another thread, which is left to wait alone where the reading is cancelled.</summary>
    private int ReadFromPipe()
    {
        Task<int> reading = Task.Run(ReadNext, CancellationToken.None);
        Task.WaitAny([reading], _cancellationToken);
        return reading.GetAwaiter().GetResult();
    }

    /// <summary>Waits until no other thread uses the stream; what it read, or why it could not, no longer counts.</summary>
    private void FinishReadAhead()
    {
        if (_readAhead is not null)
        {
            Task.WaitAny(_readAhead);
            _ = _readAhead.Exception; // or .NET would report it as one that nobody saw
            _readAhead = null;
        }
    }

    private void Report()
    {
        double fraction = _streamEnded ? 1 : FractionRead;
        if (_progress is not null && (fraction >= _lastReport + 0.01 || (fraction == 1 && _lastReport < 1)))
        {
            _lastReport = fraction;
            _progress.Report(fraction);
        }
    }

    private InvalidDataException CutOff(Exception? cause = null) => Fault(
        $"is cut off: its gzip data end in the middle, beyond line {LineNumber}; expected the whole file.", cause);

    private InvalidDataException Fault(string what, Exception? cause = null) => 
        FaceDataFault.Exception($"{Excerpt.Name(_path)} {what}", cause: cause);
}
