using System.Text.Json;
using Marketplace.Execution;
using Marketplace.Kernel;
using Marketplace.Matching;
using Marketplace.OrderBook;
using Marketplace.OrderBook.Entry;
using Marketplace.Protocol;

namespace Marketplace.Api;

/// <summary>Whether a batch's bids have all that the book does not ask for.</summary>
public interface IBidCheck
{
    /// <summary>Refuses the whole batch for the first bid that has not; used numbers are not looked at.</summary>
    /// <param name="batch">A batch of the budget's session that the door let in.</param>
    Task<EntryVerdict> CheckAsync(BudgetNo budget, ReadOnlyMemory<byte> batch, CancellationToken ct);
}

/// <summary>
/// The requests of sessions' bids: deposited before the bid, there when the bid comes, forgotten when no bid names
/// them.
/// </summary>
/// <remarks>
/// A request comes before its bid and not with it, so that a bid stays as small as any order and one request can be bid
/// for again. The book never sees it: what a bid lacks keeps its whole batch out, and the same bytes come in later.
/// </remarks>
public sealed class BidRequests(
    BookLoop book, EntryStore entry, RequestStore requests, IGatewayLinks gateways, TimeProvider time) : IBidCheck
{
    /// <summary>The longest request: 1 MiB.</summary>
    public const int LongestBytes = 1 << 20;

    /// <summary>How long a request waits for a bid.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    public async Task<EntryRefusal> DepositAsync(
        BudgetNo budget, Hash32 inputHash, byte[] request, CancellationToken ct)
    {
        var isIt = request.Length <= LongestBytes && JobRequest.HashOf(request) == inputHash;
        if (!isIt || ModelOf(request) is not { } model)
        {
            return EntryRefusal.InvalidRequest;
        }

        var isKept = await requests.DepositAsync(budget, inputHash, model, request, time.GetUtcNow(), ct);
        return isKept ? EntryRefusal.None : EntryRefusal.TooManyRequests;
    }

    public async Task<EntryVerdict> CheckAsync(BudgetNo budget, ReadOnlyMemory<byte> batch, CancellationToken ct)
    {
        var bids = BidsOf(batch.Span);
        if (bids.Count == 0)
        {
            return default;
        }

        var (markets, fresh) = await book.ReadAsync(
            state => (state.MarketNumbers(), bids.Where(bid => state.IsFresh(bid.Session, bid.ClientSeq)).ToList()),
            ct);
        var models = await ModelsAsync(markets, ct);
        var here = await requests.UseAsync(
            budget, fresh.Select(bid => bid.InputHash).ToHashSet(), time.GetUtcNow(), ct);
        foreach (var bid in fresh)
        {
            var refusal = WhyNot(budget, here.GetValueOrDefault(bid.InputHash), models.GetValueOrDefault(bid.Market));
            if (refusal != EntryRefusal.None)
            {
                return new EntryVerdict(refusal, Index: bid.Index);
            }
        }

        return default;
    }

    /// <summary>Forgets what has waited for a bid in vain, or whose bids and jobs are over.</summary>
    public async Task SweepAsync(CancellationToken ct)
    {
        var before = time.GetUtcNow() - Patience;
        var unused = await requests.UnusedAsync(before, ct);
        if (unused.Count == 0)
        {
            return;
        }

        // A bid that comes in after this look has used its request since, so it is not forgotten either.
        var named = await book.ReadAsync(state => state.NamedInputs(), ct);
        foreach (var (budget, inputHash) in unused.Where(request => !named.Contains(request)))
        {
            await requests.ForgetAsync(budget, inputHash, before, ct);
        }
    }

    /// <param name="requested">The model that the bid's request names; null when the request is not here.</param>
    /// <param name="sold">The model of the bid's market; null when the book is to refuse the market.</param>
    private EntryRefusal WhyNot(BudgetNo budget, string? requested, string? sold) => requested switch
    {
        null => EntryRefusal.RequestMissing,
        _ when sold is not null && requested != sold => EntryRefusal.RequestForAnotherModel,
        _ when !gateways.IsConnected(budget) => EntryRefusal.GatewayNotConnected,
        _ => EntryRefusal.None,
    };

    private async Task<IReadOnlyDictionary<ushort, string>> ModelsAsync(
        IReadOnlyList<MarketNumber> markets, CancellationToken ct)
    {
        var listed = (await entry.MarketsAsync(ct)).ToDictionary(market => market.Id, market => market.Model);
        return markets.Where(market => listed.ContainsKey(market.Market))
            .ToDictionary(market => market.No, market => listed[market.Market]);
    }

    /// <summary>Those whose payload can be read; the others are the book's to refuse.</summary>
    private static List<NamedBid> BidsOf(ReadOnlySpan<byte> bytes)
    {
        var shape = EntryBatch.Read(bytes, out var batch);
        Invariant.Holds(shape == EntryRefusal.None, "The door has read the batch.");
        var bids = new List<NamedBid>();
        var index = 0;
        foreach (var order in batch)
        {
            var command = order.Command;
            if (command is { Kind: CommandKind.Place, Side: Side.Bid }
                && BidPayload.TryRead(command, order.Payload, out var named))
            {
                bids.Add(new NamedBid(index, command.Session, command.ClientSeq, command.Market, named.InputHash));
            }

            index++;
        }

        return bids;
    }

    private static string? ModelOf(byte[] request)
    {
        try
        {
            return JobRequest.Decode(request).Model;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private readonly record struct NamedBid(int Index, uint Session, ulong ClientSeq, ushort Market, Hash32 InputHash);
}
