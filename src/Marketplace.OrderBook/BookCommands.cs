using System.Text.Json.Serialization;
using Marketplace.Kernel;
using Marketplace.Matching;
using Marketplace.OrderBook.Entry;

namespace Marketplace.OrderBook;

/// <summary>What the book's single writer is asked to do; journalled when it changes something.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(OpenMarket), "open-market")]
[JsonDerivedType(typeof(OpenBudget), "open-budget")]
[JsonDerivedType(typeof(CloseBudget), "close-budget")]
[JsonDerivedType(typeof(PlaceBid), "bid")]
[JsonDerivedType(typeof(PlaceAsk), "ask")]
[JsonDerivedType(typeof(CancelBid), "cancel-bid")]
[JsonDerivedType(typeof(CancelAsk), "cancel-ask")]
[JsonDerivedType(typeof(CancelAsksOf), "cancel-asks-of")]
[JsonDerivedType(typeof(Expire), "expire")]
[JsonDerivedType(typeof(AddLeg), "add-leg")]
[JsonDerivedType(typeof(CompleteJob), "complete-job")]
[JsonDerivedType(typeof(ReleaseJob), "release-job")]
[JsonDerivedType(typeof(SettledOnChain), "settled")]
[JsonDerivedType(typeof(OpenSession), "open-session")]
[JsonDerivedType(typeof(EndSession), "end-session")]
public abstract record BookCommand;

/// <summary>A command and the type of its answer.</summary>
public abstract record BookCommand<TAnswer> : BookCommand
    where TAnswer : class;

/// <summary>
/// A market and the operator's fee in it. The same again changes nothing; another fee ends the market's resting orders.
/// </summary>
/// <param name="FeeBps">Of every payment, on top of it; bids name the same.</param>
public sealed record OpenMarket(MarketId Market, BasisPoints FeeBps) : BookCommand<OpenMarket>;

/// <summary>A budget whose opening is final on chain. The same again changes nothing.</summary>
/// <param name="Spent">What the chain had settled from it at that moment; ignored when it is open already.</param>
public sealed record OpenBudget(
    BudgetNo Budget,
    EthAddress Buyer,
    EthAddress Session,
    TokenAmount Cap,
    TokenAmount Spent,
    BasisPoints MaxFeeBps,
    DateTimeOffset Expiry) : BookCommand<BudgetView>;

/// <summary>Ends a budget's resting bids and takes no new ones; its jobs run on. Idempotent.</summary>
public sealed record CloseBudget(BudgetNo Budget) : BookCommand<BudgetView>;

/// <summary>
/// A bid for one job. Held for it: replicas x the limit's cost of a leg, rounded up, and the fee on that, rounded up.
/// The same client order id with the same terms gives the first answer again and has no second effect.
/// </summary>
/// <param name="PerLeg">Units of one leg, each leg from one ask of a distinct owner.</param>
/// <param name="ExpiresAt">Set for good till time. No bid outlives its budget.</param>
public sealed record PlaceBid(
    MarketId Market,
    BudgetNo Budget,
    string ClientOrderId,
    UnitPrice Limit,
    Quantity PerLeg,
    int Replicas,
    bool IsWhole,
    TimeInForce TimeInForce,
    DateTimeOffset? ExpiresAt,
    BasisPoints FeeBps,
    Hash32 InputHash) : BookCommand<BidAnswer>
{
    /// <summary>What it requires of an ask, and what it is itself.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public SignatureView Signature { get; init; }
}

/// <summary>Capacity for sale until it is sold or its provider disconnects. Idempotent by client order id.</summary>
/// <param name="OwnerAccount">Legs of one bid go to distinct owners.</param>
public sealed record PlaceAsk(
    MarketId Market,
    ProviderId Provider,
    EthAddress OwnerAccount,
    UnitPrice Price,
    Quantity Quantity,
    string ClientOrderId) : BookCommand<AskAnswer>
{
    /// <summary>What it requires of a bid, and what it is itself.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public SignatureView Signature { get; init; }
}

/// <summary>Takes back a resting bid.</summary>
public sealed record CancelBid(OrderId Order, BudgetNo By) : BookCommand<OrderCancelled>;

/// <summary>Takes back what is unsold of an ask.</summary>
public sealed record CancelAsk(OrderId Order, ProviderId By) : BookCommand<OrderCancelled>;

/// <summary>A provider disconnected: its asks end and its client order ids are forgotten.</summary>
public sealed record CancelAsksOf(ProviderId Provider) : BookCommand<OrdersEnded>;

/// <summary>Ends every bid whose time has run out.</summary>
public sealed record Expire(DateTimeOffset Now) : BookCommand<OrdersEnded>;

/// <summary>
/// One more leg for a running job, to replace a provider or to escalate: from the best ask at or under the bid's limit
/// of an owner that the job does not have yet. Nothing more is held, for the job keeps its whole pot until it ends.
/// </summary>
/// <param name="LegNo">The number it will have: one above the last. An earlier number gives that leg again.</param>
/// <param name="Exclude">Providers that must not get it although the job does not have them.</param>
public sealed record AddLeg(JobId Job, int LegNo, IReadOnlyList<ProviderId> Exclude) : BookCommand<LegAnswer>;

/// <summary>A job was delivered: what its tickets promise is owed, the rest of its pot is free again.</summary>
public sealed record CompleteJob(JobId Job, TokenAmount Paid, TokenAmount Fee) : BookCommand<BudgetView>;

/// <summary>A job ended without delivery: its whole pot is free again.</summary>
public sealed record ReleaseJob(JobId Job) : BookCommand<BudgetView>;

/// <summary>The chain settled a part of what the budget owes.</summary>
/// <param name="FactId">Names the settlement; the same id again changes nothing.</param>
public sealed record SettledOnChain(BudgetNo Budget, TokenAmount TotalPlusFee, string FactId)
    : BookCommand<BudgetView>;

/// <summary>
/// Lets the bare orders of a grant in, whose signature was checked. The same again gives the same session and lets a
/// provider that has connected anew go on; a higher nonce ends the granter's earlier session.
/// </summary>
/// <param name="Owner">Of a provider its registered owner, of a budget its buyer.</param>
public sealed record OpenSession(SessionGrant Grant, EthAddress Owner) : BookCommand<SessionAnswer>;

/// <summary>
/// Ends a session for good: its grant opens no other, and the orders that it or one before it placed end with it.
/// </summary>
public sealed record EndSession(uint Session) : BookCommand<SessionAnswer>;
