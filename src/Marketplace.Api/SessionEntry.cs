using Marketplace.Escrow;
using Marketplace.Ethereum;
using Marketplace.Kernel;
using Marketplace.OrderBook;
using Marketplace.OrderBook.Entry;

namespace Marketplace.Api;

/// <summary>Opens sessions: a grant is checked against the key that the chain names, then the book takes it.</summary>
public sealed class SessionEntry(IEscrowContract contract, BookLoop book, OrderEntry orders, ProviderHub providers)
{
    /// <summary>
    /// The same grant again gives the session that it opened, also after a restart, and lets a provider that has
    /// connected anew go on. The limit of the source is the caller's to take first.
    /// </summary>
    public async Task<Result<SessionAnswer, EntryRefusal>> OpenAsync(
        SessionGrant grant, EthSignature signature, EntryKey key, CancellationToken ct)
    {
        if (!grant.IsWellFormed)
        {
            return EntryRefusal.InvalidGrant;
        }

        if (grant.Role == EntryRole.Provider && !providers.IsConnected(new ProviderId(grant.Number)))
        {
            return EntryRefusal.ProviderNotConnected;
        }

        if (await GranterAsync(grant, ct) is not var (granter, owner))
        {
            return EntryRefusal.WrongGranter;
        }

        var request = new SessionRequest(grant, signature, key, granter, Account: 0, Session: 0);
        var refusal = orders.Check(request);
        if (refusal != EntryRefusal.None)
        {
            return refusal;
        }

        var opened = await book.SubmitAsync(new OpenSession(grant, owner), ct);
        return opened.TryGet(out var session)
            ? await AdmitAsync(request with { Account = session.Account, Session = session.Session }, session)
            : RefusalOf(opened.Rejection);
    }

    private async Task<Result<SessionAnswer, EntryRefusal>> AdmitAsync(SessionRequest request, SessionAnswer session)
    {
        var refusal = orders.Open(request);
        if (refusal != EntryRefusal.None)
        {
            return refusal;
        }

        // Its connection may have ended since it was looked for, before the book knew of a session to pause.
        var provider = new ProviderId(request.Grant.Number);
        if (request.Grant.Role == EntryRole.Provider && !providers.IsConnected(provider))
        {
            await book.SubmitAsync(new CancelAsksOf(provider), CancellationToken.None);
            return EntryRefusal.ProviderNotConnected;
        }

        return session;
    }

    /// <summary>Who may grant, and whose the orders are; null for what no final block knows.</summary>
    private async Task<(EthAddress Granter, EthAddress Owner)?> GranterAsync(SessionGrant grant, CancellationToken ct)
    {
        if (grant.Role == EntryRole.Buyer)
        {
            var budget = await book.ReadAsync(state => state.Budget(new BudgetNo(grant.Number)), ct);
            return budget is null ? null : (budget.Session, budget.Buyer);
        }

        var final = await contract.FinalizedBlockAsync(ct);
        var provider = await contract.ProviderAsync(new ProviderId(grant.Number), final.Number, ct);
        return provider is null ? null : (provider.Signer, provider.Owner);
    }

    private static EntryRefusal RefusalOf(BookRefusal refusal) => refusal switch
    {
        BookRefusal.GrantNonceUsed => EntryRefusal.GrantNonceUsed,
        BookRefusal.InvalidGrant => EntryRefusal.InvalidGrant,
        _ => EntryRefusal.WrongGranter, // the budget is closed, or gone since its key was looked up
    };
}
