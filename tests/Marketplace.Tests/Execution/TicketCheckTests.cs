using FluentAssertions;
using Marketplace.Escrow;
using Marketplace.Execution;
using Marketplace.Kernel;
using Marketplace.Protocol;
using Xunit;
using static Marketplace.Tests.Execution.Samples;

namespace Marketplace.Tests.Execution;

public sealed class TicketCheckTests
{
    private static readonly Job Delivered = JobOf(2, Accepted(1), LegOf(2, LegStatus.Outvoted), Accepted(3)) with
    {
        Status = JobStatus.Delivering,
    };

    private static readonly SignedTicket First = Ticket(Delivered.Legs[0], 7);
    private static readonly SignedTicket Third = Ticket(Delivered.Legs[2], 8);

    [Fact]
    public void One_exact_ticket_for_each_agreeing_leg_is_in_order() => FaultOf(First, Third).Should().BeNull();

    [Fact]
    public void The_order_of_the_tickets_does_not_matter() => FaultOf(Third, First).Should().BeNull();

    [Fact]
    public void A_leg_is_paid_its_price_times_its_units_rounded_down_once()
    {
        // 3 tokens out and a quarter of 40 in, at 200 tokens per million units.
        TicketCheck.AmountOf(Delivered, Delivered.Legs[0]).Should().Be(new TokenAmount(2_600));
        TicketCheck.AmountOf(Delivered, Delivered.Legs[0] with { Price = new UnitPrice(76_923) })
            .Should().Be(TokenAmount.Zero, "0.999999 micro-tokens are none");
    }

    [Fact]
    public void A_leg_without_a_ticket_is_seen()
    {
        FaultOf(First).Should().NotBeNull();
        FaultOf().Should().NotBeNull();
        var outvoted = Delivered.Legs[1] with { ResultJson = Delivered.Legs[0].ResultJson };
        FaultOf(First, Ticket(outvoted, 8)).Should().NotBeNull();
    }

    [Fact]
    public void A_leg_is_not_paid_twice()
    {
        FaultOf(First, First).Should().NotBeNull();
        FaultOf(First, Ticket(Delivered.Legs[0], 8)).Should().NotBeNull();
        FaultOf(First, Third, Third).Should().NotBeNull();
        FaultOf(First, Ticket(Delivered.Legs[2], 7)).Should().NotBeNull("two legs cannot share a number");
    }

    [Fact]
    public void A_ticket_for_another_budget_payee_result_or_amount_is_refused()
    {
        Altered(ticket => ticket with { BudgetNo = new BudgetNo(4) }).Should().NotBeNull();
        Altered(ticket => ticket with { ProviderId = new ProviderId(99) }).Should().NotBeNull();
        Altered(ticket => ticket with { InputHash = default }).Should().NotBeNull();
        Altered(ticket => ticket with { ResultDigest = default }).Should().NotBeNull();
        Altered(ticket => ticket with { Amount = new TokenAmount(2_599) }).Should().NotBeNull();
        Altered(ticket => ticket with { Amount = new TokenAmount(2_601) }).Should().NotBeNull();
        Altered(ticket => ticket with { Amount = new TokenAmount(long.MaxValue) }, First.Signature)
            .Should().NotBeNull();
        Altered(ticket => ticket with { MaxFee = new TokenAmount(129) }).Should().NotBeNull();
        Altered(ticket => ticket with { DeliveredAt = 1UL << 40 }, First.Signature).Should().NotBeNull();
        Altered(ticket => ticket).Should().BeNull("the control is in order");
    }

    [Fact]
    public void A_ticket_that_the_session_key_did_not_sign_is_refused()
    {
        var stranger = KeyOf("stranger").Sign(First.Ticket.Digest(Domain)).ToCompact();

        FaultOf(First with { Signature = stranger }, Third).Should().NotBeNull();
        FaultOf(First with { Signature = Third.Signature }, Third).Should().NotBeNull();
        FaultOf(First with { Signature = HighS(First.Signature) }, Third).Should().NotBeNull();
        FaultOf(First with { Signature = new byte[64] }, Third).Should().NotBeNull();
        FaultOf(First with { Signature = [] }, Third).Should().NotBeNull();
    }

