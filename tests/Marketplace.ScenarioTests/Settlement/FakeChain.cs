using System.Buffers.Binary;
using Marketplace.Escrow;
using Marketplace.Kernel;

namespace Marketplace.ScenarioTests.Settlement;

/// <summary>The worker died here: not a fault that it may handle.</summary>
public sealed class KilledException(string place) : Exception(place);

/// <summary>A transaction as the fake node holds it: its bytes are nonce, max fee, co-signature and payload.</summary>
public sealed record FakeTx(byte[] Raw)
{
    public TxHash Hash => new(Keccak256.Hash(Raw));

    public ulong Nonce => BinaryPrimitives.ReadUInt64BigEndian(Raw);

    public ulong MaxFee => BinaryPrimitives.ReadUInt64BigEndian(Raw.AsSpan(8));

    public byte[] Payload => Raw[(16 + 64)..];

    /// <summary>Somebody else's, or an empty one of ours: it only uses its nonce.</summary>
    public bool IsEmpty => Raw.Length < 16 + 64;
}

/// <summary>A block with the state after it.</summary>
public sealed record FakeBlock(
    ChainBlock Block, EscrowState State, IReadOnlyList<EscrowEvent> Events, IReadOnlyList<FakeTx> Txs);

/// <summary>
/// A chain in memory with a pool of one account's transactions: it mines, reorganises, drops, loses replies and lets
/// the worker be killed before or after any call.
/// </summary>
public sealed partial class FakeChain
{
    public const int FinalDepth = 4;

    private readonly List<FakeBlock> blocks = [];
    private readonly Dictionary<ulong, FakeTx> pool = [];
    private ulong salt;
    private ulong final;

    public FakeChain(IReadOnlyList<Budget> budgets, OperatorId us)
    {
        var state = new EscrowState(
            budgets.ToDictionary(budget => budget.BudgetNo.Value), new Dictionary<uint, long>(), 0);
        Append(state, [], []);
        var opened = new List<EscrowEvent>();
        var at = new LogPosition(new BlockNumber(1), HashOf(1), 0, new TxHash(HashOf(999)));
        foreach (var budget in budgets)
        {
            opened.Add(new BudgetOpened(
                at with { LogIndex = (uint)opened.Count },
                budget.BudgetNo,
                budget.Buyer,
                budget.Session,
                us,
                budget.Cap,
                budget.ExpiryUnixSeconds,
                budget.MaxFeeBps,
                default));
        }

        Append(state, opened, []);
        Mine(FinalDepth);
    }

    /// <summary>Called before and after each port call; may throw.</summary>
    public Action<string> Step { get; set; } = _ => { };

    /// <summary>A worker that reads this chain takes the newest block for final.</summary>
    public bool IsLatestTrusted { get; set; }

    public bool IsSendingDropped { get; set; }

    /// <summary>Whose co-signature is an operator's consent, and until when.</summary>
    public Dictionary<EthAddress, ulong> CosignsUntil { get; } = [];

    public FakeBlock Newest => blocks[^1];

    public IEnumerable<FakeBlock> Blocks => blocks;

    public int PoolCount => pool.Count;

    /// <summary>Mines blocks; the first takes from the pool what fits the nonce.</summary>
    public void Mine(int count = 1)
    {
        for (var index = 0; index < count; index++)
        {
            MineOne();
        }
    }

    /// <summary>Forgets the newest blocks and builds one more in their place; their transactions may return.</summary>
    public void Reorganise(int depth, bool isPoolKept)
    {
        var most = (int)(Newest.Block.Number.Value - final);
        var gone = blocks.TakeLast(Math.Min(depth, most)).ToList();
        blocks.RemoveRange(blocks.Count - gone.Count, gone.Count);
        var lost = gone.SelectMany(block => block.Txs).Where(tx => !tx.IsEmpty).ToList();
        DropPool();
        for (var index = 0; index <= gone.Count; index++)
        {
            MineOne();
        }

        foreach (var tx in isPoolKept ? lost : [])
        {
            pool[tx.Nonce] = tx;
        }
    }

    public void DropPool() => pool.Clear();

    /// <summary>Somebody with the gas key used the next nonce for something else.</summary>
    public void StealNonce()
    {
        var raw = new byte[16];
        BinaryPrimitives.WriteUInt64BigEndian(raw, Newest.State.Nonce);
        pool[Newest.State.Nonce] = new FakeTx(raw);
        MineOne();
    }

    /// <summary>Somebody else sends a settle call with these bytes.</summary>
    public void SettleByStranger(byte[] payload)
    {
        var number = (ulong)blocks.Count;
        var at = new LogPosition(new BlockNumber(number), HashOf(salt), 0, new TxHash(Keccak256.Hash("stranger")));
        var (state, events) = FakeEscrow.Settle(Newest.State, payload, Domain, at);
        Append(state, events, []);
    }

    private void MineOne()
    {
        var number = (ulong)blocks.Count;
        var hash = HashOf(salt);
        var (state, events, txs) = (Newest.State, new List<EscrowEvent>(), new List<FakeTx>());
        while (pool.Remove(state.Nonce, out var tx))
        {
            state = state with { Nonce = state.Nonce + 1 };
            txs.Add(tx);
            if (!tx.IsEmpty)
            {
                var at = new LogPosition(new BlockNumber(number), hash, (uint)events.Count, tx.Hash);
                (state, var logs) = FakeEscrow.Settle(state, tx.Payload, Domain, at);
                events.AddRange(logs);
            }
        }

        Append(state, events, txs);
    }

    private void Append(EscrowState state, IReadOnlyList<EscrowEvent> events, IReadOnlyList<FakeTx> txs)
    {
        var number = (ulong)blocks.Count;
        var parent = blocks.Count == 0 ? default : Newest.Block.Hash;
        blocks.Add(new FakeBlock(
            new ChainBlock(new BlockNumber(number), HashOf(salt++), parent, 1_000 + number), state, events, txs));
        final = Math.Max(final, number < FinalDepth ? 0 : number - FinalDepth);
    }

    private static Hash32 HashOf(ulong salt) => Keccak256.Hash($"block {salt}");
}
