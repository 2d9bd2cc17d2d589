using Marketplace.Escrow;
using Marketplace.Kernel;
using Marketplace.Matching;
using Marketplace.OrderBook;
using Marketplace.OrderBook.Entry;

namespace Marketplace.Api;

/// <summary>An order that came with a signature of its own, and what it names.</summary>
/// <param name="Request">Of a bid: its canonical request; null when that is deposited already.</param>
public sealed record SignedEntry(SignedOrder Order, byte[] Payload, byte[] Signature, byte[]? Request);

/// <summary>
/// Orders that are signed one by one. The book keeps one session of each owner for them, in which the order's nonce is
/// its number: the same order again has the same answer and no second effect.
/// </summary>
public sealed class SignedOrderEntry(
    SessionOwners owners, SignedOrders signed, BookLoop book, BidRequests requests, TimeProvider time)
{
    // The book takes a batch that a door let in and looks at no MAC: here the signature let the order in.
    private static readonly EntryKey NoSecret = new(new byte[EntryKey.SecretBytes]);

    private static readonly EntryLoad OneOrder = new(1, 0, 0);

    /// <summary>
    /// Answers when what the order did is on disk. The limit of the source is the caller's to take first.
    /// </summary>
    /// <exception cref="BookStoppedException">The book is not running.</exception>
    public async Task<BatchReply> EnterAsync(SignedEntry entry, CancellationToken ct)
    {
        try
        {
            var opened = await OpenAsync(entry, ct);
            return opened.TryGet(out var session) ? await EnterAsync(entry, session, ct) : Refused(opened.Rejection);
        }
        catch (ChainFaultException)
        {
            return Refused(EntryRefusal.SignatureUnanswered);
        }
    }

    /// <summary>The session of the owner's signed orders, once it is known that he signed this one.</summary>
    private async Task<Result<SessionAnswer, EntryRefusal>> OpenAsync(SignedEntry entry, CancellationToken ct)
    {
        var order = entry.Order;
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        if (!order.IsWellFormed)
        {
            return EntryRefusal.InvalidOrder;
        }

        if (order.IsExpired(now))
        {
            return EntryRefusal.OrderExpired; // before the chain is asked whose it is
        }

        var found = await owners.OfAsync(order.Role, order.Number, ct);
        if (!found.TryGet(out var known))
        {
            return found.Rejection;
        }

        var refusal = await signed.CheckAsync(order, known.Signers, entry.Signature, now, ct);
        return refusal == EntryRefusal.None
            ? await owners.OpenAsync(SessionGrant.OfSignedOrders(order.Role, order.Number), known.Owner, ct)
            : refusal;
    }

    private async Task<BatchReply> EnterAsync(SignedEntry entry, SessionAnswer session, CancellationToken ct)
    {
        var order = entry.Order;
        var markets = await book.ReadAsync(state => state.MarketNumbers(), ct);
        if (markets.FirstOrDefault(market => market.No == order.Market) is not { } market)
        {
            var unknown = new EntryAnswer(0, default, BookRefusal: MatchRefusal.UnknownMarket);
            return new BatchReply(default, false, [unknown]);
        }

        var command = order.ToCommand(entry.Payload, market.TickSize, session.Session, session.Account);
        if (!command.TryGet(out var bare))
        {
            return Refused(command.Rejection);
        }

        var batch = EntryBatch.Encode(session.Session, [new OutgoingOrder(bare, entry.Payload)], NoSecret);
        var refusal = await JudgeAsync(entry, bare, batch, ct);
        if (refusal != EntryRefusal.None)
        {
            return Refused(refusal);
        }

        // Once the book has it, it counts: a client that goes away learns what became of it by sending it again.
        var answers = await book.SubmitAsync(batch, OneOrder, CancellationToken.None);
        return answers.Match(taken => new BatchReply(default, false, taken), _ => new BatchReply(default, true, []));
    }

    /// <summary>A bid's request comes along or is there already.</summary>
    private async Task<EntryRefusal> JudgeAsync(
        SignedEntry entry, MatchCommand bare, byte[] batch, CancellationToken ct)
    {
        if (entry.Order.Role == EntryRole.Provider)
        {
            return EntryRefusal.None;
        }

        var budget = new BudgetNo(entry.Order.Number);
        if (entry.Request is { } request && BidPayload.TryRead(bare, entry.Payload, out var named))
        {
            var refusal = await requests.DepositAsync(budget, named.InputHash, request, ct);
            if (refusal != EntryRefusal.None)
            {
                return refusal;
            }
        }

        return (await requests.CheckAsync(budget, batch, ct)).Refusal;
    }

    private static BatchReply Refused(EntryRefusal refusal) => new(new EntryVerdict(refusal), false, []);
}
