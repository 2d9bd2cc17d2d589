using Marketplace.Ethereum;
using Marketplace.Kernel;

namespace Marketplace.OrderBook.Entry;

/// <summary>Checks orders that carry a signature of their own: of a key, or of a contract wallet.</summary>
public sealed class SignedOrders(Eip712Domain domain, OwnerSignatures signatures)
{
    private readonly Hash32 domainSeparator = domain.Separator;

    /// <summary>Whether one of <paramref name="owners"/> signed <paramref name="order"/>.</summary>
    /// <param name="owners">The budget's session key and buyer, or the provider's signer and owner.</param>
    /// <param name="signature">See <see cref="OwnerSignatures"/>.</param>
    public async Task<EntryRefusal> CheckAsync(
        SignedOrder order,
        IReadOnlyList<EthAddress> owners,
        ReadOnlyMemory<byte> signature,
        long nowMilliseconds,
        CancellationToken ct)
    {
        if (!order.IsWellFormed)
        {
            return EntryRefusal.InvalidOrder;
        }

        if (order.IsExpired(nowMilliseconds))
        {
            return EntryRefusal.OrderExpired;
        }

        var digest = order.Digest(domainSeparator);
        return await signatures.AreOfAsync(owners, digest, signature, nowMilliseconds, ct)
            ? EntryRefusal.None
            : EntryRefusal.WrongSigner;
    }
}
