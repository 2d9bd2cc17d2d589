using Marketplace.Ethereum;
using Marketplace.Kernel;

namespace Marketplace.OrderBook.Entry;

/// <summary>Whose orders a credential lets in.</summary>
public enum EntryRole : byte
{
    /// <summary>Bids for a budget; the budget's session key signs.</summary>
    Buyer = 1,

    /// <summary>Asks of a provider; the provider's signer signs.</summary>
    Provider = 2,
}

/// <summary>
/// A role in typed data: the string <c>buyer</c> or <c>provider</c>, for a person reads it in a wallet.
/// </summary>
internal static class EntryRoles
{
    private static readonly Hash32 Buyer = Eip712.HashString("buyer");
    private static readonly Hash32 Provider = Eip712.HashString("provider");

    /// <summary>The role as an EIP-712 word.</summary>
    public static Hash32 Word(this EntryRole role) => role switch
    {
        EntryRole.Buyer => Buyer,
        EntryRole.Provider => Provider,
        _ => throw new ArgumentOutOfRangeException(nameof(role), role, "A role is buyer or provider."),
    };
}
