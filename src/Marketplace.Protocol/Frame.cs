using System.Text.Json.Serialization;
using Marketplace.Kernel;

namespace Marketplace.Protocol;

/// <summary>
/// One message on a connection: a JSON object with its <c>type</c>. Unknown types end the connection.
/// </summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "type")]
[JsonDerivedType(typeof(Challenge), "challenge")]
[JsonDerivedType(typeof(Refused), "refused")]
[JsonDerivedType(typeof(ProviderHello), "provider-hello")]
[JsonDerivedType(typeof(ProviderWelcome), "provider-welcome")]
[JsonDerivedType(typeof(AssignmentOffer), "assignment")]
[JsonDerivedType(typeof(TextDelta), "text")]
[JsonDerivedType(typeof(CommitFrame), "commit")]
[JsonDerivedType(typeof(RevealRequest), "reveal-request")]
[JsonDerivedType(typeof(RevealFrame), "reveal")]
[JsonDerivedType(typeof(AssignmentFailed), "assignment-failed")]
[JsonDerivedType(typeof(AssignmentClosed), "assignment-closed")]
[JsonDerivedType(typeof(CosignedStatementFrame), "cosigned-statement")]
[JsonDerivedType(typeof(GatewayHello), "gateway-hello")]
[JsonDerivedType(typeof(GatewayWelcome), "gateway-welcome")]
[JsonDerivedType(typeof(BidFrame), "bid")]
[JsonDerivedType(typeof(CancelBid), "cancel-bid")]
[JsonDerivedType(typeof(OrderInquiry), "order-inquiry")]
[JsonDerivedType(typeof(BidAnswer), "bid-answer")]
[JsonDerivedType(typeof(JobProgress), "job-progress")]
[JsonDerivedType(typeof(JobText), "job-text")]
[JsonDerivedType(typeof(JobRestarted), "job-restarted")]
[JsonDerivedType(typeof(Delivery), "delivery")]
[JsonDerivedType(typeof(TicketFrame), "tickets")]
[JsonDerivedType(typeof(TicketsStored), "tickets-stored")]
[JsonDerivedType(typeof(DeliveryRefused), "delivery-refused")]
[JsonDerivedType(typeof(JobEnded), "job-ended")]
[JsonDerivedType(typeof(StatementRequest), "statement-request")]
[JsonDerivedType(typeof(StatementReply), "statement-reply")]
public abstract record Frame;

/// <summary>The operator's first word: what the other side must sign, and on which chain and escrow.</summary>
public sealed record Challenge(Hash32 Value, ulong ChainId, EthAddress Escrow) : Frame;

/// <summary>The connection or the request was refused; <paramref name="Message"/> says how to mend it.</summary>
public sealed record Refused(string Code, string Message) : Frame;
