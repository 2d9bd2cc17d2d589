using Marketplace.Ethereum;
using Marketplace.Kernel;

namespace Marketplace.OrderBook.Entry;

/// <summary>
/// Checks signatures of those who may sign for a budget or a provider: of keys, and of contract wallets (ERC-1271). A
/// signature is 64 bytes (EIP-2098) or 65 of a key, and whatever the contract understands of a wallet.
/// </summary>
public sealed class OwnerSignatures(IContractWallets wallets, SignatureAnswers answers)
{
    /// <summary>The longest signature that is passed on to a contract: 4,096 bytes.</summary>
    public const int LongestBytes = 4_096;

    /// <summary>Whether one of <paramref name="owners"/> signed. Keys are tried before any contract is asked.</summary>
    /// <remarks>Only an answer is remembered: a node that fails throws, and the next try asks again.</remarks>
    public async Task<bool> AreOfAsync(
        IReadOnlyList<EthAddress> owners,
        Hash32 digest,
        ReadOnlyMemory<byte> signature,
        long nowMilliseconds,
        CancellationToken ct)
    {
        if (signature.Length > LongestBytes)
        {
            return false;
        }

        var known = owners
            .Select(owner => answers.Find(SignatureAnswers.KeyOf(owner, digest, signature.Span), nowMilliseconds))
            .ToList();
        if (known.Contains(true))
        {
            return true;
        }

        var unknown = owners.Where((_, index) => known[index] is null).ToList();
        if (unknown.Count > 0 && SignerOf(digest, signature.Span) is { } signer && unknown.Contains(signer))
        {
            return Remember(signer, isYes: true);
        }

        foreach (var owner in unknown)
        {
            if (Remember(owner, await wallets.IsValidSignatureAsync(owner, digest, signature, ct)))
            {
                return true;
            }
        }

        return false;

        bool Remember(EthAddress owner, bool isYes)
        {
            answers.Remember(SignatureAnswers.KeyOf(owner, digest, signature.Span), isYes, nowMilliseconds);
            return isYes;
        }
    }

    private static EthAddress? SignerOf(Hash32 digest, ReadOnlySpan<byte> bytes) =>
        EthSignature.TryFromCompact(bytes, out var signature) || EthSignature.TryFromBytes65(bytes, out signature)
            ? Secp256k1.Recover(digest, signature)
            : null;
}
