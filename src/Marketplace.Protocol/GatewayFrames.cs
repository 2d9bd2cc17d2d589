using Marketplace.Escrow;
using Marketplace.Kernel;

namespace Marketplace.Protocol;

/// <param name="Proof">The session key's signature over <see cref="ConnectionProof"/>, 64 bytes.</param>
public sealed record GatewayHello(BudgetNo BudgetNo, byte[] Proof) : Frame;

/// <param name="FeeBps">The operator's fee on every amount, rounded down per leg.</param>
/// <param name="InputWeightBps">What one input token counts, in ten-thousandths of an output token.</param>
public sealed record GatewayWelcome(BudgetNo BudgetNo, BasisPoints FeeBps, BasisPoints InputWeightBps) : Frame;

/// <summary>A bid for one job. The same <paramref name="ClientOrderId"/> again is answered as the first time.</summary>
/// <param name="Limit">The highest price a unit may cost.</param>
/// <param name="PerLeg">The most units that one run may take.</param>
/// <param name="Replicas">How many distinct providers run it at first.</param>
/// <param name="Quorum">How many equal results are accepted.</param>
/// <param name="Request">The canonical request bytes (<see cref="JobRequest"/>).</param>
/// <param name="ExpiresAtUnixMilliseconds">Until when the bid may rest; the past means at once or not at all.</param>
public sealed record BidFrame(
    string ClientOrderId,
    string Model,
    UnitPrice Limit,
    Quantity PerLeg,
    int Replicas,
    int Quorum,
    BasisPoints FeeBps,
    byte[] Request,
    bool IsStreamed,
    long ExpiresAtUnixMilliseconds) : Frame
{
    /// <summary>What a provider must say of itself, in the operator's attributes; a peer that names none needs none.
    /// </summary>
    public IReadOnlyList<NamedValues> Requires { get; init; } = [];
}

public sealed record CancelBid(string ClientOrderId) : Frame;

/// <summary>How does an order stand that the gateway did not place itself? Answered as a bid is.</summary>
public sealed record OrderInquiry(string ClientOrderId) : Frame;

/// <param name="State">
/// <c>resting</c>, <c>matched</c> or <c>refused</c>; to an <see cref="OrderInquiry"/> also <c>unknown</c>.
/// </param>
/// <param name="Code">Why it was refused; empty otherwise.</param>
/// <param name="BestAsk">The best price in the book when it did not match, to tell the buyer.</param>
public sealed record BidAnswer(
    string ClientOrderId, string State, JobId? JobId, string Code, string Message, UnitPrice? BestAsk) : Frame;

/// <param name="Stage"><c>matched</c>, <c>locked</c>, <c>running</c>, <c>committed</c> or <c>verified</c>.</param>
public sealed record JobProgress(string ClientOrderId, JobId JobId, string Stage, int Done, int Of) : Frame;

/// <summary>A piece of the first leg's answer, before any verdict.</summary>
public sealed record JobText(string ClientOrderId, int Index, string Text) : Frame;

/// <summary>The leg that was streamed is gone; the pieces start again from index 0 with another provider.</summary>
public sealed record JobRestarted(string ClientOrderId) : Frame;

/// <summary>One agreeing leg with everything the gateway checks before it signs the leg's ticket.</summary>
public sealed record DeliveredLeg(
    ProviderId ProviderId, ResultCommit Commit, byte[] CommitSignature, JobResult Result, byte[] ResultSignature);

/// <summary>The accepted result of a job and the legs that agree on it.</summary>
public sealed record Delivery(
    string ClientOrderId, JobId JobId, byte[] Canonical, IReadOnlyList<DeliveredLeg> Legs, int RunsInAll) : Frame;

/// <param name="Signature">The session key's signature over the ticket, 64 bytes.</param>
public sealed record SignedTicket(JobTicket Ticket, byte[] Signature, Receipt Receipt);

/// <summary>
/// The gateway's tickets for a delivery, one a leg. Sent again after a reconnect until they are stored.
/// </summary>
public sealed record TicketFrame(string ClientOrderId, JobId JobId, IReadOnlyList<SignedTicket> Tickets) : Frame;

public sealed record TicketsStored(JobId JobId) : Frame;

/// <summary>The gateway found the delivery wanting and signs nothing: the hold returns.</summary>
public sealed record DeliveryRefused(string ClientOrderId, JobId JobId, string Code, string Message) : Frame;

/// <summary>The job ended without a delivery; nothing is charged.</summary>
public sealed record JobEnded(string ClientOrderId, JobId? JobId, string Code, string Message) : Frame;

/// <summary>The operator proposes a statement; the receipts are in the order of its lines.</summary>
public sealed record StatementRequest(long RequestNo, Statement Statement, IReadOnlyList<Receipt> Receipts) : Frame;

/// <param name="Signature">The session key's signature, 64 bytes; empty when refused.</param>
/// <param name="Code">Empty, or <c>missing-tickets</c>, <c>not-mine</c>, <c>already-signed</c>.</param>
public sealed record StatementReply(long RequestNo, byte[] Signature, string Code, string Message) : Frame;
