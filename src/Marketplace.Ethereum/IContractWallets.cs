using Marketplace.Kernel;

namespace Marketplace.Ethereum;

/// <summary>Asks contract wallets whether they signed (ERC-1271).</summary>
public interface IContractWallets
{
    /// <summary>
    /// False too when there is no contract at the address, or it fails. Faults of the node are thrown.
    /// </summary>
    Task<bool> IsValidSignatureAsync(
        EthAddress wallet, Hash32 digest, ReadOnlyMemory<byte> signature, CancellationToken ct);
}

/// <summary>The call of ERC-1271 and its answer, in bytes.</summary>
public static class Erc1271
{
    private const string Signature = "isValidSignature(bytes32,bytes)";

    /// <summary>The answer that means yes is the function's own selector, 0x1626ba7e.</summary>
    public static byte[] MagicValue => Abi.Selector(Signature);

    public static byte[] CallData(Hash32 digest, ReadOnlySpan<byte> signature) =>
        AbiWriter.Call(Signature, new AbiWriter().Hash(digest).Bytes(signature));

    /// <summary>
    /// Whether the call returned the magic value as a whole word. A contract without the function, or an address
    /// without a contract, returns something else or nothing.
    /// </summary>
    public static bool IsYes(ReadOnlySpan<byte> returned) =>
        returned.Length == Hash32.Length
        && returned.SequenceEqual(new AbiWriter().FixedBytes(MagicValue).ToArray());
}
