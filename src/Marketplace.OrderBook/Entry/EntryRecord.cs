using System.Runtime.InteropServices;
using Marketplace.Matching;

namespace Marketplace.OrderBook.Entry;

/// <summary>
/// One order as a client sends it: the 64 bytes of <see cref="MatchCommand"/>, and up to eight records of payload
/// behind a Place. Sequence number, time and checksum are the journal's and come as zero, as does every field that the
/// kind of command does not use: one order has one form in bytes.
/// </summary>
public readonly ref struct EntryRecord(ReadOnlySpan<byte> record, ReadOnlySpan<byte> payload)
{
    public const int Bytes = 64;

    public const int MostPayloadRecords = 8;

    private const byte UsedTerms = 0x7f;
    private const uint GenerationLimit = 1 << 20;

    public MatchCommand Command { get; } = MemoryMarshal.Read<MatchCommand>(record);

    /// <summary>A whole number of records of 64 bytes.</summary>
    public ReadOnlySpan<byte> Payload { get; } = payload;

    /// <summary>By which <see cref="SequenceWindow"/> tells whether a number comes again with the same order.</summary>
    public ulong Fingerprint => FingerprintOf(Command, Payload);

    /// <summary>
    /// The fingerprint of the order that <paramref name="command"/> was before the journal numbered it.
    /// </summary>
    /// <remarks>
    /// The finalizer of SplitMix64 (Steele, Lea, Flood 2014) over each 64-bit word. Each step is one to one, so two
    /// orders that differ in one word always differ here. It is no cryptographic hash and need not be: whoever makes
    /// two orders collide gets the first one's answer for the second, and only in a session of his own.
    /// </remarks>
    public static ulong FingerprintOf(in MatchCommand command, ReadOnlySpan<byte> payload)
    {
        var sent = command with { Seq = 0, TimeMilliseconds = 0, Checksum = 0 };
        var words = MemoryMarshal.Cast<MatchCommand, ulong>(new ReadOnlySpan<MatchCommand>(in sent));
        return Mix(Mix(0, words), MemoryMarshal.Cast<byte, ulong>(payload));
    }

    /// <summary>Whether a client of this session and account may send the order, whatever its grant says.</summary>
    public static EntryRefusal Check(in MatchCommand command, uint session, uint account)
    {
        if (command is not { Seq: 0, TimeMilliseconds: 0, Checksum: 0 })
        {
            return EntryRefusal.ReservedFieldSet;
        }

        return command switch
        {
            _ when command.Session != session => EntryRefusal.ForeignSession,
            _ when command.Account != account => EntryRefusal.ForeignAccount,
            _ when command.Kind is not (CommandKind.Place or CommandKind.Cancel or CommandKind.Amend) =>
                EntryRefusal.KindNotAllowed,
            _ when !HasOnlyItsOwnFields(command) => EntryRefusal.ReservedFieldSet,
            { ClientSeq: 0 } => EntryRefusal.InvalidSequence,
            _ => EntryRefusal.None,
        };
    }

    private static bool HasOnlyItsOwnFields(in MatchCommand command) => command.Kind switch
    {
        CommandKind.Place => (command.Terms & ~UsedTerms) == 0,
        CommandKind.Amend => NamesAnOrder(command),
        _ => NamesAnOrder(command) && command is { Tick: 0, Quantity: 0 },
    };

    private static bool NamesAnOrder(in MatchCommand command) =>
        command is { Terms: 0, Replicas: 0, PayloadRecords: 0, Signature: 0, TargetGeneration: < GenerationLimit };

    private static ulong Mix(ulong state, ReadOnlySpan<ulong> words)
    {
        foreach (var word in words)
        {
            state = Split(state ^ word);
        }

        return state;
    }

    private static ulong Split(ulong value)
    {
        unchecked // arithmetic modulo 2^64 is the algorithm
        {
            value += 0x9e3779b97f4a7c15;
            value = (value ^ value >> 30) * 0xbf58476d1ce4e5b9;
            value = (value ^ value >> 27) * 0x94d049bb133111eb;
            return value ^ value >> 31;
        }
    }
}
