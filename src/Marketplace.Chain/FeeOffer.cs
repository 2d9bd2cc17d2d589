using Marketplace.Escrow;
using Marketplace.Ethereum;

namespace Marketplace.Chain;

/// <summary>
/// What a transaction offers for its gas: twice the newest base fee, which lasts six full blocks, and the tip.
/// </summary>
internal static class FeeOffer
{
    /// <exception cref="ChainFaultException">The node failed.</exception>
    public static Task<GasFees> SuggestAsync(EthereumClient client, CancellationToken ct) =>
        NodeFaults.TranslateAsync(async () =>
        {
            var tip = await client.MaxPriorityFeeAsync(ct);
            var newest = await client.GetBlockAsync(BlockTag.Latest, ct);
            return new GasFees(MicroTokens.Wei((newest.BaseFeePerGas * 2) + tip), MicroTokens.Wei(tip));
        });
}
