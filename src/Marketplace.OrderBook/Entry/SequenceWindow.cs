using System.Buffers.Binary;
using Marketplace.Kernel;
using Marketplace.Matching;

namespace Marketplace.OrderBook.Entry;

/// <summary>What became of an order: the first answer, given again whenever the same order comes again.</summary>
/// <param name="Seq">The command's place in the journal.</param>
/// <param name="Order">The order's handle; none when it was refused.</param>
/// <param name="Refusal">The door's refusal, of a grant that does not cover the order.</param>
/// <param name="BookRefusal">The book's refusal.</param>
/// <param name="Traded">Units that it sold on entry, or that the job has which it bought, all legs together.</param>
/// <param name="Open">Units that rested then; of a bid those of one leg.</param>
public readonly record struct EntryAnswer(
    long Seq,
    OrderHandle Order,
    EntryRefusal Refusal = EntryRefusal.None,
    MatchRefusal BookRefusal = MatchRefusal.None,
    long Traded = 0,
    long Open = 0);

/// <summary>What a client's number is to the window.</summary>
public enum SequenceState
{
    /// <summary>Not used yet: the order may be carried out.</summary>
    Fresh,

    /// <summary>Used by the very same order: its answer stands.</summary>
    Repeated,

    /// <summary>Used by another order.</summary>
    Reused,

    /// <summary>Below the window: whether it was used is forgotten, so it is not taken.</summary>
    TooOld,
}

/// <summary>
/// The numbers that one session used lately, with the answers. Numbers may come in any order; each acts once. The
/// window is the 1,024 numbers up to the highest used one. State of the single writer: replaying the journal rebuilds
/// it.
/// </summary>
/// <remarks>
/// The bitmap of RFC 6479: blocks of 64 numbers in a ring of one block more than the window has, so that moving on
/// clears whole blocks and never shifts. A client that jumps far ahead gives up the numbers in between, by its own
/// choice.
/// </remarks>
public sealed class SequenceWindow
{
    public const int Width = 1_024;

    internal const int HeadBytes = 12;
    internal const int RowBytes = 50;

    private const int BlockBits = 64;
    private const int Blocks = Width / BlockBits + 1;

    private readonly ulong[] bitmap = new ulong[Blocks];
    private readonly Row[] rows = new Row[Width];

    /// <summary>The highest number used so far; 0 before the first.</summary>
    public ulong Highest { get; private set; }

    /// <summary>Whether an order of this number, 1 and up, would be carried out.</summary>
    public bool IsFresh(ulong clientSeq) =>
        clientSeq > Highest || Highest - clientSeq < Width && !IsUsed(clientSeq);

    /// <param name="answer">The first answer when the order is repeated.</param>
    public SequenceState Look(ulong clientSeq, ulong fingerprint, out EntryAnswer answer)
    {
        Invariant.Holds(clientSeq > 0, "The door refuses the number 0.");
        answer = default;
        if (clientSeq > Highest)
        {
            return SequenceState.Fresh;
        }

        if (Highest - clientSeq >= Width)
        {
            return SequenceState.TooOld;
        }

        if (!IsUsed(clientSeq))
        {
            return SequenceState.Fresh;
        }

        ref readonly var row = ref rows[clientSeq % Width];
        answer = row.Fingerprint == fingerprint ? row.Answer : default;
        return row.Fingerprint == fingerprint ? SequenceState.Repeated : SequenceState.Reused;
    }

    /// <summary>Uses a fresh number up.</summary>
    public void Remember(ulong clientSeq, ulong fingerprint, EntryAnswer answer)
    {
        Invariant.Holds(
            Look(clientSeq, fingerprint, out _) == SequenceState.Fresh, "A number is answered once.");
        MoveTo(clientSeq);
        bitmap[BlockOf(clientSeq)] |= BitOf(clientSeq);
        rows[clientSeq % Width] = new Row(fingerprint, answer);
    }

