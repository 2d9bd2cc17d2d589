using System.Numerics;
using Marketplace.Escrow;
using Marketplace.Ethereum;
using Marketplace.Kernel;

namespace Marketplace.Chain;

/// <summary>Reads the escrow's logs into events. A log it does not know is left out; one it cannot read is a fault.</summary>
public static class EscrowLogs
{
    private static readonly Dictionary<Hash32, Func<LogPosition, Fields, EscrowEvent>> Readers = new()
    {
        [Topic("Deposited(address,address,uint256)")] = (at, log) =>
            new Deposited(at, log.AddressTopic(1), log.Data.Address(), Amount(log.Data.UInt256())),
        [Topic("Withdrawn(address,uint256)")] = (at, log) =>
            new Withdrawn(at, log.AddressTopic(1), Amount(log.Data.UInt256())),
        [Topic("BudgetOpened(uint32,address,address,uint32,uint80,uint40,uint16,bytes32)")] = (at, log) =>
            new BudgetOpened(
                at,
                new BudgetNo(log.NumberTopic(1)),
                log.AddressTopic(2),
                log.Data.Address(),
                new OperatorId((uint)log.Data.UInt64()),
                Amount(log.Data.UInt256()),
                log.Data.UInt64(),
                new BasisPoints((int)log.Data.UInt64()),
                log.Data.Hash32()),
        [Topic("BudgetClosing(uint32,uint40)")] = (at, log) =>
            new BudgetClosing(at, new BudgetNo(log.NumberTopic(1)), log.Data.UInt64()),
        [Topic("BudgetClosed(uint32,uint256)")] = (at, log) =>
            new BudgetClosed(at, new BudgetNo(log.NumberTopic(1)), Amount(log.Data.UInt256())),
        [Topic("StatementSettled(uint32,uint256,bytes32)")] = ReadSettled,
        [Topic("StatementSkipped(uint32,uint8)")] = (at, log) =>
            new StatementSkipped(at, new BudgetNo(log.NumberTopic(1)), (byte)log.Data.UInt64()),
        [Topic("Credited(uint32,uint256)")] = (at, log) =>
            new Credited(at, new ProviderId(log.NumberTopic(1)), Amount(log.Data.UInt256())),
        [Topic("FeeCredited(uint32,uint256)")] = (at, log) =>
            new FeeCredited(at, new OperatorId(log.NumberTopic(1)), Amount(log.Data.UInt256())),
        [Topic("BatchSettled(uint32,bytes32,bytes)")] = (at, log) =>
            new BatchSettled(at, new OperatorId(log.NumberTopic(1)), log.Data.Hash32(), log.Data.Bytes()),
        [Topic("Claimed(uint32,address,uint256)")] = (at, log) =>
            new Claimed(at, new ProviderId(log.NumberTopic(1)), log.Data.Address(), Amount(log.Data.UInt256())),
        [Topic("FeeClaimed(uint32,address,uint256)")] = (at, log) =>
            new FeeClaimed(at, new OperatorId(log.NumberTopic(1)), log.Data.Address(), Amount(log.Data.UInt256())),
        [Topic("ProviderRegistered(uint32,address,address,address,uint256)")] = (at, log) =>
            new ProviderRegistered(
                at, new ProviderId(log.NumberTopic(1)), log.AddressTopic(2), log.Data.Address(), log.Data.Address()),
        [Topic("OperatorRegistered(uint32,address,address,address)")] = (at, log) =>
            new OperatorRegistered(
                at, new OperatorId(log.NumberTopic(1)), log.AddressTopic(2), log.Data.Address(), log.Data.Address()),
    };

    /// <exception cref="ChainFaultException">A log of a known event cannot be read.</exception>
    public static IReadOnlyList<EscrowEvent> Read(IEnumerable<ChainLogEntry> logs)
    {
        var events = new List<EscrowEvent>();
        foreach (var log in logs)
        {
            if (log.Topics.Count > 0 && Readers.TryGetValue(log.Topics[0], out var read))
            {
                events.Add(ReadOne(log, read));
            }
        }

        return events;
    }

    internal static TokenAmount Amount(BigInteger micro) => new(checked((long)micro));

    private static EscrowEvent ReadOne(ChainLogEntry log, Func<LogPosition, Fields, EscrowEvent> read)
    {
        var at = new LogPosition(log.BlockNumber, log.BlockHash, log.LogIndex, log.TxHash);
        try
        {
            return read(at, new Fields(log.Topics, new AbiReader(log.Data)));
        }
        catch (Exception fault) when (fault is AbiDecodingException or OverflowException or ArgumentException)
        {
            throw new ChainFaultException($"Log {log.LogIndex} of block {log.BlockNumber} cannot be read.", fault);
        }
    }

    private static StatementSettled ReadSettled(LogPosition at, Fields log)
    {
        var packed = log.Data.UInt256();
        return new StatementSettled(
            at,
            new BudgetNo(log.NumberTopic(1)),
            (uint)(packed >> 176),
            (uint)((packed >> 144) & uint.MaxValue),
            Amount((packed >> 64) & ((BigInteger.One << 80) - 1)),
            Amount(packed & ulong.MaxValue),
            log.Data.Hash32());
    }

    private static Hash32 Topic(string signature) => Abi.EventTopic(signature);

    private sealed record Fields(IReadOnlyList<Hash32> Topics, AbiReader Data)
    {
        public EthAddress AddressTopic(int index) => new AbiReader(Topics[index].ToBytes()).Address();

        public uint NumberTopic(int index) => checked((uint)new AbiReader(Topics[index].ToBytes()).UInt64());
    }
}
