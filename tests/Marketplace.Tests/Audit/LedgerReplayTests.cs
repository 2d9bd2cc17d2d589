using CsCheck;
using FluentAssertions;
using Marketplace.Audit;
using Marketplace.Escrow;
using Marketplace.Kernel;
using Xunit;

namespace Marketplace.Tests.Audit;

public sealed class LedgerReplayTests
{
    private const long TicketPaid = 45;
    private const long TicketFee = 2;

    private static readonly EthAddress Buyer = new((byte[])[1, .. new byte[19]]);
    private static readonly LogPosition At = new(new BlockNumber(5), default, 0, default);
    private static readonly BudgetNo One = new(1);

    [Fact]
    public void Money_is_only_moved_never_made()
    {
        var histories = Gen.Select(Gen.Long[1, 1_000_000], Gen.Long[0, 1_000], Gen.Bool, Gen.Bool);
        histories.Sample((paid, fee, isClaimed, isClosed) =>
        {
            var replay = LedgerReplay.Of(History(paid, fee, isClaimed, isClosed));

            replay.Liabilities.Should().Be(replay.TotalOwed);
            replay.Uncredited.Should().Be(default(SignedMicro));
            replay.Contradictions.Should().BeEmpty();
            replay.Budgets[One].Spent.Should().Be(new SignedMicro(paid + fee + TicketPaid + TicketFee));
        });
    }

    [Fact]
    public void Free_balances_fall_with_a_budget_and_get_its_rest_back()
    {
        LedgerReplay.Of(History(300, 7, isClaimed: false, isClosed: false)).Free[Buyer].Micro.Should().Be(1_000_000);
        LedgerReplay.Of(History(300, 7, isClaimed: false, isClosed: true)).Free[Buyer].Micro.Should().Be(2_999_646);
    }

    [Fact]
    public void Any_dropped_event_that_moves_money_shows_in_the_sums_alone()
    {
        var history = History(300, 7, isClaimed: true, isClosed: true);
        var moving = Enumerable.Range(0, history.Count).Where(index => history[index] is not BatchSettled);
        foreach (var dropped in moving)
        {
            var replay = LedgerReplay.Of(history.Where((_, index) => index != dropped));

            var isSeen = replay.Liabilities != replay.TotalOwed
                || replay.Uncredited != default
                || replay.Contradictions.Count > 0
                || replay.Free[Buyer].Micro < 0
                || replay.Budgets.GetValueOrDefault(One)?.State != 2
                || replay.Credits.Values.Any(credit => credit.Micro != 0)
                || replay.TotalOwed != LedgerReplay.Of(history).TotalOwed;
            isSeen.Should().BeTrue($"{history[dropped].GetType().Name} was dropped");
        }
    }

    [Fact]
    public void A_ticket_is_the_providers_credit_and_the_operators_fee_by_its_own_event()
    {
        var replay = LedgerReplay.Of(History(300, 7, isClaimed: false, isClosed: false));

        replay.Credits[new ProviderId(1)].Should().Be(new SignedMicro(300 + TicketPaid));
        replay.FeeCredits[new OperatorId(1)].Should().Be(new SignedMicro(7 + TicketFee));
        replay.Budgets[One].ThroughJob.Should().Be(1, "a ticket leaves it where it is");
    }

    [Fact]
    public void A_ticket_below_what_a_statement_closed_is_a_contradiction()
    {
        var history = History(300, 7, isClaimed: false, isClosed: false);
        var dead = history.Select(happened =>
            happened is TicketSettled ticket ? ticket with { JobNo = new JobNo(0) } : happened);

        LedgerReplay.Of(dead).Contradictions.Should().ContainSingle().Which.Found.Should().Be("dead below 1");
    }

