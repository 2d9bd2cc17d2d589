using CsCheck;
using FluentAssertions;
using Marketplace.Escrow;
using Marketplace.Kernel;
using Marketplace.Settlement;
using Xunit;

namespace Marketplace.Tests.Settlement;

public sealed class StatementBuilderTests
{
    private static readonly DateTimeOffset Now = DateTimeOffset.FromUnixTimeSeconds(1_700_000_000);

    private static readonly SettlementOptions Options = new()
    {
        OperatorId = new OperatorId(1),
        StartBlock = default,
        CollectTime = TimeSpan.Zero,
        MaxJobsPerStatement = 600,
    };

    private static readonly Gen<IReadOnlyList<TicketedJob>> Jobs =
        Gen.Select(Gen.UInt[1, 5], Gen.Long[0, 3_000], Gen.Int[-50, 30]).Array[0, 700]
            .Select(rows => (IReadOnlyList<TicketedJob>)rows
                .Select((row, index) => Job((uint)index, row.Item1, row.Item2, Now.AddSeconds(row.Item3 > 28 ? 1 : -1)))
                .ToList());

    [Fact]
    public void A_statement_pays_a_prefix_by_number_to_the_micro_token() =>
        Gen.Select(Jobs, Gen.Long[0, 2_000_000]).Sample((jobs, cap) =>
        {
            var built = StatementBuilder.Build(BudgetOf(cap), jobs, Now, Options);
            if (built is null)
            {
                return;
            }

            var statement = built.Proposal.Statement;
            var paid = jobs.Take((int)statement.ThroughJob).ToList();
            built.Assignments.Should().BeEquivalentTo(paid.Select(job => job.AssignmentId));
            statement.Total.Micro.Should().Be(paid.Sum(job => job.Amount.Micro));
            statement.Fee.Micro.Should().Be(paid.Sum(job => job.Fee.Micro));
            (statement.Total + statement.Fee).Micro.Should().BeLessThanOrEqualTo(cap);
            paid.Should().OnlyContain(job => job.SettleableAt <= Now);
        });

    [Fact]
    public void The_receipts_stand_in_line_order_under_the_root() => Jobs.Sample(jobs =>
    {
        if (StatementBuilder.Build(BudgetOf(100_000_000), jobs, Now, Options) is not { } built)
        {
            return;
        }

        var statement = built.Proposal.Statement;
        var lines = statement.Lines.SelectMany(line => line.Amounts.Select(amount => (line.ProviderId, amount)));
        built.Proposal.Receipts.Select(receipt => (receipt.ProviderId, receipt.Amount)).Should().Equal(lines);
        statement.ReceiptsRoot.Should().Be(
            ReceiptTree.Root(built.Proposal.Receipts.Select(receipt => receipt.Leaf()).ToList()));
        statement.Lines.Should().OnlyContain(line => line.Amounts.Count <= 255);
        StatementLines.Decode(StatementLines.Encode(statement.Lines)).Should().BeEquivalentTo(statement.Lines);
    });

    [Fact]
    public void A_leg_in_its_hold_ends_the_prefix()
    {
        var jobs = new[]
        {
            Job(0, 7, 100, Now), Job(1, 7, 100, Now.AddSeconds(1)), Job(2, 7, 100, Now),
        };

        var built = StatementBuilder.Build(BudgetOf(10_000), jobs, Now, Options);

        built!.Proposal.Statement.ThroughJob.Should().Be(1);
    }

    [Fact]
    public void A_leg_that_the_cap_does_not_hold_ends_the_prefix()
    {
        var jobs = new[] { Job(0, 7, 1_000, Now), Job(1, 7, 1_000, Now), Job(2, 7, 1, Now) };

        var built = StatementBuilder.Build(BudgetOf(1_999), jobs, Now, Options);

        built!.Proposal.Statement.ThroughJob.Should().Be(1, "the third leg would fit, but numbers are not passed over");
    }

    [Fact]
    public void Nothing_is_proposed_that_pays_nothing() =>
        StatementBuilder.Build(BudgetOf(10_000), [Job(0, 7, 0, Now)], Now, Options).Should().BeNull();

    [Fact]
    public void A_statement_starts_where_the_chain_stands()
    {
        var budget = BudgetOf(10_000) with { ThroughJob = 2, Spent = new TokenAmount(300) };

        var built = StatementBuilder.Build(budget, [Job(2, 7, 100, Now), Job(3, 8, 100, Now)], Now, Options);

        built!.Proposal.Statement.Should().Match<Statement>(statement =>
            statement.FromJob == 2 && statement.ThroughJob == 4 && statement.FromSpent == new TokenAmount(300));
    }

    [Theory]
    [InlineData(1, 10, 0, false)]
    [InlineData(3, 10, 0, true)]
    [InlineData(1, 500, 0, true)]
    [InlineData(1, 10, 60, true)]
    [InlineData(1, 10, 59, false)]
    public void A_statement_is_due_by_count_or_amount_or_age(int legs, long amount, int ageSeconds, bool isDue)
    {
        var options = Options with
        {
            CollectJobs = 3,
            CollectAmount = new TokenAmount(500),
            CollectTime = TimeSpan.FromSeconds(60),
        };
        var jobs = Enumerable.Range(0, legs)
            .Select(index => Job((uint)index, 7, amount, Now.AddSeconds(-ageSeconds))).ToList();

        (StatementBuilder.Build(BudgetOf(10_000), jobs, Now, options) is not null).Should().Be(isDue);
    }

    internal static Budget BudgetOf(long cap) => new(
        new BudgetNo(1), default, default, new OperatorId(1), new TokenAmount(cap), TokenAmount.Zero, 2_000_000_000,
        new BasisPoints(500), 0, 1);

    internal static TicketedJob Job(uint number, uint provider, long amount, DateTimeOffset settleableAt)
    {
        var assignment = new AssignmentId(Keccak256.Hash($"{number}"));
        var receipt = new Receipt(
            new BudgetNo(1), new JobNo(number), assignment, new ProviderId(provider), new TokenAmount(amount), default,
            default, default, default, 1, 1, 1, VerdictOutcome.Unchecked);
        var fee = new BasisPoints(500).FeeDown(receipt.Amount);
        return new TicketedJob(
            assignment, receipt.JobNo, receipt.ProviderId, receipt.Amount, fee, settleableAt, receipt);
    }
}
