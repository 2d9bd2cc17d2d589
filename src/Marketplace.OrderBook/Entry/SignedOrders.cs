using Marketplace.Ethereum;
using Marketplace.Kernel;

namespace Marketplace.OrderBook.Entry;

/// <summary>Checks orders that carry a signature of their own: of a key, or of a contract wallet.</summary>
public sealed class SignedOrders(Eip712Domain domain, IContractWallets wallets, SignatureAnswers answers)
{
    /// <summary>The longest signature that is passed on to a contract: 4,096 bytes.</summary>
    public const int LongestSignatureBytes = 4_096;

    private readonly Hash32 domainSeparator = domain.Separator;

    /// <summary>Whether <paramref name="owner"/> signed <paramref name="order"/>.</summary>
    /// <param name="owner">The budget's session key or wallet, or the provider's signer.</param>
    /// <param name="signature">
    /// 64 bytes (EIP-2098) or 65 of a key; whatever the contract understands of a wallet.
    /// </param>
    public async Task<EntryRefusal> CheckAsync(
        SignedOrder order,
        EthAddress owner,
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

        if (signature.Length > LongestSignatureBytes)
        {
            return EntryRefusal.WrongSigner;
        }

        var digest = order.Digest(domainSeparator);
        var key = SignatureAnswers.KeyOf(owner, digest, signature.Span);
        if (answers.Find(key, nowMilliseconds) is not { } isSigned)
        {
            // Only an answer is remembered: a node that fails throws here, and the next try asks again.
            isSigned = IsKeys(owner, digest, signature.Span)
                || await wallets.IsValidSignatureAsync(owner, digest, signature, ct);
            answers.Remember(key, isSigned, nowMilliseconds);
        }

        return isSigned ? EntryRefusal.None : EntryRefusal.WrongSigner;
    }

    private static bool IsKeys(EthAddress owner, Hash32 digest, ReadOnlySpan<byte> bytes) =>
        (EthSignature.TryFromCompact(bytes, out var signature) || EthSignature.TryFromBytes65(bytes, out signature))
        && Secp256k1.Recover(digest, signature) == owner;
}
