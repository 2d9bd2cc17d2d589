using Marketplace.Kernel;
using Marketplace.Matching;

namespace Marketplace.OrderBook;

/// <summary>
/// Signatures: what orders require and offer, under the numbers that the engine below knows them by. The first order
/// with a signature defines it, and it keeps its number for as long as the market has its id.
/// </summary>
public sealed partial class BookEngine
{
    /// <summary>The most different signatures of one side of a market, the empty one among them.</summary>
    public const int MaxSignatures = 256;

    /// <summary>A side's signatures by their numbers, as bare orders name them; none of an unknown market.</summary>
    public IReadOnlyList<SignatureView> Signatures(MarketId market, Side side) =>
        markets.TryGetValue(market.Value, out var known) ? Signatures(known.No, side) : [];

    private List<SignatureView> Signatures(ushort market, Side side) => Enumerable.Range(0, CountOf(market, side))
        .Select(number => matching.Signature(market, side, (ushort)number)).ToList();

    /// <summary>Of an ask's signature number: whether such a bid may trade with it.</summary>
    private Predicate<ushort> Meeting(ushort market, SignatureView bid) =>
        number => bid.IsCompatible(matching.Signature(market, Side.Ask, number));

    private int CountOf(ushort market, Side side) =>
        side == Side.Bid ? matching.Market(market).BidSignatures : matching.Market(market).AskSignatures;

    private ushort? NumberOf(ushort market, Side side, SignatureView signature)
    {
        if (signature == default)
        {
            return 0;
        }

        var count = CountOf(market, side);
        for (ushort number = 1; number < count; number++)
        {
            if (matching.Signature(market, side, number) == signature)
            {
                return number;
            }
        }

        return null;
    }

    /// <summary>The number of a bid's signature, which was defined before the bid entered.</summary>
    private ushort SignatureOf(BidOrder bid)
    {
        var number = NumberOf(markets[bid.Terms.Market.Value].No, Side.Bid, bid.Terms.Signature);
        Invariant.Holds(number is not null, "A signature that was defined stays so.");
        return number!.Value;
    }

    private bool HasRoomFor(MarketId market, Side side, SignatureView signature)
    {
        var number = markets[market.Value].No;
        return NumberOf(number, side, signature) is not null || CountOf(number, side) < MaxSignatures;
    }

    /// <summary>A signature's number, which it gets now if it has none; for orders that will not be refused.</summary>
    private ushort Define(ushort market, Side side, SignatureView signature)
    {
        if (NumberOf(market, side, signature) is { } known)
        {
            return known;
        }

        var next = (ushort)CountOf(market, side);
        Send(new MatchCommand
        {
            Kind = CommandKind.DefineSignature,
            Market = market,
            Side = side,
            Signature = next,
            Required = signature.Required,
            Capability = signature.Capability,
        });
        return next;
    }

    /// <summary>A running job looks for a further leg by its bid's signature, also under another fee.</summary>
    private void CarrySignatures(ushort from, ushort to)
    {
        foreach (var side in new[] { Side.Bid, Side.Ask })
        {
            Signatures(from, side).ForEach(signature => Define(to, side, signature));
        }
    }
}
