using Marketplace.Escrow;
using Marketplace.Ethereum;

namespace Marketplace.Settlement;

/// <summary>The operator's co-signer: it consents to what a buyer signed and signs nothing else.</summary>
public interface ICosigner
{
    /// <summary>Consents to one statement, for its payees to settle should the operator vanish.</summary>
    /// <param name="row">The session's signature on it was checked.</param>
    Task<EthSignature> CosignAsync(SignedStatement row, CancellationToken ct);

    /// <summary>Consents to a whole batch, which this operator sends.</summary>
    Task<EthSignature> CosignBatchAsync(byte[] payload, CancellationToken ct);
}

/// <summary>A co-signer whose key is in this process. It builds the digests itself: nothing else is signed.</summary>
public sealed class KeyCosigner(PrivateKey key, Eip712Domain domain) : ICosigner
{
    public Task<EthSignature> CosignAsync(SignedStatement row, CancellationToken ct) =>
        Task.FromResult(key.Sign(row.CosignDigest(domain)));

    public Task<EthSignature> CosignBatchAsync(byte[] payload, CancellationToken ct) =>
        Task.FromResult(key.Sign(SettlePayload.CosignDigest(domain, payload)));
}