    /// <summary>
    /// The whole state, the same bytes for the same state however it came about: <c>u64 highest | u32 rows | rows</c>,
    /// the rows ascending: <c>u64 number | u64 fingerprint | i64 seq | u64 order | u8 refusal | u8 book refusal |
    /// i64 traded | i64 open</c>.
    /// </summary>
    internal void Save(Stream bytes)
    {
        Span<byte> row = stackalloc byte[RowBytes];
        var used = UsedNumbers().ToList();
        BinaryPrimitives.WriteUInt64LittleEndian(row, Highest);
        BinaryPrimitives.WriteInt32LittleEndian(row[8..], used.Count);
        bytes.Write(row[..HeadBytes]);
        foreach (var number in used)
        {
            Write(row, number, rows[number % Width]);
            bytes.Write(row);
        }
    }

    /// <summary>Reads what <see cref="Save"/> wrote and moves <paramref name="bytes"/> behind it.</summary>
    /// <exception cref="FormatException">The bytes are not those of a window.</exception>
    internal static SequenceWindow Load(ref ReadOnlySpan<byte> bytes)
    {
        var window = new SequenceWindow();
        var highest = BinaryPrimitives.ReadUInt64LittleEndian(Next(ref bytes, 8));
        for (var count = BinaryPrimitives.ReadUInt32LittleEndian(Next(ref bytes, 4)); count > 0; count--)
        {
            var row = Next(ref bytes, RowBytes);
            var number = BinaryPrimitives.ReadUInt64LittleEndian(row);
            if (number <= window.Highest || number > highest || highest - number >= Width)
            {
                throw new FormatException("The rows of a window ascend to its highest number.");
            }

            window.Remember(number, BinaryPrimitives.ReadUInt64LittleEndian(row[8..]), ReadAnswer(row[16..]));
        }

        return window.Highest == highest ? window : throw new FormatException("A window's highest number is used.");
    }

    private static ReadOnlySpan<byte> Next(ref ReadOnlySpan<byte> bytes, int length)
    {
        if (bytes.Length < length)
        {
            throw new FormatException("The bytes end inside a window.");
        }

        var next = bytes[..length];
        bytes = bytes[length..];
        return next;
    }

    private static void Write(Span<byte> bytes, ulong number, in Row row)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, number);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[8..], row.Fingerprint);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[16..], row.Answer.Seq);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[24..], row.Answer.Order.Raw);
        bytes[32] = (byte)row.Answer.Refusal;
        bytes[33] = (byte)row.Answer.BookRefusal;
        BinaryPrimitives.WriteInt64LittleEndian(bytes[34..], row.Answer.Traded);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[42..], row.Answer.Open);
    }

    private static EntryAnswer ReadAnswer(ReadOnlySpan<byte> bytes) => new(
        BinaryPrimitives.ReadInt64LittleEndian(bytes),
        new OrderHandle(BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..])),
        (EntryRefusal)bytes[16],
        (MatchRefusal)bytes[17],
        BinaryPrimitives.ReadInt64LittleEndian(bytes[18..]),
        BinaryPrimitives.ReadInt64LittleEndian(bytes[26..]));

    private static int BlockOf(ulong number) => (int)(number / BlockBits % Blocks);

    private static ulong BitOf(ulong number) => 1UL << (int)(number % BlockBits);

    private IEnumerable<ulong> UsedNumbers()
    {
        for (var back = Math.Min(Highest, Width); back > 0; back--)
        {
            if (IsUsed(Highest - back + 1))
            {
                yield return Highest - back + 1;
            }
        }
    }

    private bool IsUsed(ulong number) => (bitmap[BlockOf(number)] & BitOf(number)) != 0;

    private void MoveTo(ulong number)
    {
        if (number <= Highest)
        {
            return;
        }

        var (block, last) = (Highest / BlockBits, number / BlockBits);
        if (last - block >= Blocks)
        {
            block = last - Blocks; // the whole ring is cleared once; further rounds would clear the same again
        }

        while (block < last)
        {
            block++;
            bitmap[(int)(block % Blocks)] = 0;
        }

        Highest = number;
    }

    private readonly record struct Row(ulong Fingerprint, EntryAnswer Answer);
}
