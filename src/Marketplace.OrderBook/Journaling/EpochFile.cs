using System.Buffers.Binary;
using Microsoft.Win32.SafeHandles;

namespace Marketplace.OrderBook.Journaling;

/// <summary>
/// Counts the openings of a log for writing. Each takes the next number, durably, before it reads the log's end; a
/// writer that looks here after its sync and finds a higher number must not acknowledge. The look is two reads of 64
/// bytes.
/// </summary>
/// <remarks>
/// Two slots far apart, each a number and its checksum. A claim overwrites the lesser one, so a torn write costs
/// nothing, and overwrites it in place, so that an older writer's open handle sees it.
/// </remarks>
internal sealed class EpochFile : IDisposable
{
    public const string Name = "book.epoch";

    /// <summary>Held while a number is taken, so that no two take the same one.</summary>
    private const string ClaimLock = "book.epoch.lock";

    private const int SlotDistance = 4096;

    private readonly SafeFileHandle file;

    private EpochFile(SafeFileHandle file, uint mine) => (this.file, Mine) = (file, mine);

    /// <summary>The number this opening took.</summary>
    public uint Mine { get; }

    /// <summary>Takes the next number above <paramref name="floor"/> and above every one taken before.</summary>
    /// <exception cref="IOException">Somebody else is taking one at this moment, or the disk failed.</exception>
    public static EpochFile Claim(string folder, uint floor)
    {
        var path = Path.Combine(folder, Name);
        using var claim = File.OpenHandle(
            Path.Combine(folder, ClaimLock), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        var file = File.OpenHandle(
            path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
        var (first, second) = (ReadSlot(file, 0), ReadSlot(file, 1));
        var epoch = Math.Max(floor, Math.Max(first, second)) + 1;
        WriteSlot(file, first <= second ? 0 : 1, epoch);
        SystemDisk.Instance.SyncFolder(folder);
        return new EpochFile(file, epoch);
    }

    /// <exception cref="JournalFencedException">A later opening took a number.</exception>
    public void RequireNewest()
    {
        var newest = Math.Max(ReadSlot(file, 0), ReadSlot(file, 1));
        if (newest > Mine)
        {
            throw new JournalFencedException(Mine, newest);
        }
    }

    public void Dispose() => file.Dispose();

    private static uint ReadSlot(SafeFileHandle file, int slot)
    {
        Span<byte> record = stackalloc byte[RecordChecksum.RecordLength];
        return RandomAccess.Read(file, record, slot * SlotDistance) == record.Length && RecordChecksum.IsSound(record)
            ? BinaryPrimitives.ReadUInt32LittleEndian(record)
            : 0;
    }

    private static void WriteSlot(SafeFileHandle file, int slot, uint epoch)
    {
        Span<byte> record = stackalloc byte[RecordChecksum.RecordLength];
        record.Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(record, epoch);
        RecordChecksum.Seal(record);
        RandomAccess.Write(file, record, slot * SlotDistance);
        RandomAccess.FlushToDisk(file);
    }
}
