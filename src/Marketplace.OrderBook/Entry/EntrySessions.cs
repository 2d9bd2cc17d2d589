using Marketplace.Ethereum;
using Marketplace.Kernel;

namespace Marketplace.OrderBook.Entry;

/// <summary>
/// A session that the book has opened by a grant whose signature was checked (<see cref="OwnerSignatures"/>), with the
/// secret that came along.
/// </summary>
/// <param name="Account">The book's account of the budget or provider.</param>
/// <param name="Session">The number that the session shall have; a new one for each grant.</param>
public sealed record SessionRequest(SessionGrant Grant, EntryKey Key, uint Account, uint Session);

/// <summary>The open sessions, one of each budget and provider. For one thread at a time.</summary>
public sealed class EntrySessions(Eip712Domain domain, EntryRates rates)
{
    private readonly Dictionary<uint, EntrySession> byNumber = [];
    private readonly Dictionary<(EntryRole Role, uint Number), Latest> latest = [];

    public EntrySession? Find(uint number) => byNumber.GetValueOrDefault(number);

    /// <summary>
    /// Opens a session. The same grant again gives the session that it opened; a grant of a higher nonce replaces the
    /// granter's earlier one, whose session ends at once.
    /// </summary>
    public Result<EntrySession, EntryRefusal> Open(SessionRequest request, long nowMilliseconds)
    {
        var refusal = Check(request.Grant, request.Key, nowMilliseconds);
        if (refusal != EntryRefusal.None)
        {
            return refusal;
        }

        var grant = request.Grant;
        var digest = grant.Digest(domain);
        var granter = (grant.Role, grant.Number);
        var earlier = latest.GetValueOrDefault(granter);
        if (earlier is not null && grant.Nonce <= earlier.Session.Grant.Nonce)
        {
            return digest == earlier.Digest && !earlier.Session.IsEnded
                ? earlier.Session
                : EntryRefusal.GrantNonceUsed;
        }

        var session = new EntrySession(
            request.Session, request.Account, grant, request.Key, rates, nowMilliseconds);
        Replace(earlier?.Session, session);
        latest[granter] = new Latest(digest, session);
        return session;
    }

    /// <summary>Whether the grant is good, now, and the secret the one that it names.</summary>
    public static EntryRefusal Check(SessionGrant grant, EntryKey key, long nowMilliseconds) => grant switch
    {
        { IsWellFormed: false } => EntryRefusal.InvalidGrant,
        _ when grant.IsExpired(nowMilliseconds) => EntryRefusal.GrantExpired,
        _ when grant.SecretHash != key.SecretHash => EntryRefusal.WrongSecret,
        _ => EntryRefusal.None,
    };

    /// <summary>
    /// Lets nothing of a session in any more. Its secret stays until a later grant, so that the end can be repeated.
    /// </summary>
    public void End(uint number)
    {
        if (byNumber.TryGetValue(number, out var session))
        {
            session.IsEnded = true;
        }
    }

    private void Replace(EntrySession? earlier, EntrySession session)
    {
        var isNew = byNumber.TryAdd(session.Number, session);
        Invariant.Holds(isNew, "Each grant's session has a number of its own.");
        if (earlier is not null)
        {
            byNumber.Remove(earlier.Number);
        }
    }

    private sealed record Latest(Hash32 Digest, EntrySession Session);
}
