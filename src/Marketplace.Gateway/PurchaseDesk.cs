using System.Collections.Concurrent;
using Marketplace.Escrow;
using Marketplace.Inference;
using Marketplace.Kernel;
using Marketplace.Protocol;

namespace Marketplace.Gateway;

/// <summary>Runs purchases: sends bids, takes what comes, checks deliveries, signs, and tells who waits.</summary>
public sealed partial class PurchaseDesk(
    OperatorLink link, PurchaseStore purchases, TicketBook tickets, ProviderSigners signers, TimeProvider time,
    ILogger<PurchaseDesk> logger) : BackgroundService
{
    private const string NoMatch = "no_match";

    private readonly ConcurrentDictionary<string, Purchase> live = new();

    /// <summary>A live purchase; one that only the store knows is brought to life.</summary>
    public async Task<Purchase?> FindAsync(string clientOrderId, CancellationToken ct)
    {
        if (live.TryGetValue(clientOrderId, out var known))
        {
            return known;
        }

        if (await purchases.FindAsync(clientOrderId, ct) is not { } stored)
        {
            return null;
        }

        var purchase = live.GetOrAdd(clientOrderId, id => new Purchase(id));
        if (stored.State == "delivered")
        {
            purchase.Deliver();
        }
        else if (stored.State == "ended")
        {
            purchase.Fail(stored.EndCode, stored.EndMessage);
        }

        return purchase;
    }

    /// <summary>Sends a stored purchase's bid.</summary>
    public async Task<Purchase> SendAsync(BidFrame bid, CancellationToken ct)
    {
        var purchase = live.GetOrAdd(bid.ClientOrderId, id => new Purchase(id));
        await link.TrySendAsync(bid, ct);
        return purchase;
    }

    /// <summary>Forgets a purchase that nobody waits for; the store remembers it.</summary>
    public void Forget(string clientOrderId) => live.TryRemove(clientOrderId, out _);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        link.RunAsync(ResendAsync, ReceiveAsync, stoppingToken);

    private async Task ResendAsync(CancellationToken ct)
    {
        foreach (var frame in await tickets.UnconfirmedAsync(ct))
        {
            await link.TrySendAsync(frame, ct);
        }

        foreach (var bid in await purchases.OpenBidsAsync(ct))
        {
            await SendAsync(bid, ct);
        }

        // What became of a bid that the buyer placed himself may have been told while nobody listened.
        foreach (var prepared in await purchases.OpenPreparedAsync(ct))
        {
            await link.TrySendAsync(new OrderInquiry(prepared.ClientOrderId), ct);
        }
    }

    private Task ReceiveAsync(Frame frame, CancellationToken ct) => frame switch
    {
        BidAnswer answer => AnsweredAsync(answer, ct),
        JobText text => Tell(text.ClientOrderId, purchase => purchase.Add(text.Index, text.Text)),
        JobProgress progress => Tell(progress.ClientOrderId, purchase => purchase.Lock()),
        JobRestarted => Task.CompletedTask, // the pieces of the new leg must agree; the delivery tells
        Delivery delivery => DeliveredAsync(delivery, ct),
        TicketsStored stored => tickets.ConfirmedAsync(stored.JobId, ct),
        JobEnded ended => EndedAsync(ended, ct),
        StatementRequest request => ReplyAsync(request, ct),
        Refused refused => Log(refused),
        _ => Task.CompletedTask,
    };

    private async Task AnsweredAsync(BidAnswer answer, CancellationToken ct)
    {
        if (answer.State == "matched")
        {
            await Tell(answer.ClientOrderId, purchase => purchase.Lock());
        }
        else if (answer.State == "refused")
        {
            await FailAsync(answer.ClientOrderId, answer.Code, WithAsk(answer.Message, answer.BestAsk), ct);
        }
        else if (answer.State == "unknown")
        {
            await ExpireAsync(answer.ClientOrderId, ct);
        }
        else
        {
            await Tell(answer.ClientOrderId, purchase => purchase.BestAsk = answer.BestAsk);
        }
    }

    /// <summary>The book has no bid for it: a prepared purchase whose time is over will not get one.</summary>
    private async Task ExpireAsync(string clientOrderId, CancellationToken ct)
    {
        if (await purchases.FindAsync(clientOrderId, ct) is { IsPrepared: true } stored
            && stored.Bid.ExpiresAtUnixMilliseconds <= time.GetUtcNow().ToUnixTimeMilliseconds())
        {
            await FailAsync(clientOrderId, "expired", "No bid came for it in its time. Nothing is charged.", ct);
        }
    }

    private async Task DeliveredAsync(Delivery delivery, CancellationToken ct)
    {
        if (await purchases.FindAsync(delivery.ClientOrderId, ct) is not { } stored || stored.State == "ended"
            || link.Welcome is not { } terms)
        {
            await RefuseAsync(delivery, "unknown_order", "The gateway has no such open order.", ct);
            return;
        }

        var ordered = new Ordered(stored.Bid, terms.InputWeightBps);
        var known = await signers.OfAsync(delivery.Legs.Select(leg => leg.ProviderId), ct);
        var (legs, fault) = DeliveryCheck.Check(ordered, delivery, known, signers.Domain);
        if (legs is null)
        {
            await RefuseAsync(delivery, "bad_delivery", $"{fault} Nothing is charged.", ct);
            return;
        }

        var streamed = live.GetValueOrDefault(delivery.ClientOrderId)?.StreamedText ?? "";
        if (stored.State == "open"
            && !CanonicalText.Decode(delivery.Canonical).Text.StartsWith(streamed, StringComparison.Ordinal))
        {
            await RefuseAsync(
                delivery,
                "verification_failed",
                "The streamed answer was not the verified one. Nothing is charged.",
                ct);
            return;
        }

        // From here on money is promised: it is written down whoever wants us to stop.
        var frame = await tickets.IssueAsync(delivery, legs, ordered, time.GetUtcNow(), CancellationToken.None);
        await Tell(delivery.ClientOrderId, purchase => purchase.Deliver());
        await link.TrySendAsync(frame, ct);
    }

    private async Task RefuseAsync(Delivery delivery, string code, string message, CancellationToken ct)
    {
        LogRefusedDelivery(delivery.JobId, message);
        await FailAsync(delivery.ClientOrderId, code, message, ct);
        await link.TrySendAsync(new DeliveryRefused(delivery.ClientOrderId, delivery.JobId, code, message), ct);
    }

    private async Task EndedAsync(JobEnded ended, CancellationToken ct)
    {
        if (ended.JobId is { } job)
        {
            await tickets.VoidAsync(job, ct);
        }

        var ask = ended.Code == NoMatch ? live.GetValueOrDefault(ended.ClientOrderId)?.BestAsk : null;
        await FailAsync(ended.ClientOrderId, ended.Code, WithAsk(ended.Message, ask), ct);
    }

    private static string WithAsk(string message, UnitPrice? bestAsk) =>
        bestAsk is { } ask ? $"{message} The best ask is {ask} per Mtok." : message;

    private async Task FailAsync(string clientOrderId, string code, string message, CancellationToken ct)
    {
        await purchases.EndedAsync(clientOrderId, code, message, time.GetUtcNow(), ct);
        await Tell(clientOrderId, purchase => purchase.Fail(code, message));
    }

    private async Task ReplyAsync(StatementRequest request, CancellationToken ct)
    {
        var reply = await tickets.SignAsync(request, CancellationToken.None);
        await link.TrySendAsync(reply, ct);
        if (reply.Code == "missing-tickets")
        {
            foreach (var frame in await tickets.UnconfirmedAsync(ct))
            {
                await link.TrySendAsync(frame, ct);
            }
        }
    }

    private Task Tell(string clientOrderId, Action<Purchase> change)
    {
        if (live.TryGetValue(clientOrderId, out var purchase))
        {
            change(purchase);
        }

        return Task.CompletedTask;
    }

    private Task Log(Refused refused)
    {
        LogRefused(refused.Code, refused.Message);
        return Task.CompletedTask;
    }

    [LoggerMessage(2011, LogLevel.Warning, "The delivery of job {Job} was refused: {Fault}")]
    private partial void LogRefusedDelivery(JobId job, string fault);

    [LoggerMessage(2012, LogLevel.Warning, "The operator refused: {Code} {Message}")]
    private partial void LogRefused(string code, string message);
}

/// <summary>
/// Providers' registered signers, read from the chain once each: any signer that ever was one stays valid.
/// </summary>
public sealed class ProviderSigners(IEscrowContract contract)
{
    private readonly ConcurrentDictionary<ProviderId, EthAddress> known = new();

    public Ethereum.Eip712Domain Domain => contract.Domain;

    public async Task<IReadOnlyDictionary<ProviderId, EthAddress>> OfAsync(
        IEnumerable<ProviderId> providers, CancellationToken ct)
    {
        foreach (var provider in providers)
        {
            if (!known.ContainsKey(provider) && await contract.ProviderAsync(provider, null, ct) is { } entry)
            {
                known[provider] = entry.Signer;
            }
        }

        return known;
    }
}
