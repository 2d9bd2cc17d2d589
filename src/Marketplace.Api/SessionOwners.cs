using Marketplace.Escrow;
using Marketplace.Kernel;
using Marketplace.OrderBook;
using Marketplace.OrderBook.Entry;

namespace Marketplace.Api;

/// <summary>Who may sign for a budget or a provider.</summary>
/// <param name="Signers">The budget's session key and its buyer, or the provider's signer and its owner.</param>
/// <param name="Owner">Whose the orders are: the buyer or the owner.</param>
public sealed record EntryOwners(IReadOnlyList<EthAddress> Signers, EthAddress Owner);

/// <summary>Whose orders sessions bring: looked up in final blocks, and opened in the book.</summary>
public sealed class SessionOwners(IEscrowContract contract, BookLoop book, ProviderHub providers)
{
    /// <summary>Refuses what no final block knows, and a provider that is not connected.</summary>
    /// <exception cref="ChainFaultException">The chain does not answer.</exception>
    public async Task<Result<EntryOwners, EntryRefusal>> OfAsync(EntryRole role, uint number, CancellationToken ct)
    {
        if (role == EntryRole.Buyer)
        {
            var budget = await book.ReadAsync(state => state.Budget(new BudgetNo(number)), ct);
            return budget is null ? EntryRefusal.WrongGranter : Of(budget.Session, budget.Buyer);
        }

        if (!providers.IsConnected(new ProviderId(number)))
        {
            return EntryRefusal.ProviderNotConnected;
        }

        var final = await contract.FinalizedBlockAsync(ct);
        var provider = await contract.ProviderAsync(new ProviderId(number), final.Number, ct);
        return provider is null ? EntryRefusal.WrongGranter : Of(provider.Signer, provider.Owner);
    }

    /// <summary>Opens the grant's session in the book, or gives the one that it opened before.</summary>
    public async Task<Result<SessionAnswer, EntryRefusal>> OpenAsync(
        SessionGrant grant, EthAddress owner, CancellationToken ct)
    {
        var opened = await book.SubmitAsync(new OpenSession(grant, owner), ct);
        if (!opened.TryGet(out var session))
        {
            return RefusalOf(opened.Rejection);
        }

        // Its connection may have ended since it was looked for, before the book knew of a session to pause.
        var provider = new ProviderId(grant.Number);
        if (grant.Role == EntryRole.Provider && !providers.IsConnected(provider))
        {
            await book.SubmitAsync(new CancelAsksOf(provider), CancellationToken.None);
            return EntryRefusal.ProviderNotConnected;
        }

        return session;
    }

    /// <summary>Ends a session in the book, which may have been done before.</summary>
    /// <remarks>Not to be cancelled: the door forgets the session once the book has.</remarks>
    public Task EndAsync(uint session) => book.SubmitAsync(new EndSession(session), CancellationToken.None);

    private static Result<EntryOwners, EntryRefusal> Of(EthAddress signer, EthAddress owner) =>
        new EntryOwners([signer, owner], owner);

    private static EntryRefusal RefusalOf(BookRefusal refusal) => refusal switch
    {
        BookRefusal.GrantNonceUsed => EntryRefusal.GrantNonceUsed,
        BookRefusal.InvalidGrant => EntryRefusal.InvalidGrant,
        BookRefusal.BudgetClosed => EntryRefusal.BudgetOver,
        _ => EntryRefusal.WrongGranter, // the budget is gone since its keys were looked up
    };
}
