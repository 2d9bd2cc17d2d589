using System.Collections.Frozen;
using System.Numerics;
using Marketplace.Escrow;
using Marketplace.Ethereum;
using Marketplace.Kernel;

namespace Marketplace.Chain;

/// <summary>
/// Logs of the escrow contract and its registry as events, strictly: a log of any other form is a fault, never skipped.
/// </summary>
public static class EscrowLogs
{
    private static readonly FrozenDictionary<Hash32, EventShape> Shapes = new EventShape[]
    {
        new("Deposited(address,address,uint256)", 1, Deposit),
        new("Withdrawn(address,uint256)", 1, static (at, read) =>
            new Withdrawn(at, read.Address(), MicroTokens.Of(read.UInt256()))),
        new("BudgetOpened(uint32,address,address,uint32,uint80,uint40,uint16,bytes32)", 2, Opening),
        new("BudgetClosing(uint32,uint40)", 1, static (at, read) =>
            new BudgetClosing(at, new BudgetNo(UInt32(read)), read.UInt64())),
        new("BudgetClosed(uint32,uint256)", 1, static (at, read) =>
            new BudgetClosed(at, new BudgetNo(UInt32(read)), MicroTokens.Of(read.UInt256()))),
        new("StatementSettled(uint32,uint256,bytes32)", 1, Settlement),
        new("StatementSkipped(uint32,uint8)", 1, static (at, read) =>
            new StatementSkipped(at, new BudgetNo(UInt32(read)), Reason(read))),
        new("TicketSettled(uint32,uint32,uint32,uint32,bytes32,uint40,uint40)", 1, Ticket),
        new("TicketSkipped(uint32,uint32,uint8)", 1, static (at, read) =>
            new TicketSkipped(at, new BudgetNo(UInt32(read)), new JobNo(UInt32(read)), Reason(read))),
        new("TicketsSettled(bytes32,bytes)", 0, static (at, read) =>
            new TicketsSettled(at, read.Hash32(), read.Bytes())),
        new("NonceCancelled(address,uint256)", 1, static (at, read) =>
            new NonceCancelled(at, read.Address(), read.UInt256())),
        new("Credited(uint32,uint256)", 1, static (at, read) =>
            new Credited(at, new ProviderId(UInt32(read)), MicroTokens.Of(read.UInt256()))),
        new("FeeCredited(uint32,uint256)", 1, static (at, read) =>
            new FeeCredited(at, new OperatorId(UInt32(read)), MicroTokens.Of(read.UInt256()))),
        new("BatchSettled(uint32,bytes32,bytes)", 1, static (at, read) =>
            new BatchSettled(at, new OperatorId(UInt32(read)), read.Hash32(), read.Bytes())),
        new("Claimed(uint32,address,uint256)", 1, static (at, read) =>
            new Claimed(at, new ProviderId(UInt32(read)), read.Address(), MicroTokens.Of(read.UInt256()))),
        new("FeeClaimed(uint32,address,uint256)", 1, static (at, read) =>
            new FeeClaimed(at, new OperatorId(UInt32(read)), read.Address(), MicroTokens.Of(read.UInt256()))),
        new("ProviderRegistered(uint32,address,address,address,uint256)", 2, Provider),
        new("OperatorRegistered(uint32,address,address,address)", 2, static (at, read) => new OperatorRegistered(
            at, new OperatorId(UInt32(read)), read.Address(), read.Address(), read.Address())),
        new("SignerSet(uint32,address)", 1, static (at, read) =>
            new SignerSet(at, new ProviderId(UInt32(read)), read.Address())),
        new("PayoutProposed(uint32,address,uint40)", 1, static (at, read) =>
            new PayoutProposed(at, new ProviderId(UInt32(read)), read.Address(), read.UInt64())),
        new("PayoutSet(uint32,address)", 1, static (at, read) =>
            new PayoutSet(at, new ProviderId(UInt32(read)), read.Address())),
        new("CosignerProposed(uint32,address,uint40)", 1, static (at, read) =>
            new CosignerProposed(at, new OperatorId(UInt32(read)), read.Address(), read.UInt64())),
        new("CosignerSet(uint32,address)", 1, static (at, read) =>
            new CosignerSet(at, new OperatorId(UInt32(read)), read.Address())),
        new("CosignerRevoked(uint32,address)", 1, static (at, read) =>
            new CosignerRevoked(at, new OperatorId(UInt32(read)), read.Address())),
    }.ToFrozenDictionary(shape => Abi.EventTopic(shape.Signature));

    /// <summary>The events that are known, with how many members of each are indexed.</summary>
    internal static IEnumerable<(string Signature, int IndexedCount)> Known =>
        Shapes.Values.Select(shape => (shape.Signature, shape.IndexedCount));

    /// <param name="logs">Logs of the escrow contract and its registry alone.</param>
    /// <exception cref="ChainFaultException">A log is not one that these contracts write.</exception>
    public static IReadOnlyList<EscrowEvent> Read(IEnumerable<ChainLogEntry> logs) => [.. logs.Select(Decode)];

