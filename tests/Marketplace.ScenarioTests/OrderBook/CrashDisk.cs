namespace Marketplace.ScenarioTests.OrderBook;

/// <summary>A file on a disk that can fail, stall and lose its power, and with it what was not flushed.</summary>
internal sealed class CrashDisk : FileStream
{
    private readonly ManualResetEventSlim mayFlush = new(initialState: true);
    private volatile byte[] durable;
    private volatile bool isFull;
    private volatile bool losesFlushes;

    public CrashDisk(string path)
        : base(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0) => durable = Content();

    /// <summary>What a loss of power leaves.</summary>
    public byte[] Durable => durable;

    /// <summary>Ends when a flush to disk stands before the closed gate.</summary>
    public TaskCompletionSource Stalled { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public int Flushes { get; private set; }

    /// <summary>Every write fails from here on.</summary>
    public void Fill() => isFull = true;

    /// <summary>Every flush fails from here on, though its bytes reach the file.</summary>
    public void FailFlushes() => losesFlushes = true;

    public void Stall() => mayFlush.Reset();

    public void Resume() => mayFlush.Set();

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        if (isFull)
        {
            base.Write(buffer[..(buffer.Length / 2)]);
            throw new IOException("No space left on device");
        }

        base.Write(buffer);
    }

    public override void Flush(bool flushToDisk)
    {
        if (flushToDisk && !mayFlush.IsSet)
        {
            Stalled.TrySetResult();
            mayFlush.Wait();
        }

        if (losesFlushes)
        {
            throw new IOException("Input/output error");
        }

        base.Flush(flushToDisk);
        if (flushToDisk)
        {
            Flushes++;
            durable = Content();
        }
    }

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        if (disposing)
        {
            mayFlush.Dispose();
        }
    }

    private byte[] Content()
    {
        var content = new byte[RandomAccess.GetLength(SafeFileHandle)];
        RandomAccess.Read(SafeFileHandle, content, fileOffset: 0);
        return content;
    }
}
