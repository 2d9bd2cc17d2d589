using System.Globalization;
using Marketplace.Kernel;
using Marketplace.Matching;
using Marketplace.OrderBook;
using Marketplace.OrderBook.Answers;

namespace Marketplace.Api;

/// <summary>
/// An order that is asked about, as a query tells it: <c>side</c> (bid or ask), <c>quantity</c> (units; of each leg),
/// <c>limit</c> (tokens per million units), <c>replicas</c> (legs of a bid, 1 to 16), <c>minimum</c> (units of an ask),
/// <c>attribute</c> (such as <c>region=eu,us</c>, any number of times: what a bid requires, what an ask has). Only the
/// quantity is needed.
/// </summary>
internal static class MarketQuestion
{
    /// <summary>The order, or what is wrong with the query, as a sentence that says how to mend it.</summary>
    /// <param name="tickSize">Of the market, in micro-tokens per million units.</param>
    public static (OrderQuestion? Order, string Fault) Read(IQueryCollection query, ushort market, long tickSize)
    {
        if (!TryWhole(query, "quantity", null, out var quantity))
        {
            return (null, "Give quantity: whole units of one leg.");
        }

        if (!TryWhole(query, "replicas", 1, out var replicas) || replicas is < 1 or > OrderQuestion.MaxReplicas)
        {
            return (null, $"Give replicas from 1 to {OrderQuestion.MaxReplicas}, or leave it out.");
        }

        if (!TryWhole(query, "minimum", 0, out var minimum) || minimum > uint.MaxValue)
        {
            return (null, "Give minimum as whole units, or leave it out.");
        }

        UnitPrice? limit = UnitPrice.TryParse(query["limit"], out var price) ? price : null;
        if (limit is null && query.ContainsKey("limit"))
        {
            return (null, "Give limit in tokens per million units, like 0.25, or leave it out.");
        }

        var isBid = query["side"].ToString() is "" or "bid";
        var (signature, fault) = Signature(query, isBid ? Side.Bid : Side.Ask);
        if (signature is not { } known)
        {
            return (null, fault);
        }

        return query["side"].ToString() switch
        {
            "" or "bid" => (new OrderQuestion(market, Side.Bid, known, TickDown(limit, tickSize), quantity)
            {
                Replicas = (byte)replicas,
                EscrowsLimit = true,
            }, string.Empty),
            "ask" => (new OrderQuestion(market, Side.Ask, known, TickUp(limit, tickSize), quantity)
            {
                Minimum = (uint)minimum,
            }, string.Empty),
            _ => (null, "Give side as bid or ask, or leave it out for a bid."),
        };
    }

    /// <summary>What the attributes of a query make of an order, or what is wrong with them.</summary>
    public static (SignatureView? Signature, string Fault) Signature(IQueryCollection query, Side side)
    {
        var all = new List<NamedValues>();
        foreach (var text in query["attribute"])
        {
            if (!NamedValues.TryParse(text, out var named))
            {
                return (null, "Give attribute like region=eu,us, once for each, or leave it out.");
            }

            all.Add(named);
        }

        var signature = side == Side.Bid ? MarketAttributes.OfBid(all) : MarketAttributes.OfAsk(all);
        return signature.TryGet(out var known)
            ? (known, string.Empty)
            : (null, MarketAttributes.Mend(signature.Rejection));
    }

    private static bool TryWhole(IQueryCollection query, string name, long? usual, out long number)
    {
        number = usual ?? 0;
        return query.TryGetValue(name, out var text)
            ? long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number)
            : usual is not null;
    }

    private static int? TickDown(UnitPrice? limit, long tickSize) =>
        limit is { } price ? Clamped(price.MicroPerMillionUnits / tickSize) : null;

    private static int? TickUp(UnitPrice? limit, long tickSize) => limit is { } price
        ? Clamped(price.MicroPerMillionUnits / tickSize + (price.MicroPerMillionUnits % tickSize > 0 ? 1 : 0)) : null;

    /// <summary>What is beyond every price is refused as such, not as a number that is too large.</summary>
    private static int Clamped(long tick) => (int)Math.Min(tick, OrderQuestion.MaxTick + 1);
}
