using Marketplace.Ethereum;
using Marketplace.Kernel;

namespace Marketplace.OrderBook.Entry;

/// <summary>
/// A client's wish to open a session; it travels over an encrypted connection, for it holds the secret.
/// </summary>
/// <param name="Granter">Who may grant: the budget's session key, or the provider's signer.</param>
/// <param name="Account">The book's account of the budget or provider.</param>
/// <param name="Session">The number that the session shall have; a new one for each grant.</param>
public sealed record SessionRequest(
    SessionGrant Grant, EthSignature Signature, EntryKey Key, EthAddress Granter, uint Account, uint Session);

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
        var refusal = Check(request, nowMilliseconds);
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
            return digest == earlier.Digest ? earlier.Session : EntryRefusal.GrantNonceUsed;
        }

        var session = new EntrySession(
            request.Session, request.Account, grant, request.Key, rates, nowMilliseconds);
        Replace(earlier?.Session, session);
        latest[granter] = new Latest(digest, session);
        return session;
    }

    /// <summary>Whether the grant is good, now, and the granter's; account and session do not matter for it.</summary>
    public EntryRefusal Check(SessionRequest request, long nowMilliseconds)
    {
        var refusal = CheckTerms(request, nowMilliseconds);
        if (refusal != EntryRefusal.None)
        {
            return refusal;
        }

        return Secp256k1.Recover(request.Grant.Digest(domain), request.Signature) == request.Granter
            ? EntryRefusal.None
            : EntryRefusal.WrongGranter;
    }

    private static EntryRefusal CheckTerms(SessionRequest request, long nowMilliseconds) => request.Grant switch
    {
        { IsWellFormed: false } => EntryRefusal.InvalidGrant,
        var grant when grant.IsExpired(nowMilliseconds) => EntryRefusal.GrantExpired,
        var grant when grant.SecretHash != request.Key.SecretHash => EntryRefusal.WrongSecret,
        _ => EntryRefusal.None,
    };

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