    /// <summary>
    /// What a transaction did in the escrow and its registry; logs of other contracts, such as the token, are not read.
    /// </summary>
    /// <exception cref="ChainFaultException">A log is not one that these contracts write.</exception>
    public static IReadOnlyList<EscrowEvent> Of(TransactionReceipt receipt, EthAddress escrow)
    {
        var registry = Registry.AddressOf(escrow);
        return Read(receipt.Logs.Where(log => log.Address == escrow || log.Address == registry));
    }

    private static EscrowEvent Decode(ChainLogEntry log)
    {
        var at = new LogPosition(log.BlockNumber, log.BlockHash, log.LogIndex, log.TxHash);
        if (log.Topics.Count == 0 || !Shapes.TryGetValue(log.Topics[0], out var shape))
        {
            throw new ChainFaultException($"Log {log.LogIndex} of block {log.BlockNumber} is of no known event.");
        }

        if (log.Topics.Count != shape.IndexedCount + 1)
        {
            throw new ChainFaultException(
                $"Log {log.LogIndex} of block {log.BlockNumber} has {log.Topics.Count} topics.");
        }

        try
        {
            return Read(shape, at, log);
        }
        catch (AbiDecodingException malformed)
        {
            throw new ChainFaultException($"Log {log.LogIndex} of block {log.BlockNumber} is malformed.", malformed);
        }
    }

    /// <remarks>
    /// Every event has its indexed members first, so that topics and data read as one run of members.
    /// </remarks>
    private static EscrowEvent Read(EventShape shape, LogPosition at, ChainLogEntry log)
    {
        var topics = new AbiReader(log.Topics.Skip(1).SelectMany(topic => topic.ToBytes()).ToArray());
        var data = new AbiReader(log.Data);
        var members = new Members(topics, data, shape.IndexedCount);
        var decoded = shape.Decode(at, members);
        topics.End();
        data.End();
        return decoded;
    }

    private static Deposited Deposit(LogPosition at, Members read) =>
        new(at, read.Address(), read.Address(), MicroTokens.Of(read.UInt256()));

    private static BudgetOpened Opening(LogPosition at, Members read) => new(
        at,
        new BudgetNo(UInt32(read)),
        read.Address(),
        read.Address(),
        new OperatorId(UInt32(read)),
        MicroTokens.Of(read.UInt256()),
        read.UInt64(),
        Share(read.UInt64()),
        read.Hash32());

    private static StatementSettled Settlement(LogPosition at, Members read)
    {
        var budgetNo = new BudgetNo(UInt32(read));
        var packed = read.UInt256();
        if (packed >> 208 != 0)
        {
            throw new AbiDecodingException("The packed numbers of a statement exceed their fields.");
        }

        return new StatementSettled(
            at,
            budgetNo,
            (uint)((packed >> 176) & uint.MaxValue),
            (uint)((packed >> 144) & uint.MaxValue),
            MicroTokens.Of((packed >> 64) & ((BigInteger.One << 80) - 1)),
            MicroTokens.Of(packed & ulong.MaxValue),
            read.Hash32());
    }

    private static TicketSettled Ticket(LogPosition at, Members read) => new(
        at,
        new BudgetNo(UInt32(read)),
        new JobNo(UInt32(read)),
        new ProviderId(UInt32(read)),
        new OperatorId(UInt32(read)),
        new AssignmentId(read.Hash32()),
        MicroTokens.Of(read.UInt256()),
        MicroTokens.Of(read.UInt256()));

    private static SkipReason Reason(Members read)
    {
        var reason = (SkipReason)Narrow<byte>(read.UInt64());
        return Enum.IsDefined(reason)
            ? reason
            : throw new AbiDecodingException($"{reason} is no reason to skip.");
    }

    /// <remarks>The agent id of the ERC-8004 registry is read, for strictness, and not used.</remarks>
    private static ProviderRegistered Provider(LogPosition at, Members read)
    {
        var registered = new ProviderRegistered(
            at, new ProviderId(UInt32(read)), read.Address(), read.Address(), read.Address());
        read.UInt256();
        return registered;
    }

    private static BasisPoints Share(ulong value) => value <= 10_000
        ? new BasisPoints((int)value)
        : throw new AbiDecodingException("A share exceeds the whole.");

    private static uint UInt32(Members read) => Narrow<uint>(read.UInt64());

    private static T Narrow<T>(ulong value)
        where T : struct, INumber<T>, IMinMaxValue<T> => value <= ulong.CreateChecked(T.MaxValue)
            ? T.CreateChecked(value)
            : throw new AbiDecodingException($"{value} exceeds its field.");

    private sealed record EventShape(
        string Signature, int IndexedCount, Func<LogPosition, Members, EscrowEvent> Decode);

    /// <summary>The members of one log in the order of the event: the indexed ones, then those of the data.</summary>
    private sealed class Members(AbiReader topics, AbiReader data, int indexedCount)
    {
        private int taken;

        private AbiReader Next => taken++ < indexedCount ? topics : data;

        public EthAddress Address() => Next.Address();

        public Hash32 Hash32() => Next.Hash32();

        public BigInteger UInt256() => Next.UInt256();

        public ulong UInt64() => Next.UInt64();

        public byte[] Bytes() => Next.Bytes();
    }
}
