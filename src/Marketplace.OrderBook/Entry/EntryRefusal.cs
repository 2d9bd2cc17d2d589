namespace Marketplace.OrderBook.Entry;

/// <summary>
/// Why the door took nothing in. Within one check the first in this order that holds is given; what to do about it says
/// <see cref="EntryRefusals.Mend"/>.
/// </summary>
public enum EntryRefusal : byte
{
    None,

    /// <summary>More bytes than the longest batch has.</summary>
    TooLong,

    /// <summary>The bytes end before the batch does.</summary>
    Truncated,

    /// <summary>The first sixteen bytes are not those of a batch.</summary>
    NotABatch,

    /// <summary>A batch has 1 to 256 orders.</summary>
    InvalidCount,

    /// <summary>More bytes follow than the count and the orders' payloads account for.</summary>
    CountMismatch,

    /// <summary>An order has eight records of payload at most.</summary>
    PayloadTooLong,

    /// <summary>A field that must be zero is not.</summary>
    ReservedFieldSet,

    /// <summary>The source address has used up its rate.</summary>
    SourceTooFast,

    /// <summary>No session of this number is open.</summary>
    UnknownSession,

    /// <summary>The session's grant has run out: it cancels only.</summary>
    SessionExpired,

    /// <summary>The session has used up its rate.</summary>
    SessionTooFast,

    /// <summary>The batch is not authenticated by the session's secret.</summary>
    BadMac,

    /// <summary>An order inside names another session than the batch.</summary>
    ForeignSession,

    /// <summary>An order inside names another account than the session's.</summary>
    ForeignAccount,

    /// <summary>A client places, cancels and amends; nothing else.</summary>
    KindNotAllowed,

    /// <summary>Clients number their orders from 1.</summary>
    InvalidSequence,

    /// <summary>The number is 1,024 or more below the highest that the session used.</summary>
    SequenceTooOld,

    /// <summary>The number belongs to an earlier, different order.</summary>
    SequenceReused,

    /// <summary>The grant does not name the market.</summary>
    MarketOutsideGrant,

    /// <summary>Buyers bid, providers ask.</summary>
    SideOutsideGrant,

    /// <summary>The limit is beyond the grant's price: above it for a bid, below it for an ask.</summary>
    PriceOutsideGrant,

    /// <summary>The bid has more legs than the grant allows.</summary>
    ReplicasOutsideGrant,

    /// <summary>The bid's hold and what the session's bids hold already exceed the grant's budget.</summary>
    BudgetUsedUp,

    /// <summary>The grant contradicts itself: see <see cref="SessionGrant.IsWellFormed"/>.</summary>
    InvalidGrant,

    /// <summary>The grant's expiry has passed.</summary>
    GrantExpired,

    /// <summary>The secret's hash is not the one in the grant.</summary>
    WrongSecret,

    /// <summary>The grant is not signed by the key that may grant.</summary>
    WrongGranter,

    /// <summary>The same key signed another grant with this nonce or a higher one.</summary>
    GrantNonceUsed,

    /// <summary>The order's fields do not fit: see <see cref="SignedOrder.IsWellFormed"/>.</summary>
    InvalidOrder,

    /// <summary>The order's signature has run out.</summary>
    OrderExpired,

    /// <summary>The price is not a whole number of the market's ticks.</summary>
    PriceOffTick,

    /// <summary>The payload is not the one whose hash was signed, or not 0 to 8 whole records.</summary>
    WrongPayload,

    /// <summary>The order is not signed by the address that may sign for it.</summary>
    WrongSigner,

    /// <summary>A bid is what its gateway signs tickets for: another limit or quantity would not be.</summary>
    BidsAreNotAmended,

    /// <summary>The provider is not connected, or has connected anew since its session was opened.</summary>
    ProviderNotConnected,

    /// <summary>The session was ended by its client.</summary>
    SessionEnded,

    /// <summary>The bid's flags or its payload are not those of a bid: see <see cref="BidPayload"/>.</summary>
    InvalidBid,

    /// <summary>The client's order id names an earlier bid of the budget.</summary>
    DuplicateOrderId,

    /// <summary>The budget is closed or its time has run out.</summary>
    BudgetOver,

    /// <summary>The market's fee is above the one that the budget's owner signed.</summary>
    FeeAboveLimit,

    /// <summary>The request of the bid's input hash is not there.</summary>
    RequestMissing,

    /// <summary>The request names another model than the bid's market sells.</summary>
    RequestForAnotherModel,

    /// <summary>The budget's gateway is not connected: nobody would take the result and sign for it.</summary>
    GatewayNotConnected,

    /// <summary>The bytes are no request, or their Keccak-256 is not the hash that they were sent under.</summary>
    InvalidRequest,

    /// <summary>The budget has as many requests waiting for bids as may wait.</summary>
    TooManyRequests,

    /// <summary>A contract wallet has to be asked about the signature, and the chain does not answer.</summary>
    SignatureUnanswered,
}

