using Marketplace.Kernel;
using Marketplace.Matching;

namespace Marketplace.OrderBook.Journaling;

/// <summary>
/// The durable log of the book. One thread appends into one buffer while the journal's own thread writes and syncs the
/// other: whatever was appended during a sync is the next one's batch. What a command led to may be told once
/// <see cref="DurableSeq"/> has reached it, and not before. One process at a time.
/// </summary>
/// <remarks>Nothing spins; neither thread allocates once it runs, but for each new segment.</remarks>
public sealed class JournalWriter : IDisposable
{
    private readonly JournalOpening opening;
    private readonly Action<long> onDurable;
    private readonly object gate = new();
    private readonly Thread thread;
    private readonly TaskCompletionSource completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private BatchBuffer filling;
    private BatchBuffer syncing;
    private JournalHead durable;
    private long durableSeq;
    private bool isIdle;
    private bool isStopping;
    private Exception? fault;

    private JournalWriter(JournalOpening opening, JournalOptions options, long lastTime, Action<long> onDurable)
    {
        this.opening = opening;
        this.onDurable = onDurable;
        durable = opening.Segments.Head;
        (LastSeq, durableSeq, LastTimeMilliseconds) = (durable.LastSeq, durable.LastSeq, lastTime);
        (filling, syncing) = (new BatchBuffer(options.BufferBytes), new BatchBuffer(options.BufferBytes));
        thread = new Thread(Run) { IsBackground = true, Name = "journal" };
        thread.Start();
    }

    /// <summary>The number of the last appended command; 0 before the first.</summary>
    public long LastSeq { get; private set; }

    /// <summary>Milliseconds since 1970 UTC of the last appended command; 0 before the first.</summary>
    public long LastTimeMilliseconds { get; private set; }

    /// <summary>Every command up to this number survives a loss of power.</summary>
    public long DurableSeq => Volatile.Read(ref durableSeq);

    /// <summary>Bytes that a crash had left unfinished at the log's end, found on opening.</summary>
    public long TornBytes => opening.TornBytes;

    /// <summary>Ends when the journal is closed; fails when the disk does or another writer follows.</summary>
    public Task Completion => completion.Task;

    /// <summary>Opens or makes the log in a folder and gives each command behind the snapshot to the replay.</summary>
    /// <param name="snapshot">The point from which on the log is needed; without one from the first command on.</param>
    /// <param name="onDurable">
    /// Told the new <see cref="DurableSeq"/> after each sync, on the journal's thread, which goes on when it returns.
    /// </param>
    /// <exception cref="JournalCorruptException">The log is damaged before its last flush.</exception>
    /// <exception cref="IOException">It cannot be read or written, or another process has it open.</exception>
    public static JournalWriter Open(
        string folder, JournalOptions options, SnapshotPoint? snapshot, CommandReplay replay, Action<long> onDurable) =>
        Open(folder, SystemDisk.Instance, options, snapshot, replay, onDurable);

    internal static JournalWriter Open(
        string folder,
        IJournalDisk disk,
        JournalOptions options,
        SnapshotPoint? snapshot,
        CommandReplay replay,
        Action<long> onDurable)
    {
        options.RequireSound();
        Invariant.Holds(BitConverter.IsLittleEndian, "Commands are written as they stand in memory.");
        var opening = JournalOpening.Open(folder, disk, options, snapshot, replay);
        var lastTime = Math.Max(opening.LastTimeMilliseconds, snapshot?.LastTimeMilliseconds ?? 0);
        return new JournalWriter(opening, options, lastTime, onDurable);
    }

    /// <summary>
    /// Adds a command, whose count of payload records and checksum it sets, to the next flush. When both buffers are
    /// full it waits until the running sync has returned.
    /// </summary>
    /// <param name="payload">At most 9,180 bytes.</param>
    /// <exception cref="JournalBrokenException">The journal takes no more.</exception>
    public void Append(ref MatchCommand command, ReadOnlySpan<byte> payload)
    {
        Invariant.Holds(payload.Length <= PayloadRecord.MaxPayload, "A payload has 255 records at most.");
        Invariant.Holds((byte)command.Kind < HeaderRecord.Kind, "The journal's own kinds are no commands.");
        Invariant.Holds(command.Seq > LastSeq, "Numbers rise.");
        Invariant.Holds(command.TimeMilliseconds >= LastTimeMilliseconds, "The journal's time does not go back.");
        command.PayloadRecords = (byte)PayloadRecord.CountFor(payload.Length);
        RecordChecksum.Seal(ref command);
        lock (gate)
        {
            while (fault is null && !filling.HasRoomFor(1 + command.PayloadRecords))
            {
                Monitor.Wait(gate);
            }

            RequireSound();
            filling.Add(command, payload);
            (LastSeq, LastTimeMilliseconds) = (command.Seq, command.TimeMilliseconds);
            if (isIdle)
            {
                isIdle = false;
                Monitor.PulseAll(gate);
            }
        }
    }

    /// <summary>Waits until a command that was appended is durable.</summary>
    /// <returns>The end of the last batch on disk, which is at or above it.</returns>
    /// <exception cref="JournalBrokenException">It is not, and will not be.</exception>
    public JournalHead WaitDurable(long seq)
    {
        Invariant.Holds(seq <= LastSeq, "Only what was appended becomes durable.");
        lock (gate)
        {
            while (fault is null && durable.LastSeq < seq)
            {
                Monitor.Wait(gate);
            }

            return durable.LastSeq >= seq ? durable : throw new JournalBrokenException(fault!);
        }
    }

    /// <summary>Flushes what was appended, unless the journal is broken, and leaves the folder to others.</summary>
    public void Dispose()
    {
        lock (gate)
        {
            isStopping = true;
            Monitor.PulseAll(gate);
        }

        thread.Join();
        opening.Dispose();
    }

    private void RequireSound()
    {
        Invariant.Holds(!isStopping, "A closed journal takes nothing.");
        if (fault is not null)
        {
            throw new JournalBrokenException(fault);
        }
    }

    /// <summary>The edge of the journal's thread: whatever ends it is told to everybody who asks.</summary>
    private void Run()
    {
        try
        {
            while (TakeBatch())
            {
                opening.Segments.Write(syncing);
                Release();
                onDurable(DurableSeq);
            }

            completion.SetResult();
        }
        catch (Exception cause)
        {
            lock (gate)
            {
                fault = cause;
                Monitor.PulseAll(gate);
            }

            completion.SetException(cause);
        }
    }

    /// <summary>Waits for commands and takes all there are; the writer goes on in the other buffer.</summary>
    private bool TakeBatch()
    {
        lock (gate)
        {
            while (filling.IsEmpty && !isStopping)
            {
                isIdle = true;
                Monitor.Wait(gate);
            }

            isIdle = false;
            (filling, syncing) = (syncing, filling);
            Monitor.PulseAll(gate);
            return !syncing.IsEmpty;
        }
    }

    private void Release()
    {
        syncing.Clear();
        lock (gate)
        {
            durable = opening.Segments.Head;
            Volatile.Write(ref durableSeq, durable.LastSeq);
            Monitor.PulseAll(gate);
        }
    }
}
