using System.Text.Json.Serialization;
using Marketplace.Matching;

namespace Marketplace.OrderBook.Answers;

/// <summary>What can keep an order and an offer of the other side from trading.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<FillConstraint>))]
public enum FillConstraint
{
    /// <summary>The offer is beyond the order's limit; in ticks.</summary>
    Price,

    /// <summary>The offer lacks something that the order requires; in attributes.</summary>
    Requirements,

    /// <summary>The order lacks something that the offer requires; in attributes.</summary>
    Capabilities,

    /// <summary>The offer has less than one leg of the order needs in one piece; in units.</summary>
    OnePiece,

    /// <summary>All that suit have less than the order's minimum, or a leg is smaller than it; in units.</summary>
    Minimum,

    /// <summary>The order has less than the offer's own minimum or leg; in units.</summary>
    OfferMinimum,

    /// <summary>The offer is a bid in legs for which other sellers are missing; in legs.</summary>
    OtherLegs,

    /// <summary>The offer is of the order's own owner.</summary>
    OwnerGroup,

    /// <summary>Another leg of the order goes to the same domain already.</summary>
    Domain,

    /// <summary>The order or the offer is past its end.</summary>
    Time,

    /// <summary>The account has less than the order would hold; in micro-tokens.</summary>
    Money,

    /// <summary>All offers that suit have less than the order's quantity. No single offer fails this.</summary>
    Supply,
}

/// <summary>How an order that was asked about stands.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<FillState>))]
public enum FillState
{
    /// <summary>It would fill whole if it were placed now; nothing is to be relaxed.</summary>
    WouldFill,

    /// <summary>It would not, or only in part.</summary>
    WouldNotFill,

    /// <summary>It is in a batch market, where orders meet at the next auction only.</summary>
    WaitsForAuction,
}

/// <summary>The offer that needs the smallest relaxation of one constraint.</summary>
/// <param name="Amount">By how much, in the unit of the constraint.</param>
/// <param name="Attributes">Of requirements and capabilities: those that fail.</param>
/// <param name="IsEnough">Relaxing this alone by this much makes the order trade with this very offer.</param>
public sealed record NearestOffer(
    [property: JsonConverter(typeof(OrderHandleJson))] OrderHandle Offer,
    long Amount,
    [property: JsonConverter(typeof(AttributeMaskJson))] AttributeMask Attributes,
    bool IsEnough);

/// <summary>How many offers fail one constraint.</summary>
/// <param name="FailsOnlyThis">Those of them that fail no other.</param>
/// <param name="Nearest">Among those that fail only this if there are any, else among all that fail it.</param>
public sealed record ConstraintReport(
    FillConstraint Constraint,
    int Fails,
    int FailsOnlyThis,
    NearestOffer Nearest);

/// <summary>What has to change, all of it together, for the order to fill whole; what is null stays.</summary>
/// <param name="Tick">The limit that it takes.</param>
/// <param name="WithoutRequirements">Attributes no longer to require.</param>
/// <param name="WithCapabilities">Attributes it has to have besides.</param>
/// <param name="Quantity">Units, of a bid in legs those of a leg.</param>
/// <param name="IsByOtherOwner">An owner without orders would have to place it.</param>
/// <param name="IsWithoutExpiry">It has to last beyond now.</param>
/// <param name="FreeMoney">Micro-tokens that have to be free.</param>
public sealed record Relaxation(
    IReadOnlyList<FillConstraint> Constraints,
    int? Tick,
    [property: JsonConverter(typeof(AttributeMaskJson))] AttributeMask WithoutRequirements,
    [property: JsonConverter(typeof(AttributeMaskJson))] AttributeMask WithCapabilities,
    long? Quantity,
    byte? Replicas,
    uint? Minimum,
    bool IsByOtherOwner,
    bool IsWithoutExpiry,
    long? FreeMoney)
{
    /// <summary>The question with exactly these changes.</summary>
    public OrderQuestion Apply(OrderQuestion order) => order with
    {
        Tick = Tick ?? order.Tick,
        Signature = new SignatureView(
            order.Signature.Required.Without(WithoutRequirements),
            order.Signature.Capability.With(WithCapabilities)),
        Quantity = Quantity ?? order.Quantity,
        Replicas = Replicas ?? order.Replicas,
        Minimum = Minimum ?? order.Minimum,
        OwnerGroup = IsByOtherOwner ? null : order.OwnerGroup,
        Domain = IsByOtherOwner ? null : order.Domain,
        ExpirySeconds = IsWithoutExpiry ? 0 : order.ExpirySeconds,
        FreeMoney = FreeMoney ?? order.FreeMoney,
    };
}

/// <summary>Why an order does not fill, and what would make it.</summary>
/// <param name="WouldTrade">Units that it would trade now, of all legs together.</param>
/// <param name="Offers">All orders on the other side.</param>
/// <param name="Constraints">Those that at least one offer fails; none when the order would fill.</param>
/// <param name="FillsAtTick">The limit at which it would fill now with all else as it is; null if none does.</param>
/// <param name="Together">
/// The fewest constraints that must be relaxed together, when no limit alone does; null if not even all of them help.
/// </param>
public sealed record FillExplanation(
    FillState State,
    long WouldTrade,
    int Offers,
    IReadOnlyList<ConstraintReport> Constraints,
    int? FillsAtTick,
    Relaxation? Together);