    [Fact]
    public void A_receipt_that_tells_another_story_than_the_operators_is_refused()
    {
        var receipt = First.Receipt;

        FaultOf(First with { Receipt = receipt with { TokensOut = 4 } }, Third).Should().NotBeNull();
        FaultOf(First with { Receipt = receipt with { Verdict = VerdictOutcome.Unchecked } }, Third)
            .Should().NotBeNull();
        FaultOf(First with { Receipt = receipt with { CommitSignatureHash = default } }, Third).Should().NotBeNull();
        FaultOf(First with { Receipt = Third.Receipt }, Third).Should().NotBeNull();
    }

    [Fact]
    public void A_first_ticket_has_its_job_number_as_leg_number()
    {
        NumberFaultOf(Numbers(1, 7, 7), []).Should().BeNull();
        NumberFaultOf(Numbers(1, 7, 6), []).Should().Contain("is not 7");
    }

    [Fact]
    public void A_leg_that_is_ticketed_again_keeps_the_number_of_its_first_ticket()
    {
        var earlier = new[] { Numbers(1, 5, 3), Numbers(2, 4, 4) };

        NumberFaultOf(Numbers(1, 7, 3), earlier).Should().BeNull();
        NumberFaultOf(Numbers(1, 7, 7), earlier).Should().Contain("is not 3");
        NumberFaultOf(Numbers(1, 7, 5), earlier).Should().Contain("is not 3", "the first number counts");
        NumberFaultOf(Numbers(1, 7, 4), earlier).Should().Contain("is not 3", "4 is another leg's");
    }

    [Fact]
    public void A_number_of_another_ticket_is_not_taken_again()
    {
        var earlier = new[] { Numbers(1, 5, 3) };

        NumberFaultOf(Numbers(2, 5, 5), earlier).Should().Contain("is on an earlier ticket");
        NumberFaultOf(Numbers(1, 5, 3), earlier).Should().Contain("is on an earlier ticket");
        NumberFaultOf(Numbers(2, 3, 3), earlier).Should().Contain("another assignment's");
        NumberFaultOf(Numbers(2, 6, 6), earlier).Should().BeNull("the control is in order");
    }

    private static string? NumberFaultOf(TicketNumbers ticket, IReadOnlyList<TicketNumbers> earlier) =>
        TicketCheck.NumberFaultOf([ticket], earlier);

    private static TicketNumbers Numbers(int assignment, uint jobNo, uint legNo) =>
        new(new AssignmentId(Keccak256.Hash($"leg {assignment}")), new JobNo(jobNo), new JobNo(legNo));

    private static string? Altered(Func<JobTicket, JobTicket> change, byte[]? signature = null)
    {
        var ticket = change(First.Ticket);
        signature ??= Session.Sign(ticket.Digest(Domain)).ToCompact();
        return FaultOf(First with { Ticket = ticket, Signature = signature }, Third);
    }

    private static string? FaultOf(params SignedTicket[] tickets) =>
        TicketCheck.FaultOf(Delivered, tickets, Session.Address, Domain);

    private static SignedTicket Ticket(Leg leg, uint jobNo)
    {
        var result = JobStore.ResultOf(leg);
        var (amount, number) = (new TokenAmount(2_600), new JobNo(jobNo));
        var ticket = new JobTicket(
            Samples.Budget, number, number, leg.ProviderId, amount, new TokenAmount(130), 1_700_000_003,
            leg.AssignmentId, result.InputHash, result.ResultDigest);
        var receipt = new Receipt(
            Samples.Budget, number, leg.AssignmentId, leg.ProviderId, amount, result.InputHash, result.ResultDigest,
            Keccak256.Hash(leg.CommitSignature), Keccak256.Hash(leg.ResultSignature), 40, 3, 1_700_000_003,
            VerdictOutcome.Accepted);
        return new SignedTicket(ticket, Session.Sign(ticket.Digest(Domain)).ToCompact(), receipt);
    }
}
