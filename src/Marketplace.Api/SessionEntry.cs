using Marketplace.Escrow;
using Marketplace.Ethereum;
using Marketplace.Kernel;
using Marketplace.OrderBook;
using Marketplace.OrderBook.Entry;

namespace Marketplace.Api;

/// <summary>
/// Opens sessions: a grant is checked against those whom the chain names, then the book takes it. Ends them.
/// </summary>
public sealed class SessionEntry(
    Eip712Domain domain, SessionOwners owners, OwnerSignatures signatures, OrderEntry orders, TimeProvider time)
{
    /// <summary>
    /// The same grant again gives the session that it opened, also after a restart, and lets a provider that has
    /// connected anew go on. The limit of the source is the caller's to take first.
    /// </summary>
    public async Task<Result<SessionAnswer, EntryRefusal>> OpenAsync(
        SessionGrant grant, ReadOnlyMemory<byte> signature, EntryKey key, CancellationToken ct)
    {
        var refusal = EntrySessions.Check(grant, key, Now());
        if (refusal != EntryRefusal.None)
        {
            return refusal;
        }

        try
        {
            var found = await owners.OfAsync(grant.Role, grant.Number, ct);
            if (!found.TryGet(out var known))
            {
                return found.Rejection;
            }

            var isSigned = await signatures.AreOfAsync(known.Signers, grant.Digest(domain), signature, Now(), ct);
            return isSigned ? await OpenAsync(grant, key, known.Owner, ct) : EntryRefusal.WrongGranter;
        }
        catch (ChainFaultException)
        {
            return EntryRefusal.SignatureUnanswered;
        }
    }

    /// <summary>
    /// Ends a session whose note the door let in, and its orders. That it was ended before makes no difference.
    /// </summary>
    public async Task EndAsync(uint session)
    {
        await owners.EndAsync(session);
        orders.End(session);
    }

    private async Task<Result<SessionAnswer, EntryRefusal>> OpenAsync(
        SessionGrant grant, EntryKey key, EthAddress owner, CancellationToken ct)
    {
        var opened = await owners.OpenAsync(grant, owner, ct);
        if (!opened.TryGet(out var session))
        {
            return opened;
        }

        var refusal = orders.Open(new SessionRequest(grant, key, session.Account, session.Session));
        return refusal == EntryRefusal.None ? session : refusal;
    }

    private long Now() => time.GetUtcNow().ToUnixTimeMilliseconds();
}
