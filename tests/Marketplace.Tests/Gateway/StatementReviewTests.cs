using CsCheck;
using FluentAssertions;
using Marketplace.Escrow;
using Marketplace.Gateway;
using Marketplace.Kernel;
using Xunit;

namespace Marketplace.Tests.Gateway;

public sealed class StatementReviewTests
{
    private const int Tickets = 6;

    // A proposal: from and through job, which jobs it pays, and which lie is told in it, if any.
    private static readonly Gen<(uint From, uint Length, bool[] Paid, int Lie)[]> Proposals =
        Gen.Select(Gen.UInt[0, Tickets], Gen.UInt[1, Tickets], Gen.Bool.Array[Tickets], Gen.Int[0, 12]).Array[1, 12];

    [Fact]
    public void A_statement_over_all_tickets_from_the_first_on_is_signed() =>
        FaultOf(Issued(3), From(0, 0, 1, 2)).Should().BeNull();

    [Fact]
    public void A_statement_that_ends_before_later_tickets_is_signed() =>
        FaultOf(Issued(3), From(0, 0, 1)).Should().BeNull();

    [Fact]
    public void The_same_statement_and_a_longer_one_from_the_same_job_are_signed_again()
    {
        var issued = Issued(3, (0, 0), (1, 0));

        FaultOf(issued, From(0, 0, 1)).Should().BeNull();
        FaultOf(issued, From(0, 0, 1, 2)).Should().BeNull();
    }

    [Fact]
    public void A_ticket_that_an_earlier_statement_pays_is_passed_over_rightly() =>
        FaultOf(Issued(3, (0, 0), (1, 0)), From(2, 2)).Should().BeNull();

    [Fact]
    public void What_no_ticket_promises_is_not_mine()
    {
        var good = From(0, 0, 1, 2);

        FaultOf(Issued(2), good).Should().Be(StatementFault.NotMine, "the third ticket is void or nobody's");
        Altered(good, statement => statement with { Fee = statement.Fee + new TokenAmount(1) });
        Altered(good, statement => statement with { ReceiptsRoot = default });
        Altered(good, statement => statement with { BudgetNo = new BudgetNo(4) });
        Altered(good, statement => statement with { ThroughJob = 4 });
        Altered(good, statement => statement with { ThroughJob = 2 });
        Altered(good, statement => statement with { FromJob = 1 });
        Altered(good, statement => statement with { Lines = [] });
        Altered(good, statement => statement with { Lines = [.. statement.Lines, statement.Lines[0]] });
        Altered(good, statement => statement with { Lines = [.. statement.Lines.Reverse()] });
        AlteredLines(good, line => line with { ProviderId = new ProviderId(9) });
        AlteredLines(good, line => line with { Amounts = [line.Amounts[0] + new TokenAmount(1)] });
        FaultOf(Issued(3), good).Should().BeNull("the control is in order");
    }

    [Fact]
    public void A_receipt_twice_changed_or_missing_is_not_mine()
    {
        var (statement, receipts) = From(0, 0, 1, 2);

        FaultOf(Issued(3), (statement, [])).Should().Be(StatementFault.NotMine);
        FaultOf(Issued(3), (statement, [receipts[0], receipts[1]])).Should().Be(StatementFault.NotMine);
        FaultOf(Issued(3), (statement, [receipts[1], receipts[0], receipts[2]])).Should().Be(StatementFault.NotMine);
        FaultOf(Issued(3), (statement, [receipts[0] with { TokensOut = 9 }, receipts[1], receipts[2]]))
            .Should().Be(StatementFault.NotMine);
        FaultOf(Issued(3), From(0, 0, 0, 1)).Should().Be(StatementFault.NotMine, "a job is paid once");
    }

    [Fact]
    public void What_another_statement_may_pay_is_not_signed_again() =>
        FaultOf(Issued(3, (0, 0), (1, 0)), From(1, 1, 2)).Should().Be(StatementFault.AlreadySigned);

    [Fact]
    public void A_ticket_below_the_end_is_not_passed_over()
    {
        FaultOf(Issued(3), From(0, 0, 2)).Should().Be(StatementFault.MissingTickets);
        FaultOf(Issued(3), From(2, 2)).Should().Be(StatementFault.MissingTickets);
        FaultOf(Issued(3, (0, 2)), From(1, 1, 2))
            .Should().Be(StatementFault.MissingTickets, "the other one starts later");
    }

    [Fact]
    public void Whatever_is_proposed_only_promises_are_signed_and_no_job_twice_on_statements_that_can_both_apply() =>
        Proposals.Sample(
            proposals =>
            {
                var issued = Issued(Tickets);
                var signed = new List<(Statement Statement, IReadOnlyList<Receipt> Receipts)>();
                foreach (var proposal in proposals.Select(Propose))
                {
                    if (proposal.Receipts.Count > 0 && FaultOf(issued, proposal) is null)
                    {
                        signed.Add(proposal);
                        issued = Marked(issued, proposal);
                    }
                }

                signed.All(proposal => PaysWhatWasPromised(proposal.Statement, proposal.Receipts)).Should().BeTrue();
                foreach (var (one, other) in signed.SelectMany(one => signed.Select(other => (one, other))))
                {
                    // On chain two statements from the same job exclude each other; any others may both come to pass.
                    var canBothApply = one.Statement.FromJob != other.Statement.FromJob;
                    (canBothApply && one.Receipts.Intersect(other.Receipts).Any()).Should().BeFalse();
                }
            },
            iter: 2_000);

