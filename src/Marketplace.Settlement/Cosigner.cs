using Marketplace.Escrow;
using Marketplace.Ethereum;

namespace Marketplace.Settlement;

/// <summary>The operator's co-signer: it consents to whole batches and signs nothing else.</summary>
public interface ICosigner
{
    Task<EthSignature> CosignBatchAsync(byte[] payload, CancellationToken ct);
}

/// <summary>A co-signer whose key is in this process. It builds the digest itself: only batches are signed.</summary>
public sealed class KeyCosigner(PrivateKey key, Eip712Domain domain) : ICosigner
{
    public Task<EthSignature> CosignBatchAsync(byte[] payload, CancellationToken ct) =>
        Task.FromResult(key.Sign(SettlePayload.CosignDigest(domain, payload)));
}
