using CsCheck;
using FluentAssertions;
using Marketplace.Audit;
using Marketplace.Escrow;
using Marketplace.Kernel;
using Xunit;

namespace Marketplace.Tests.Audit;

public sealed class LedgerReplayTests
{
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
            replay.Budgets[One].Spent.Should().Be(new SignedMicro(paid + fee));
        });
    }

    [Fact]
    public void Free_balances_fall_with_a_budget_and_get_its_rest_back()
    {
        LedgerReplay.Of(History(300, 7, isClaimed: false, isClosed: false)).Free[Buyer].Micro.Should().Be(1_000_000);
        LedgerReplay.Of(History(300, 7, isClaimed: false, isClosed: true)).Free[Buyer].Micro.Should().Be(2_999_693);
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
        ];
        if (isClaimed)
        {
            history.Add(new Claimed(At, provider, Buyer, new TokenAmount(paid)));
            history.Add(new FeeClaimed(At, op, Buyer, new TokenAmount(fee)));
        }

        if (isClosed)
        {
            history.Add(new BudgetClosed(At, One, new TokenAmount(2_000_000 - paid - fee)));
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
