using FluentAssertions;
using Marketplace.Chain;
using Marketplace.Escrow;
using Marketplace.Ethereum;
using Marketplace.Kernel;
using Xunit;

namespace Marketplace.ScenarioTests.Chain;

[Collection(AnvilCollection.Name)]
public sealed class EscrowOnChainTests(AnvilFixture anvil, EscrowMarket market)
    : IClassFixture<EscrowMarket>, IDisposable
{
    private readonly CancellationTokenSource deadline = new(TimeSpan.FromMinutes(2));

    private CancellationToken Ct => deadline.Token;

    public void Dispose() => deadline.Dispose();

    [Fact]
    public async Task A_signed_statement_credits_two_providers_and_the_operators_fee()
    {
        var budgetNo = await market.OpenBudgetAsync(Ct);
        var (first, second) = await CreditsAsync();
        var fees = await market.Contract.FeeCreditAsync(market.OperatorId, null, Ct);
        var statement = market.StatementOf(
            budgetNo, market.Pay(market.First, 400_000, 1), market.Pay(market.Second, 77_777));

        var events = await market.SettleAsync(Ct, market.Sign(statement));

        events.OfType<StatementSettled>().Single().Should().BeEquivalentTo(
            new
            {
                BudgetNo = budgetNo,
                FromJob = 0u,
                ThroughJob = 3u,
                statement.Total,
                statement.Fee,
                statement.ReceiptsRoot,
            });
        events.OfType<Credited>().Select(credited => (credited.ProviderId, credited.Amount.Micro))
            .Should().Equal((market.First, 400_001), (market.Second, 77_777));
        (await CreditsAsync()).Should().Be((first + new TokenAmount(400_001), second + new TokenAmount(77_777)));
        (await market.Contract.FeeCreditAsync(market.OperatorId, null, Ct)).Should().Be(fees + statement.Fee);
        var budget = await market.Contract.BudgetAsync(budgetNo, null, Ct);
        budget!.Spent.Should().Be(statement.Total + statement.Fee);
        budget.ThroughJob.Should().Be(3);
        events.OfType<BatchSettled>().Single().Acc.Should().Be(await market.Contract.AccAsync(null, Ct));
    }

    [Fact]
    public async Task A_stale_and_a_forged_statement_are_skipped_and_the_good_one_beside_them_is_paid()
    {
        var paid = await market.OpenBudgetAsync(Ct);
        var attacked = await market.OpenBudgetAsync(Ct);
        var good = market.Sign(market.StatementOf(paid, market.Pay(market.First, 1_000)));
        var forged = market.Sign(
            market.StatementOf(attacked, market.Pay(market.Second, 2_000)), AnvilFixture.KeyOf("forger"));

        var events = await market.SettleAsync(Ct, good, good, forged);

        events.OfType<StatementSettled>().Select(settled => settled.BudgetNo).Should().Equal(paid);
        events.OfType<StatementSkipped>().Select(skipped => (skipped.BudgetNo, skipped.Reason))
            .Should().Equal((paid, SkipReason.Stale), (attacked, SkipReason.Signature));
        (await market.Contract.BudgetAsync(attacked, null, Ct))!.Spent.Should().Be(TokenAmount.Zero);
    }

    [Fact]
    public async Task Statements_that_were_co_signed_one_by_one_are_settled_by_anybody()
    {
        var (paid, unconsented) = (await market.OpenBudgetAsync(Ct), await market.OpenBudgetAsync(Ct));
        SignedStatement[] rows =
        [
            market.Sign(market.StatementOf(paid, market.Pay(market.First, 7_000))),
            market.Sign(market.StatementOf(unconsented, market.Pay(market.First, 8_000))),
        ];
        EthSignature[] cosignatures =
        [
            market.Cosigner.Sign(SettlePayload.CosignDigest(market.Contract.Domain, rows[0].Statement)),
            AnvilFixture.KeyOf("forger").Sign(SettlePayload.CosignDigest(market.Contract.Domain, rows[1].Statement)),
        ];
        var payload = SettlePayload.Encode(Keccak256.Hash("anchor"), rows);

        var events = await market.SendAsync(
            market.ProviderOwner, market.Contract.SettleCosigned(payload, cosignatures), Ct);

        events.OfType<StatementSettled>().Single().BudgetNo.Should().Be(paid);
        events.OfType<StatementSkipped>().Single().Should().BeEquivalentTo(
            new { BudgetNo = unconsented, Reason = SkipReason.NoConsent });
        var batch = events.OfType<BatchSettled>().Single();
        batch.OperatorId.Value.Should().Be(0);
        batch.Payload.Should().Equal(payload);
        batch.Acc.Should().Be(await market.Contract.AccAsync(null, Ct));
    }

    [Fact]
    public async Task A_ticket_is_paid_by_anybody_once_and_not_again_under_a_new_number()
    {
        var budgetNo = await market.OpenBudgetAsync(Ct);
        var first = market.TicketOf(budgetNo, 0, market.First, 40_000);
        var again = market.Sign(first.Ticket with { JobNo = new JobNo(9) }, first.Fee);
        var other = market.TicketOf(budgetNo, 1, market.Second, 4_000);
        var (one, two) = await CreditsAsync();
        var fees = await market.Contract.FeeCreditAsync(market.OperatorId, null, Ct);

        var events = await market.SendAsync(
            market.ProviderOwner, market.Contract.SettleTickets([first, again, other]), Ct);

        events.OfType<TicketSettled>().Select(ticket => (ticket.JobNo, ticket.AssignmentId, ticket.Amount, ticket.Fee))
            .Should().Equal(new[] { first, other }.Select(row => (
                row.Ticket.JobNo, row.Ticket.AssignmentId, row.Ticket.Amount, row.Fee)));
        events.OfType<TicketSkipped>().Single().Should().BeEquivalentTo(
            new { JobNo = new JobNo(9), Reason = SkipReason.Stale });
        events.OfType<TicketsSettled>().Single().Rows.Should().Equal(TicketRows.Encode([first, again, other]));
        (await CreditsAsync()).Should().Be((one + first.Ticket.Amount, two + other.Ticket.Amount));
        (await market.Contract.FeeCreditAsync(market.OperatorId, null, Ct)).Should().Be(fees + first.Fee + other.Fee);
    }

    [Fact]
    public async Task The_registry_stands_where_the_escrows_address_says() =>
        (await WordAsync("REGISTRY()", new AbiWriter())).Should().Be(market.Contract.Registry.ToWord());

    [Fact]
    public async Task Providers_and_operators_are_read_from_the_registry()
    {
        (await market.Contract.ProviderAsync(market.First, null, Ct)).Should().Be(new ProviderEntry(
            market.First, market.ProviderOwner.Address, market.ProviderOwner.Address, market.FirstPayout));
        (await market.Contract.OperatorAsync(market.OperatorId, null, Ct)).Should().Be(new OperatorEntry(
            market.OperatorId, market.Operator.Address, market.Cosigner.Address, market.Operator.Address));
        (await market.Contract.ProviderAsync(new ProviderId(9_999), null, Ct)).Should().BeNull();
        (await market.Contract.OperatorAsync(new OperatorId(9_999), null, Ct)).Should().BeNull();
    }

    [Fact]
    public async Task The_digest_of_a_batch_is_that_of_the_contract()
    {
        byte[] payload = [1, 2, 3];

        (await WordAsync("cosignBatchDigest(bytes32)", new AbiWriter().Hash(Keccak256.Hash(payload))))
            .Should().Be(SettlePayload.CosignDigest(market.Contract.Domain, payload));
    }

    [Fact]
    public async Task A_claim_pays_all_credit_to_the_payout_address()
    {
        var budgetNo = await market.OpenBudgetAsync(Ct);
        await market.SettleAsync(
            Ct, market.Sign(market.StatementOf(budgetNo, market.Pay(market.Second, 123_456))));
        var credit = await market.Contract.CreditAsync(market.Second, null, Ct);
        var balance = await market.Contract.TokenBalanceAsync(market.SecondPayout, null, Ct);

        var events = await market.SendAsync(market.Operator, market.Contract.Claim(market.Second), Ct);

        credit.Micro.Should().BeGreaterThanOrEqualTo(123_456);
        events.Single().Should().BeEquivalentTo(
            new { ProviderId = market.Second, To = market.SecondPayout, Amount = credit });
        (await market.Contract.TokenBalanceAsync(market.SecondPayout, null, Ct)).Should().Be(balance + credit);
        (await market.Contract.CreditAsync(market.Second, null, Ct)).Should().Be(TokenAmount.Zero);
    }

    [Fact]
    public async Task A_simulated_call_costs_gas_or_names_the_contracts_error()
    {
        var tooMuch = await market.OpeningAsync(new TokenAmount(900_000_000), Ct);
        var fine = await market.OpeningAsync(EscrowMarket.Cap, Ct);

        var refused = await market.Contract.SimulateAsync(
            market.Buyer.Address, market.Contract.OpenBudget(tooMuch), Ct);
        var possible = await market.Contract.SimulateAsync(market.Buyer.Address, market.Contract.OpenBudget(fine), Ct);

        refused.Revert.Should().Match($"InsufficientFree(buyer: {market.Buyer.Address}, wanted: 900000000, free: *)");
        possible.Revert.Should().BeNull();
        possible.Gas.Should().BeGreaterThan(21_000);
    }

    [Fact]
    public async Task Bytes_sent_again_are_known_or_too_late_and_do_nothing_new()
    {
        var key = await anvil.FundedKeyAsync("sender of one transaction", Ct);
        var call = market.Contract.RegisterProvider(key.Address, key.Address, key.Address);
        var fees = await market.Contract.SuggestFeesAsync(Ct);
        var signed = market.Contract.Sign(key, call, nonce: 0, gasLimit: 300_000, fees);

        (await market.Contract.SendAsync(signed.Raw, Ct)).Should().Be(SendOutcome.Accepted);
        (await market.Contract.SendAsync(signed.Raw, Ct))
            .Should().BeOneOf(SendOutcome.AlreadyKnown, SendOutcome.NonceTooLow);
        var mined = await UntilMinedAsync(signed.Hash);
        mined.IsSuccess.Should().BeTrue();
        (await market.Contract.SendAsync(signed.Raw, Ct)).Should().Be(SendOutcome.NonceTooLow);
        (await market.Contract.NonceAsync(key.Address, Ct)).Should().Be(1);
    }

    [Fact]
    public async Task An_account_without_gas_money_is_told_so()
    {
        var call = market.Contract.Claim(market.First);
        var fees = await market.Contract.SuggestFeesAsync(Ct);
        var signed = market.Contract.Sign(AnvilFixture.KeyOf("poor"), call, nonce: 0, gasLimit: 300_000, fees);

        (await market.Contract.SendAsync(signed.Raw, Ct)).Should().Be(SendOutcome.InsufficientFunds);
    }

    [Fact]
    public async Task A_call_that_the_contract_refuses_is_not_sent_and_says_why_with_values()
    {
        var nobody = new ProviderId(9_999);

        var refusal = await market.Invoking(m => m.SendAsync(m.Operator, m.Contract.Claim(nobody), Ct))
            .Should().ThrowAsync<CallRevertedException>();

        refusal.Which.Reason.Name.Should().Be("ZeroAmount");
        refusal.Which.Transaction.Should().BeNull();
    }

    [Fact]
    public async Task Contracts_that_do_not_belong_together_are_refused_at_the_door()
    {
        var (escrow, bond, token) = (market.Contract.Escrow, market.Contract.Bond, market.Contract.Token);

        foreach (var swapped in new[] { (token, bond, escrow), (escrow, token, bond), (bond, escrow, token) })
        {
            var connect = () => EthereumEscrowContract.ConnectAsync(
                anvil.Client, swapped.Item1, swapped.Item2, swapped.Item3, Ct);
            await connect.Should().ThrowAsync<ChainFaultException>();
        }
    }

    [Fact]
    public async Task A_saved_deployment_is_used_again()
    {
        var again = await new ContractDeployer(anvil.Client, anvil.Deployer, TimeProvider.System)
            .DeployAsync(anvil.DeploymentFile, token: null, Wait.Final, new Progress<string>(), Ct);

        again.Should().Be(anvil.Deployment);
    }

    private async Task<(TokenAmount First, TokenAmount Second)> CreditsAsync() => (
        await market.Contract.CreditAsync(market.First, null, Ct),
        await market.Contract.CreditAsync(market.Second, null, Ct));

    private async Task<Hash32> WordAsync(string signature, AbiWriter args) => new(await anvil.Client.CallAsync(
        market.Contract.Escrow, AbiWriter.Call(signature, args), BlockTag.Latest, Ct));

    private async Task<MinedTransaction> UntilMinedAsync(TxHash hash)
    {
        while (true)
        {
            if (await market.Contract.ReceiptAsync(hash, Ct) is { } mined)
            {
                return mined;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, Ct);
        }
    }
}
