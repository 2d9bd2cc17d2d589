namespace Marketplace.OrderBook.Entry;

/// <summary>Whose orders a credential lets in.</summary>
public enum EntryRole : byte
{
    /// <summary>Bids for a budget; the budget's session key signs.</summary>
    Buyer = 1,

    /// <summary>Asks of a provider; the provider's signer signs.</summary>
    Provider = 2,
}

/// <summary>The word of a role in typed data: a person reads it in a wallet.</summary>
internal static class EntryRoles
{
    public static string Word(this EntryRole role) => role switch
    {
        EntryRole.Buyer => "buyer",
        EntryRole.Provider => "provider",
        _ => throw new ArgumentOutOfRangeException(nameof(role), role, "A role is buyer or provider."),
    };
}
