using Marketplace.Chain;
using Marketplace.Escrow;
using Marketplace.Ethereum;
using Marketplace.Kernel;
using Xunit;

namespace Marketplace.ScenarioTests.Chain;

/// <summary>A buyer with money, an operator and two providers on the chain; tests open budgets of their own.</summary>
public sealed class EscrowMarket(AnvilFixture anvil) : IAsyncLifetime
{
    public static readonly TokenAmount Cap = new(5_000_000);

    private static readonly TimeSpan Bound = TimeSpan.FromMinutes(2);
    private static readonly TokenAmount Deposit = new(100_000_000);

    private static ulong lastNonce; // all test classes share the buyer and the chain

    public EthereumEscrowContract Contract => anvil.Contract;

    public PrivateKey Buyer { get; } = AnvilFixture.KeyOf("buyer");

    public PrivateKey Session { get; } = AnvilFixture.KeyOf("session");

    public PrivateKey Operator { get; } = AnvilFixture.KeyOf("operator");

    public PrivateKey Cosigner { get; } = AnvilFixture.KeyOf("cosigner");

    public PrivateKey ProviderOwner { get; } = AnvilFixture.KeyOf("provider owner");

    public EthAddress FirstPayout { get; } = AnvilFixture.KeyOf("first payout").Address;

    public EthAddress SecondPayout { get; } = AnvilFixture.KeyOf("second payout").Address;

    public OperatorId OperatorId { get; private set; }

    public ProviderId First { get; private set; }

    public ProviderId Second { get; private set; }

    public async Task InitializeAsync()
    {
        using var deadline = new CancellationTokenSource(Bound);
        var ct = deadline.Token;
        foreach (var name in new[] { "buyer", "operator", "provider owner" })
        {
            await anvil.FundedKeyAsync(name, ct);
        }

        await Task.WhenAll(PayInAsync(ct), RegisterOperatorAsync(ct), RegisterProvidersAsync(ct));
    }

    public Task DisposeAsync() => Task.CompletedTask;

    public async Task<IReadOnlyList<EscrowEvent>> SendAsync(PrivateKey key, EscrowCall call, CancellationToken ct)
    {
        var receipt = await anvil.SenderOf(key).SendAsync(call, Wait.Final, ct);
        return EscrowLogs.Of(receipt, Contract.Escrow);
    }

    public async Task<BudgetNo> OpenBudgetAsync(CancellationToken ct)
    {
        var opened = await SendAsync(Buyer, Contract.OpenBudget(await OpeningAsync(Cap, ct)), ct);
        return opened.OfType<BudgetOpened>().Single().BudgetNo;
    }

    public async Task<BudgetOpening> OpeningAsync(TokenAmount cap, CancellationToken ct)
    {
        var head = await Contract.LatestBlockAsync(ct);
        return new BudgetOpening(
            Buyer.Address,
            Session.Address,
            OperatorId,
            cap,
            head.TimestampUnixSeconds + (2 * 86_400),
            new BasisPoints(500),
            Keccak256.Hash("terms"),
            Interlocked.Increment(ref lastNonce));
    }

    public Statement StatementOf(BudgetNo budgetNo, params ProviderLine[] lines) => new(
        budgetNo,
        FromJob: 0,
        ThroughJob: (uint)lines.Sum(line => line.Amounts.Count),
        FromSpent: TokenAmount.Zero,
        new BasisPoints(250).FeeDown(TokenAmount.Sum(lines.SelectMany(line => line.Amounts))),
        Keccak256.Hash("receipts"),
        lines);

    public ProviderLine Pay(ProviderId provider, params long[] micro) =>
        new(provider, [.. micro.Select(amount => new TokenAmount(amount))]);

    public SignedStatement Sign(Statement statement) => Sign(statement, Session);

    public SignedStatement Sign(Statement statement, PrivateKey signer) =>
        new(statement, signer.Sign(statement.Digest(Contract.Domain)));

    public EscrowCall SettleCall(params SignedStatement[] statements)
    {
        var payload = SettlePayload.Encode(Keccak256.Hash("anchor"), statements);
        var digest = SettlePayload.CosignDigest(Contract.Domain, payload);
        return Contract.Settle(OperatorId, payload, Cosigner.Sign(digest));
    }

    public Task<IReadOnlyList<EscrowEvent>> SettleAsync(CancellationToken ct, params SignedStatement[] statements) =>
        SendAsync(Operator, SettleCall(statements), ct);

    /// <summary>The budget's first ticket, signed by both.</summary>
    public CosignedTicket TicketOf(BudgetNo budgetNo, uint jobNo, ProviderId provider, long micro)
    {
        var (amount, number) = (new TokenAmount(micro), new JobNo(jobNo));
        var fee = new BasisPoints(250).FeeDown(amount);
        var ticket = new JobTicket(
            budgetNo, number, number, provider, amount, fee, 1_800_000_000,
            new AssignmentId(Keccak256.Hash($"{budgetNo}/{jobNo}")), Keccak256.Hash("input"), Keccak256.Hash("result"));
        return Sign(ticket, fee);
    }

    public CosignedTicket Sign(JobTicket ticket, TokenAmount fee) => new(
        ticket,
        Session.Sign(ticket.Digest(Contract.Domain)),
        fee,
        Cosigner.Sign(TicketRows.CosignDigest(Contract.Domain, ticket, fee)));

    private async Task PayInAsync(CancellationToken ct)
    {
        await anvil.MintAsync(Buyer.Address, Deposit, ct);
        await SendAsync(Buyer, Contract.ApproveToken(Deposit), ct);
        await SendAsync(Buyer, Contract.Deposit(Deposit), ct);
    }

    private async Task RegisterOperatorAsync(CancellationToken ct)
    {
        var call = Contract.RegisterOperator(Cosigner.Address, Operator.Address);
        OperatorId = (await SendAsync(Operator, call, ct)).OfType<OperatorRegistered>().Single().OperatorId;
    }

    private async Task RegisterProvidersAsync(CancellationToken ct)
    {
        First = await RegisterProviderAsync(FirstPayout, ct);
        Second = await RegisterProviderAsync(SecondPayout, ct);
    }

    private async Task<ProviderId> RegisterProviderAsync(EthAddress payout, CancellationToken ct)
    {
        var call = Contract.RegisterProvider(ProviderOwner.Address, ProviderOwner.Address, payout);
        return (await SendAsync(ProviderOwner, call, ct)).OfType<ProviderRegistered>().Single().ProviderId;
    }
}
