using Marketplace.Escrow;
using Marketplace.Ethereum;

namespace Marketplace.Chain;

/// <summary>
/// The node's failures as the port's: one exception for the market to retry, one outcome for each refusal.
/// </summary>
internal static class NodeFaults
{
    /// <summary>
    /// Lower-case parts of what Geth, Reth, Erigon, Nethermind, Besu and Anvil say, most particular first.
    /// </summary>
    private static readonly (string Part, SendOutcome Outcome)[] Refusals =
    [
        ("already known", SendOutcome.AlreadyKnown),
        ("alreadyknown", SendOutcome.AlreadyKnown),
        ("already_exists", SendOutcome.AlreadyKnown),
        ("already imported", SendOutcome.AlreadyKnown),
        ("known transaction", SendOutcome.AlreadyKnown),
        ("nonce too low", SendOutcome.NonceTooLow),
        ("nonce is too low", SendOutcome.NonceTooLow),
        ("oldnonce", SendOutcome.NonceTooLow),
        ("underpriced", SendOutcome.Underpriced),
        ("feetoolow", SendOutcome.Underpriced),
        ("replacementnotallowed", SendOutcome.Underpriced),
        ("less than block base fee", SendOutcome.Underpriced),
        ("gas price too low", SendOutcome.Underpriced),
        ("insufficient funds", SendOutcome.InsufficientFunds),
        ("insufficientfunds", SendOutcome.InsufficientFunds),
        ("upfront cost exceeds", SendOutcome.InsufficientFunds),
    ];

    public static SendOutcome Classify(RpcErrorException refusal) => Refusals
        .Where(known => refusal.RpcMessage.Contains(known.Part, StringComparison.OrdinalIgnoreCase))
        .Select(known => known.Outcome)
        .FirstOrDefault(SendOutcome.Unknown);

    /// <exception cref="ChainFaultException">
    /// The node failed, or its reply is not what the contracts return.
    /// </exception>
    public static async Task<T> TranslateAsync<T>(Func<Task<T>> ask)
    {
        try
        {
            return await ask();
        }
        catch (RpcErrorException refusal) when (RevertReason.Of(refusal) is { } reason)
        {
            throw new ChainFaultException($"A view reverted: {reason}", refusal);
        }
        catch (Exception fault) when (fault is RpcException or AbiDecodingException)
        {
            throw new ChainFaultException(fault.Message, fault);
        }
    }
}
