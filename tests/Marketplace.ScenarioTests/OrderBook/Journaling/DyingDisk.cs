using Marketplace.OrderBook.Journaling;

namespace Marketplace.ScenarioTests.OrderBook.Journaling;

/// <summary>
/// A disk that fails, stalls, or loses its power at a given operation. What was not synced then comes to disk sector by
/// sector as chance will have it, and so do names of files.
/// </summary>
internal sealed class DyingDisk : IJournalDisk, IDisposable
{
    private const int SectorLength = 512;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly Dictionary<string, StoredFile> files = [];
    private readonly List<string> unsyncedNames = [];
    private readonly ManualResetEventSlim maySync = new(initialState: true);
    private int operationsLeft = int.MaxValue;
    private volatile bool isFull;
    private volatile bool failsSyncs;

    /// <summary>Ends when a sync stands before the closed gate.</summary>
    public TaskCompletionSource Stalled { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public int Syncs { get; private set; }

    public int Operations { get; private set; }

    public bool IsDead => operationsLeft < 0;

    /// <summary>Only half of any write reaches the disk from here on, and no file can be made.</summary>
    public void Fill() => isFull = true;

    /// <summary>Every sync fails from here on, though its bytes are in the file.</summary>
    public void FailSyncs() => failsSyncs = true;

    public void Stall() => maySync.Reset();

    public void Resume() => maySync.Set();

    /// <summary>The power goes with this operation, counted from now: it and all later ones fail.</summary>
    public void DieAfter(int operations) => operationsLeft = operations;

    public IJournalFile Create(string path, long length)
    {
        Operate();
        if (isFull)
        {
            throw new IOException("No space left on device");
        }

        return files[path] = new StoredFile(this, path, SystemDisk.Instance.Create(path, length), new byte[length]);
    }

    public IJournalFile Open(string path)
    {
        Operate();
        return files[path] = new StoredFile(this, path, SystemDisk.Instance.Open(path), File.ReadAllBytes(path));
    }

    public void Publish(string from, string to, bool replaces)
    {
        Operate();
        SystemDisk.Instance.Publish(from, to, replaces);
        files[to] = files[from];
        files[to].Path = to;
        files.Remove(from);
        if (!replaces)
        {
            unsyncedNames.Add(to);
        }
    }

    public void SyncFolder(string folder)
    {
        Operate();
        unsyncedNames.Clear();
    }

    /// <summary>Leaves in the folder what the disk has once the power is back.</summary>
    public void LosePower(Random chance)
    {
        foreach (var file in files.Values)
        {
            file.LosePower(chance);
        }

        foreach (var name in unsyncedNames.Where(_ => chance.Next(2) == 0))
        {
            File.Delete(name);
        }
    }

    /// <summary>Writes what was synced into another folder: all that a loss of power is sure to leave.</summary>
    public void CopySynced(string folder)
    {
        foreach (var file in files.Values)
        {
            File.WriteAllBytes(Path.Combine(folder, Path.GetFileName(file.Path)), file.Synced);
        }
    }

    public void Dispose() => maySync.Dispose();

    private void Operate()
    {
        Operations++;
        if (--operationsLeft < 0)
        {
            throw new IOException("The power is gone");
        }
    }

    private sealed class StoredFile(DyingDisk disk, string path, IJournalFile real, byte[] durable) : IJournalFile
    {
        private readonly byte[] written = [.. durable];

        public string Path { get; set; } = path;

        public byte[] Synced => [.. durable];

        public void Write(ReadOnlySpan<byte> bytes, long offset)
        {
            var reached = disk.isFull || disk.operationsLeft == 0 ? bytes[..(bytes.Length / 2)] : bytes;
            if (!disk.IsDead)
            {
                real.Write(reached, offset);
                reached.CopyTo(written.AsSpan((int)offset));
            }

            disk.Operate();
            if (reached.Length < bytes.Length)
            {
                throw new IOException("No space left on device");
            }
        }

        public void Sync()
        {
            if (!disk.maySync.IsSet)
            {
                disk.Stalled.TrySetResult();
                if (!disk.maySync.Wait(Patience))
                {
                    throw new IOException("The test left the disk stalled");
                }
            }

            disk.Operate();
            if (disk.failsSyncs)
            {
                throw new IOException("Input/output error");
            }

            disk.Syncs++;
            written.CopyTo(durable, 0);
        }

        public void LosePower(Random chance)
        {
            for (var at = 0; at < durable.Length; at += SectorLength)
            {
                var sector = at..Math.Min(at + SectorLength, durable.Length);
                if (chance.Next(2) == 0)
                {
                    written.AsSpan(sector).CopyTo(durable.AsSpan(sector));
                }
            }

            File.WriteAllBytes(Path, durable);
        }

        public void Dispose() => real.Dispose();
    }
}
