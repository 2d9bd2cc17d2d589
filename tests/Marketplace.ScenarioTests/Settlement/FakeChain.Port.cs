using System.Buffers.Binary;
using Marketplace.Escrow;
using Marketplace.Ethereum;
using Marketplace.Kernel;

namespace Marketplace.ScenarioTests.Settlement;

/// <summary>The chain as settlement sees it.</summary>
public sealed partial class FakeChain : IEscrowContract
{
    public ulong ChainId => 31_337;

    public EthAddress Escrow { get; } = EthAddress.Parse("0x00000000000000000000000000000000000000e5");

    public EthAddress Registry => default;

    public EthAddress Bond => default;

    public EthAddress Token => default;

    public Eip712Domain Domain => EscrowDomain.Of(ChainId, Escrow);

    public Task<ChainBlock> LatestBlockAsync(CancellationToken ct) => AnswerAsync("latest", () => Newest.Block);

    public Task<ChainBlock> FinalizedBlockAsync(CancellationToken ct) => AnswerAsync("final", () => Final.Block);

    public Task<ChainBlock?> BlockAsync(BlockNumber number, CancellationToken ct) =>
        AnswerAsync("block", () => number.Value < (ulong)blocks.Count ? blocks[(int)number.Value].Block : null);

    public Task<IReadOnlyList<EscrowEvent>> EventsAsync(BlockNumber from, BlockNumber to, CancellationToken ct) =>
        AnswerAsync<IReadOnlyList<EscrowEvent>>(
            "events",
            () => blocks.Where(block => block.Block.Number >= from && block.Block.Number <= to)
                .SelectMany(block => block.Events).ToList());

    public Task<Budget?> BudgetAsync(BudgetNo budgetNo, BlockNumber? at, CancellationToken ct) => AnswerAsync(
        "budget",
        () => (at is { } number ? blocks[(int)number.Value] : Newest).State.Budgets.GetValueOrDefault(budgetNo.Value));

    public Task<SettleOutlook> SimulateAsync(EthAddress from, EscrowCall call, CancellationToken ct) => AnswerAsync(
        "simulate",
        () => new SettleOutlook(100_000 * (ulong)FakeEscrow.Decode(call.Data.AsSpan(64)).Count, null));

    public Task<ulong> NonceAsync(EthAddress account, CancellationToken ct) =>
        AnswerAsync("nonce", () => Newest.State.Nonce);

    public Task<ulong> FinalizedNonceAsync(EthAddress account, CancellationToken ct) =>
        AnswerAsync("final nonce", () => Final.State.Nonce);

    public Task<GasFees> SuggestFeesAsync(CancellationToken ct) => AnswerAsync("fees", () => new GasFees(1_000, 100));

    public EscrowCall Settle(OperatorId operatorId, byte[] payload, EthSignature cosignature) =>
        new(Escrow, [.. cosignature.ToCompact(), .. payload]);

    public SignedTransaction Sign(PrivateKey key, EscrowCall call, ulong nonce, ulong gasLimit, GasFees fees)
    {
        var head = new byte[16];
        BinaryPrimitives.WriteUInt64BigEndian(head, nonce);
        BinaryPrimitives.WriteUInt64BigEndian(head.AsSpan(8), (ulong)fees.MaxFeePerGas);
        byte[] raw = [.. head, .. call.Data];
        return new SignedTransaction(raw, new TxHash(Keccak256.Hash(raw)));
    }

    public Task<SendOutcome> SendAsync(byte[] raw, CancellationToken ct) =>
        AnswerAsync("send", () => Take(new FakeTx(raw)));

    public Task<MinedTransaction?> ReceiptAsync(TxHash hash, CancellationToken ct) => AnswerAsync(
        "receipt",
        () => blocks.Where(block => block.Txs.Any(tx => tx.Hash == hash))
            .Select(block => new MinedTransaction(hash, block.Block.Number, block.Block.Hash, true, 90_000))
            .FirstOrDefault());

