using System.Text.Json;
using Marketplace.Kernel;
using Marketplace.Matching;
using Marketplace.OrderBook;
using Marketplace.Protocol;

namespace Marketplace.Api;

/// <summary>
/// Bids from gateways on their way into the book: shape first, then the request is kept, then the book decides.
/// </summary>
public sealed class BidEntry(
    BookLoop book, EntryStore entry, NoMatch noMatch, OperatorOptions options, TimeProvider time)
{
    /// <summary>What a buyer is told of an order that ended because somebody ended it.</summary>
    public const string Cancelled = "order_ended";

    public const string CancelledMessage = "The order was cancelled. Nothing is charged.";

    /// <summary>The refusal's code for attributes that do not exist or make no sense.</summary>
    public const string UnknownAttribute = "unknown_attribute";

    private const int MaxReplicas = 16;

    public async Task<Protocol.BidAnswer> EnterAsync(BudgetNo budget, BidFrame bid, CancellationToken ct)
    {
        if (ShapeFault(bid) is { } fault)
        {
            return Refusal(bid, "invalid_bid", fault, null);
        }

        var required = MarketAttributes.OfBid(bid.Requires);
        if (!required.TryGet(out var signature))
        {
            return Refusal(bid, UnknownAttribute, MarketAttributes.Mend(required.Rejection), null);
        }

        if (await book.ReadAsync(state => state.Bid(budget, bid.ClientOrderId), ct) is { } known)
        {
            return await AgainAsync(bid, known, signature, ct);
        }

        if (await MarketOfAsync(bid.Model, signature, ct) is not { } market)
        {
            return Refusal(bid, "model_not_found", $"Nobody offers the model '{bid.Model}'; see /v1/models.", null);
        }

        await entry.KeepAsync(
            budget,
            bid.ClientOrderId,
            new StoredBid(bid.Replicas, bid.Quorum, bid.IsStreamed, bid.Request),
            time.GetUtcNow(),
            ct);
        var order = Order(budget, market, bid) with { Signature = signature };
        var answer = await book.SubmitAsync(order, ct);
        var bestAsk = await BestAskAsync(market, signature, ct);
        if (answer.TryGet(out var taken))
        {
            return await AnswerAsync(bid.ClientOrderId, order, taken.State, taken.Job, bestAsk, ct);
        }

        if (answer.Rejection != BookRefusal.DuplicateOrderId)
        {
            // A duplicate's request is that of the bid which came into the book meanwhile.
            await entry.ForgetAsync(budget, bid.ClientOrderId, ct);
        }

        return Refusal(bid, answer.Rejection, bestAsk);
    }

    /// <summary>How the order with this id stands, whichever way it came into the book.</summary>
    /// <returns>The state <c>unknown</c> when the book has never had such an order.</returns>
    public async Task<Protocol.BidAnswer> AskedAsync(BudgetNo budget, string clientOrderId, CancellationToken ct) =>
        await book.ReadAsync(state => state.Bid(budget, clientOrderId), ct) is { } known
            ? await AnswerAsync(
                clientOrderId,
                known.Terms,
                known.State,
                known.Job,
                await BestAskAsync(known.Terms.Market, known.Terms.Signature, ct),
                ct)
            : new(clientOrderId, "unknown", null, "", "", null);

    /// <summary>A bid that a gateway sends again after a break: how it stands now.</summary>
    private async Task<Protocol.BidAnswer> AgainAsync(
        BidFrame bid, BidView known, SignatureView signature, CancellationToken ct) =>
        known.Terms.InputHash == JobRequest.HashOf(bid.Request) && known.Terms.Signature == signature
            ? await AnswerAsync(
                bid.ClientOrderId,
                known.Terms,
                known.State,
                known.Job,
                await BestAskAsync(known.Terms.Market, signature, ct),
                ct)
            : Refusal(bid, "duplicate_order", "Another request was sent under this id: take a fresh one.", null);

    /// <summary>
    /// A model may be sold in several determinism classes: the one with the cheapest ask now that will do.
    /// </summary>
    private async Task<MarketId?> MarketOfAsync(string model, SignatureView signature, CancellationToken ct)
    {
        var listed = (await entry.MarketsAsync(ct)).Where(market => market.Model == model).ToList();
        return await book.ReadAsync(
            state => listed
                .OrderBy(market => state.BestAsk(market.Id, signature)?.MicroPerMillionUnits ?? long.MaxValue)
                .Select(market => (MarketId?)market.Id).FirstOrDefault(),
            ct);
    }

    public async Task CancelAsync(BudgetNo budget, string clientOrderId, CancellationToken ct)
    {
        var bid = await book.ReadAsync(state => state.Bid(budget, clientOrderId), ct);
        if (bid is { State: BidState.Resting } resting)
        {
            await book.SubmitAsync(new OrderBook.CancelBid(resting.Order, budget), ct);
        }
    }

    /// <summary>The best ask that meets such a bid, to tell a buyer what would have been enough.</summary>
    private Task<UnitPrice?> BestAskAsync(MarketId market, SignatureView signature, CancellationToken ct) =>
        book.ReadAsync(state => state.BestAsk(market, signature), ct);

    private PlaceBid Order(BudgetNo budget, MarketId market, BidFrame bid)
    {
        var expiresAt = DateTimeOffset.FromUnixTimeMilliseconds(bid.ExpiresAtUnixMilliseconds);
        var mayRest = expiresAt > time.GetUtcNow();
        return new PlaceBid(
            market,
            budget,
            bid.ClientOrderId,
            bid.Limit,
            bid.PerLeg,
            bid.Replicas,
            IsWhole: true,
            mayRest ? TimeInForce.GoodTillTime : TimeInForce.ImmediateOrCancel,
            mayRest ? expiresAt : null,
            options.FeeBps,
            JobRequest.HashOf(bid.Request));
    }

    private string? ShapeFault(BidFrame bid)
    {
        if (bid.Quorum < 1 || bid.Replicas < bid.Quorum || bid.Replicas > MaxReplicas)
        {
            return $"Quorum is 1 to replicas, replicas at most {MaxReplicas}.";
        }

        if (bid.FeeBps != options.FeeBps)
        {
            return $"The fee is {options.FeeBps} basis points; reconnect to learn it.";
        }

        try
        {
            return JobRequest.Decode(bid.Request).Model == bid.Model ? null : "The request names another model.";
        }
        catch (JsonException)
        {
            return "The request is not canonical JSON.";
        }
    }

    private async Task<Protocol.BidAnswer> AnswerAsync(
        string clientOrderId, PlaceBid order, BidState state, JobId? job, UnitPrice? bestAsk, CancellationToken ct) =>
        state switch
        {
            BidState.Matched => new(clientOrderId, "matched", job, "", "", null),
            BidState.Resting => new(clientOrderId, "resting", null, "", "", bestAsk),
            BidState.Unfilled or BidState.Expired => Refusal(
                clientOrderId,
                NoMatch.Code,
                await noMatch.TellAsync(await book.ReadAsync(state => state.QuestionOf(order), ct), ct),
                bestAsk),
            _ => Refusal(clientOrderId, Cancelled, CancelledMessage, bestAsk),
        };

    private static Protocol.BidAnswer Refusal(BidFrame bid, BookRefusal refusal, UnitPrice? bestAsk) => refusal switch
    {
        BookRefusal.InsufficientBudget => Refusal(
            bid,
            "insufficient_budget",
            "The budget cannot hold the order: mkt deposit, then mkt budget open.",
            bestAsk),
        BookRefusal.BudgetClosed or BookRefusal.BudgetExpired or BookRefusal.UnknownBudget => Refusal(
            bid, "budget_closed", "The budget takes no orders: mkt budget open.", bestAsk),
        BookRefusal.Busy => Refusal(bid, "busy", "The book is behind; try again in a second.", bestAsk),
        BookRefusal.TooManySignatures => Refusal(
            bid,
            "invalid_bid",
            $"Buyers of this model have required {BookEngine.MaxSignatures} different things: require less.",
            bestAsk),
        BookRefusal.PriceTooHigh => Refusal(
            bid, "invalid_bid", $"The book's highest price is {BookEngine.MaxPrice}: lower max_price.", bestAsk),
        _ => Refusal(bid, "refused", $"The book refused the order: {refusal}.", bestAsk),
    };

    private static Protocol.BidAnswer Refusal(BidFrame bid, string code, string message, UnitPrice? bestAsk) =>
        Refusal(bid.ClientOrderId, code, message, bestAsk);

    private static Protocol.BidAnswer Refusal(
        string clientOrderId, string code, string message, UnitPrice? bestAsk) =>
        new(clientOrderId, "refused", null, code, message, bestAsk);
}
