using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Marketplace.Kernel;
using Marketplace.Matching;

namespace Marketplace.OrderBook.PublicLog;

/// <summary>
/// One record of the public command log: the 64 bytes of a command that the matching engine took, without what only its
/// sender needs. Account numbers are the book's own; the log says nothing about whose they are.
/// </summary>
public static class PublicRecord
{
    public const int Length = 64;

    /// <summary>The command as everybody may see it: no session, no client's number, no checksum.</summary>
    public static MatchCommand Of(in MatchCommand command)
    {
        var shown = command;
        shown.PayloadRecords = 0;
        shown.Checksum = 0;
        if (IsOfAnOrder(command.Kind))
        {
            shown.Session = 0;
            shown.ClientSeq = 0;
        }

        return shown;
    }

    /// <summary>The command's bytes, little-endian.</summary>
    public static ReadOnlySpan<byte> Bytes(in MatchCommand command) =>
        MemoryMarshal.AsBytes(new ReadOnlySpan<MatchCommand>(in command));

    /// <param name="bytes">64 bytes.</param>
    public static MatchCommand Read(ReadOnlySpan<byte> bytes) => MemoryMarshal.Read<MatchCommand>(bytes);

    /// <summary>The chain's next hash: SHA-256 of the hash before, 32 zero bytes at first, and the record.</summary>
    public static Hash32 Next(Hash32 before, ReadOnlySpan<byte> record)
    {
        Span<byte> input = stackalloc byte[Hash32.Length + Length];
        before.WriteTo(input);
        record.CopyTo(input[Hash32.Length..]);
        Span<byte> hash = stackalloc byte[Hash32.Length];
        SHA256.HashData(input, hash);
        return new Hash32(hash);
    }

    private static bool IsOfAnOrder(CommandKind kind) =>
        kind is CommandKind.Place or CommandKind.Cancel or CommandKind.Amend or CommandKind.TakeLeg;
}

/// <summary>How far a public log goes, and the hash of all of it.</summary>
/// <param name="Count">Records.</param>
/// <param name="Root">The chain's hash after the last of them; zero before the first.</param>
public readonly record struct PublicHead(long Count, Hash32 Root);
