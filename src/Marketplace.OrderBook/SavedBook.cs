using System.Security.Cryptography;
using Marketplace.Kernel;

namespace Marketplace.OrderBook;

/// <summary>
/// All that a book knows above its matching engine, in a fixed order. What follows from it is not in it: which orders
/// rest under which handle, when bids expire, which client order ids are taken, and which sessions are open.
/// </summary>
internal sealed record SavedBook(
    int Version,
    ushort NextMarket,
    IReadOnlyList<SavedMarketFee> Markets,
    IReadOnlyList<SavedOwner> Owners,
    IReadOnlyList<SavedSeller> Sellers,
    IReadOnlyList<SavedBudget> Budgets,
    IReadOnlyList<SavedBid> Bids,
    IReadOnlyList<SavedAsk> Asks,
    IReadOnlyList<SavedDesk> Desks,
    uint LastSession,
    IReadOnlyList<SavedSession> Sessions,
    byte[] Windows)
{
    public const int Format = 1;

    /// <summary>SHA-256 of the matching engine's hash and of this in the journal's notation.</summary>
    public Hash32 Digest(Hash32 matching)
    {
        using var sha = SHA256.Create();
        using (var hashed = new CryptoStream(Stream.Null, sha, CryptoStreamMode.Write))
        {
            hashed.Write(matching.ToBytes());
            BookCommandCodec.Write(hashed, this);
        }

        return new Hash32(sha.Hash);
    }
}

/// <param name="No">The market's number in the matching engine.</param>
internal sealed record SavedMarketFee(MarketId Market, ushort No, BasisPoints FeeBps);

/// <param name="Group">The owner's group in the matching engine.</param>
internal sealed record SavedOwner(EthAddress Owner, uint Group);

/// <param name="Account">The seller's account in the matching engine.</param>
internal sealed record SavedSeller(ProviderId Provider, EthAddress Owner, uint Account);

/// <param name="No">The budget's account in the matching engine.</param>
internal sealed record SavedBudget(
    OpenBudget Terms, uint No, bool IsClosed, TokenAmount Settled, IReadOnlyList<string> Settlements);

/// <param name="Handle">The order in the matching engine; of no use once the bid has ended.</param>
/// <param name="Session">The session that placed it; 0 of a gateway's bid.</param>
internal sealed record SavedBid(
    OrderId Id,
    PlaceBid Terms,
    ulong Handle,
    TokenAmount Hold,
    BidState State,
    BidAnswer FirstAnswer,
    uint Session,
    SavedJob? Job);

/// <param name="Owners">Of the legs' asks, which may be gone.</param>
internal sealed record SavedJob(IReadOnlyList<Leg> Legs, IReadOnlyList<EthAddress> Owners, JobEnd? End);

/// <param name="Account">Its seller's in the matching engine.</param>
/// <param name="Handle">The order in the matching engine.</param>
/// <param name="Session">The session that placed it; 0 of an ask that its connection brought.</param>
internal sealed record SavedAsk(OrderId Id, PlaceAsk Terms, uint Account, ulong Handle, uint Session);

/// <param name="Entries">The asks whose client order ids the provider has used, oldest first.</param>
internal sealed record SavedDesk(ProviderId Provider, IReadOnlyList<SavedDeskEntry> Entries);

internal sealed record SavedDeskEntry(PlaceAsk Terms, AskAnswer Answer);

/// <summary>The latest session of a granter.</summary>
/// <param name="Account">The granter's in the matching engine.</param>
/// <param name="Used">What its bids hold or cost.</param>
internal sealed record SavedSession(
    uint Number, uint Account, OpenSession Terms, TokenAmount Used, bool IsPaused, bool IsEnded);