/// <summary>What the sender can do about a refusal, in one sentence.</summary>
public static class EntryRefusals
{
    public static string Mend(this EntryRefusal refusal) => refusal switch
    {
        EntryRefusal.None => "Nothing was refused.",
        EntryRefusal.TooLong => "Split the batch: 256 orders with eight records of payload each are the most.",
        EntryRefusal.Truncated => "Send the batch whole: header, every record and the 32 bytes of the MAC.",
        EntryRefusal.NotABatch => "Begin the batch with its prefix, the sixteen bytes 'market entry v1\\n'.",
        EntryRefusal.InvalidCount => "Put 1 to 256 orders into a batch.",
        EntryRefusal.CountMismatch => "Make the count of the header that of the orders that follow it.",
        EntryRefusal.PayloadTooLong => "Give an order eight records of payload at most.",
        EntryRefusal.ReservedFieldSet => "Leave zero what the server sets and what the kind of command does not use.",
        EntryRefusal.SourceTooFast => "Wait as long as the answer says, then send the same bytes again.",
        EntryRefusal.UnknownSession => "Open a session with a signed grant and use the number that it gets.",
        EntryRefusal.SessionExpired => "Sign a grant with a later expiry and a higher nonce.",
        EntryRefusal.SessionTooFast => "Wait as long as the answer says, then send the same bytes again.",
        EntryRefusal.BadMac => "Compute HMAC-SHA256 with the session's secret over all bytes before the MAC.",
        EntryRefusal.ForeignSession => "Write the batch's session number into each of its orders.",
        EntryRefusal.ForeignAccount => "Write the account that the session was opened for into each order.",
        EntryRefusal.KindNotAllowed => "Send Place, Cancel or Amend; the rest is the operator's.",
        EntryRefusal.InvalidSequence => "Number the session's orders from 1.",
        EntryRefusal.SequenceTooOld => "Use a number less than 1,024 below the highest that you have used.",
        EntryRefusal.SequenceReused => "Take a fresh number for a new order; repeat an old one unchanged.",
        EntryRefusal.MarketOutsideGrant => "Sign a grant that names this market.",
        EntryRefusal.SideOutsideGrant => "Bid with a buyer's session and ask with a provider's.",
        EntryRefusal.PriceOutsideGrant => "Keep to the grant's price, or sign a grant with another.",
        EntryRefusal.ReplicasOutsideGrant => "Ask for fewer legs, or sign a grant that allows more.",
        EntryRefusal.BudgetUsedUp => "Cancel bids to free what they hold, or sign a grant with a larger budget.",
        EntryRefusal.InvalidGrant => "Correct the grant's fields and sign it again.",
        EntryRefusal.GrantExpired => "Sign a grant whose expiry is still to come.",
        EntryRefusal.WrongSecret => "Send the secret whose Keccak-256 hash the grant names.",
        EntryRefusal.WrongGranter =>
            "Sign with the budget's session key or buyer, or with the provider's signer or owner.",
        EntryRefusal.GrantNonceUsed => "Sign the grant with a higher nonce than any before.",
        EntryRefusal.InvalidOrder => "Correct the order's fields and sign it again.",
        EntryRefusal.OrderExpired => "Sign the order again with a later validity.",
        EntryRefusal.PriceOffTick => "Round the price to a whole number of the market's ticks.",
        EntryRefusal.WrongPayload => "Send the payload whose Keccak-256 hash was signed, in whole records of 64 bytes.",
        EntryRefusal.WrongSigner => "Sign with the key, or by the contract wallet, that the order's owner registered.",
        EntryRefusal.BidsAreNotAmended => "Cancel the bid and place another.",
        EntryRefusal.ProviderNotConnected => "Connect the provider, then open the session again by the same grant.",
        EntryRefusal.SessionEnded => "Sign a grant with a higher nonce to open another session.",
        EntryRefusal.InvalidBid =>
            "Set the flag that escrows the limit and no other, and send hash and order id in two records of payload.",
        EntryRefusal.DuplicateOrderId => "Take a fresh order id for each bid of the budget.",
        EntryRefusal.BudgetOver => "Open another budget: this one takes no more bids.",
        EntryRefusal.FeeAboveLimit => "Open a budget whose fee limit covers the market's fee.",
        EntryRefusal.RequestMissing => "Deposit the request first, then send the same bytes again.",
        EntryRefusal.RequestForAnotherModel => "Bid in a market of the model that the request names.",
        EntryRefusal.GatewayNotConnected => "Connect the budget's gateway, then send the same bytes again.",
        EntryRefusal.InvalidRequest => "Send the canonical request under the Keccak-256 hash of its bytes.",
        EntryRefusal.TooManyRequests => "Send the bids of the requests that wait, or deposit again in ten minutes.",
        EntryRefusal.SignatureUnanswered => "Send the same again in a few seconds: the chain did not answer.",
        _ => throw new ArgumentOutOfRangeException(nameof(refusal), refusal, "No such refusal."),
    };
}