    public Task<TokenAmount> CreditAsync(ProviderId providerId, BlockNumber? at, CancellationToken ct) => AnswerAsync(
        "credit", () => new TokenAmount(Newest.State.Credits.GetValueOrDefault(providerId.Value)));

    public Task<ProviderEntry?> ProviderAsync(ProviderId providerId, BlockNumber? at, CancellationToken ct) =>
        throw NotAsked();

    public Task<OperatorEntry?> OperatorAsync(OperatorId operatorId, BlockNumber? at, CancellationToken ct) =>
        throw NotAsked();

    public Task<ulong> CosignsUntilAsync(OperatorId operatorId, EthAddress key, CancellationToken ct) =>
        AnswerAsync("co-signs until", () => CosignsUntil.GetValueOrDefault(key));

    public Task<TokenAmount> FreeAsync(EthAddress buyer, BlockNumber? at, CancellationToken ct) => throw NotAsked();

    public Task<TokenAmount> FeeCreditAsync(OperatorId operatorId, BlockNumber? at, CancellationToken ct) =>
        throw NotAsked();

    public Task<TokenAmount> TotalOwedAsync(BlockNumber? at, CancellationToken ct) => throw NotAsked();

    public Task<Hash32> AccAsync(BlockNumber? at, CancellationToken ct) => throw NotAsked();

    public Task<TokenAmount> TokenBalanceAsync(EthAddress account, BlockNumber? at, CancellationToken ct) =>
        throw NotAsked();

    public Task<UInt128> GasBalanceWeiAsync(EthAddress account, CancellationToken ct) => throw NotAsked();

    public EscrowCall ApproveToken(TokenAmount amount) => throw NotAsked();

    public EscrowCall Deposit(TokenAmount amount) => throw NotAsked();

    public EscrowCall Withdraw(TokenAmount amount) => throw NotAsked();

    public EscrowCall OpenBudget(BudgetOpening opening) => throw NotAsked();

    public EscrowCall RequestClose(BudgetNo budgetNo) => throw NotAsked();

    public EscrowCall Close(BudgetNo budgetNo) => throw NotAsked();

    public EscrowCall RegisterProvider(EthAddress owner, EthAddress signer, EthAddress payout) => throw NotAsked();

    public EscrowCall RegisterOperator(EthAddress cosigner, EthAddress feeTo) => throw NotAsked();

    public EscrowCall SettleCosigned(byte[] payload, IReadOnlyList<EthSignature> cosignatures) => throw NotAsked();

    public EscrowCall SettleTickets(IReadOnlyList<CosignedTicket> rows) => throw NotAsked();

    public EscrowCall Claim(ProviderId providerId) => throw NotAsked();

    public EscrowCall ClaimFee(OperatorId operatorId) => throw NotAsked();

    private FakeBlock Final => IsLatestTrusted ? Newest : blocks[(int)final];

    private SendOutcome Take(FakeTx tx)
    {
        if (tx.Nonce < Newest.State.Nonce)
        {
            return SendOutcome.NonceTooLow;
        }

        if (pool.TryGetValue(tx.Nonce, out var held) && held.Hash == tx.Hash)
        {
            return SendOutcome.AlreadyKnown;
        }

        if (held is not null && tx.MaxFee * 10 < held.MaxFee * 11)
        {
            return SendOutcome.Underpriced;
        }

        if (!IsSendingDropped)
        {
            pool[tx.Nonce] = tx;
        }

        return SendOutcome.Accepted;
    }

    /// <summary>The effect lies between two steps: a fault at the second is a reply that was lost.</summary>
    private async Task<T> AnswerAsync<T>(string call, Func<T> answer)
    {
        await Task.Yield();
        Step($"before {call}");
        var result = answer();
        Step($"after {call}");
        return result;
    }

    private static NotSupportedException NotAsked() => new("Settlement does not ask for this.");
}