    private static bool PaysWhatWasPromised(Statement statement, IReadOnlyList<Receipt> receipts)
    {
        var promised = receipts.Select(receipt => TicketOf((int)receipt.JobNo.Value)).ToList();
        var paid = statement.Lines.SelectMany(line => line.Amounts.Select(amount => (line.ProviderId, amount)));
        return paid.SequenceEqual(promised.Select(ticket => (ticket.ProviderId, ticket.Amount)))
            && promised.Distinct().Count() == promised.Count
            && statement.Fee.Micro <= promised.Sum(ticket => ticket.MaxFee.Micro)
            && promised.All(ticket => ticket.JobNo.Value < statement.ThroughJob);
    }

    private static (Statement Statement, IReadOnlyList<Receipt> Receipts) Propose(
        (uint From, uint Length, bool[] Paid, int Lie) draw)
    {
        var through = Math.Min(draw.From + draw.Length, Tickets);
        var jobs = Enumerable.Range(0, Tickets).Where(job => job >= draw.From && job < through)
            .Where(job => draw.Paid[job] || draw.Lie > 2).ToArray();
        if (jobs.Length == 0)
        {
            return (From(0, 0).Statement, []);
        }

        var (statement, receipts) = From(draw.From, jobs);
        return draw.Lie switch
        {
            0 => (statement with { Fee = statement.Fee + new TokenAmount(1) }, receipts),
            1 => (statement with { Lines = [.. statement.Lines, statement.Lines[0]] }, receipts),
            2 => (statement with { FromJob = statement.FromJob + 1 }, receipts),
            _ => (statement, receipts),
        };
    }

    private static List<IssuedTicket> Marked(
        List<IssuedTicket> issued, (Statement Statement, IReadOnlyList<Receipt> Receipts) signed) =>
        issued.Select(row => signed.Receipts.Contains(row.Receipt)
            ? row with { StatementFrom = signed.Statement.FromJob }
            : row).ToList();

    private static void Altered(
        (Statement Statement, IReadOnlyList<Receipt> Receipts) good, Func<Statement, Statement> change) =>
        FaultOf(Issued(3), (change(good.Statement), good.Receipts)).Should().Be(StatementFault.NotMine);

    private static void AlteredLines(
        (Statement Statement, IReadOnlyList<Receipt> Receipts) good, Func<ProviderLine, ProviderLine> change) =>
        Altered(good, statement => statement with { Lines = [.. statement.Lines.Select(change)] });

    private static StatementFault? FaultOf(
        IReadOnlyList<IssuedTicket> issued, (Statement Statement, IReadOnlyList<Receipt> Receipts) proposal) =>
        StatementReview.FaultOf(proposal.Statement, proposal.Receipts, issued);

    /// <summary>Tickets 0 and up; each mark says which job's signed statement pays it.</summary>
    private static List<IssuedTicket> Issued(int count, params (int Job, uint From)[] marks) =>
        Enumerable.Range(0, count).Select(job => new IssuedTicket(
            TicketOf(job),
            ReceiptOf(job),
            marks.Where(mark => mark.Job == job).Select(mark => (uint?)mark.From).FirstOrDefault())).ToList();

    /// <summary>An honest statement that pays these jobs.</summary>
    private static (Statement Statement, IReadOnlyList<Receipt> Receipts) From(uint fromJob, params int[] jobs)
    {
        var receipts = jobs.Select(ReceiptOf).ToList();
        var statement = new Statement(
            new BudgetNo(3),
            fromJob,
            (uint)jobs.Max() + 1,
            TokenAmount.Zero,
            TokenAmount.Sum(jobs.Select(job => TicketOf(job).MaxFee)),
            ReceiptTree.Root(receipts.Select(receipt => receipt.Leaf()).ToList()),
            jobs.Select(job => new ProviderLine(TicketOf(job).ProviderId, [TicketOf(job).Amount])).ToList());
        return (statement, receipts);
    }

    private static JobTicket TicketOf(int job) => new(
        new BudgetNo(3), new JobNo((uint)job), new JobNo((uint)job), new ProviderId((uint)(1 + (job % 2))),
        new TokenAmount(1_000 + job), new TokenAmount(50), 1, new AssignmentId(Keccak256.Hash($"assignment {job}")),
        default, default);

    private static Receipt ReceiptOf(int job)
    {
        var ticket = TicketOf(job);
        return new Receipt(
            ticket.BudgetNo, ticket.JobNo, ticket.AssignmentId, ticket.ProviderId, ticket.Amount, default, default,
            default, default, 1, 1, 1, VerdictOutcome.Unchecked);
    }
}