    [Fact]
    public void What_moves_no_money_changes_no_sum()
    {
        var (provider, op) = (new ProviderId(1), new OperatorId(1));
        EscrowEvent[] still =
        [
            new StatementSkipped(At, One, SkipReason.Stale), new TicketSkipped(At, One, new JobNo(3), SkipReason.Lines),
            new NonceCancelled(At, Buyer, 5), new SignerSet(At, provider, Buyer),
            new PayoutProposed(At, provider, Buyer, 9), new PayoutSet(At, provider, Buyer),
            new CosignerProposed(At, op, Buyer, 9), new CosignerSet(At, op, Buyer), new CosignerRevoked(At, op, Buyer),
        ];
        var history = History(300, 7, isClaimed: true, isClosed: true);

        var replay = LedgerReplay.Of([.. history, .. still]);

        replay.Should().BeEquivalentTo(LedgerReplay.Of(history));
    }

    [Fact]
    public void Batches_and_tickets_are_one_hash_chain()
    {
        var first = Batches([1]).Single();
        var acc = Keccak256.Hash([.. first.Acc.ToBytes(), .. Keccak256.Hash([4]).ToBytes()]);
        var tickets = new TicketsSettled(At, acc, [4]);

        LedgerReplay.Of([first, tickets]).Acc.Should().Be(acc);
        LedgerReplay.Of([first, tickets]).Contradictions.Should().BeEmpty();
        LedgerReplay.Of([tickets]).Contradictions.Should().ContainSingle("the batch before it is missing");
        LedgerReplay.Of([first, tickets with { Rows = [5] }]).Contradictions.Should().ContainSingle();
    }

    [Fact]
    public void A_dropped_or_changed_batch_breaks_the_hash_chain()
    {
        BatchSettled[] batches = [.. Batches([1], [2, 2], [3])];
        LedgerReplay.Of(batches).Contradictions.Should().BeEmpty();
        LedgerReplay.Of(batches).Acc.Should().Be(batches[^1].Acc);

        LedgerReplay.Of(batches.Skip(1)).Contradictions.Should().NotBeEmpty();
        LedgerReplay.Of([batches[0], batches[1] with { Payload = [2, 3] }, batches[2]])
            .Contradictions.Should().NotBeEmpty();
        LedgerReplay.Of(batches.SkipLast(1)).Acc.Should().NotBe(batches[^1].Acc);
    }

    [Fact]
    public void A_statement_of_a_budget_that_was_never_opened_is_written_down_and_not_thrown()
    {
        var replay = LedgerReplay.Of([Settled(10, 1)]);

        replay.Contradictions.Should().ContainSingle().Which.Found.Should().Be("never opened");
    }

    private static List<EscrowEvent> History(long paid, long fee, bool isClaimed, bool isClosed)
    {
        var (provider, op) = (new ProviderId(1), new OperatorId(1));
        List<EscrowEvent> history =
        [
            new Deposited(At, Buyer, Buyer, new TokenAmount(3_500_000)),
            new Withdrawn(At, Buyer, new TokenAmount(500_000)),
            new BudgetOpened(
                At, One, Buyer, default, op, new TokenAmount(2_000_000), 100, new BasisPoints(500), default),
            Settled(paid, fee),
            new Credited(At, provider, new TokenAmount(paid)),
            new FeeCredited(At, op, new TokenAmount(fee)),
            .. Batches([9]),
            new TicketSettled(
                At, One, new JobNo(4), provider, op, default, new TokenAmount(TicketPaid), new TokenAmount(TicketFee)),
        ];
        if (isClaimed)
        {
            history.Add(new Claimed(At, provider, Buyer, new TokenAmount(paid + TicketPaid)));
            history.Add(new FeeClaimed(At, op, Buyer, new TokenAmount(fee + TicketFee)));
        }

        if (isClosed)
        {
            history.Add(new BudgetClosed(At, One, new TokenAmount(2_000_000 - paid - fee - TicketPaid - TicketFee)));
        }

        return history;
    }

    private static StatementSettled Settled(long paid, long fee) =>
        new(At, One, 0, 1, new TokenAmount(paid), new TokenAmount(fee), default);

    private static IEnumerable<BatchSettled> Batches(params byte[][] payloads)
    {
        Hash32 acc = default;
        foreach (var payload in payloads)
        {
            acc = Keccak256.Hash([.. acc.ToBytes(), .. Keccak256.Hash(payload).ToBytes()]);
            yield return new BatchSettled(At, new OperatorId(1), acc, payload);
        }
    }
}
