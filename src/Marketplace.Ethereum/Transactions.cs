using System.Numerics;
using Marketplace.Kernel;

namespace Marketplace.Ethereum;

/// <summary>A transaction ready to send; the same bytes may be sent again and do nothing new.</summary>
public sealed record SignedTransaction(byte[] Raw, TxHash Hash)
{
    internal static SignedTransaction Of(byte[] raw) => new(raw, new TxHash(Keccak256.Hash(raw)));
}

/// <summary>A transaction with a fee cap (EIP-1559, type 2), no access list. Fees and value are in wei.</summary>
/// <param name="To">Null to create a contract from <paramref name="Data"/>.</param>
public sealed record Eip1559Transaction(
    ulong ChainId,
    ulong Nonce,
    BigInteger MaxPriorityFeePerGas,
    BigInteger MaxFeePerGas,
    ulong GasLimit,
    EthAddress? To,
    BigInteger Value,
    byte[] Data)
{
    private const byte TypeByte = 0x02;

    public Hash32 SigningHash => Keccak256.Hash(Encode(Fields()));

    public SignedTransaction Sign(PrivateKey key)
    {
        var signature = key.Sign(SigningHash);
        return SignedTransaction.Of(Encode([
            .. Fields(),
            RlpItem.Of(signature.RecoveryId),
            RlpItem.Of(Words.ToUnsigned(signature.R)),
            RlpItem.Of(Words.ToUnsigned(signature.S))]));
    }

    private static byte[] Encode(IReadOnlyList<RlpItem> fields) => [TypeByte, .. Rlp.Encode(RlpItem.List(fields))];

    private RlpItem[] Fields() =>
    [
        RlpItem.Of(ChainId),
        RlpItem.Of(Nonce),
        RlpItem.Of(MaxPriorityFeePerGas),
        RlpItem.Of(MaxFeePerGas),
        RlpItem.Of(GasLimit),
        RlpItem.Of(To),
        RlpItem.Of(Value),
        RlpItem.Of(Data.AsSpan()),
        RlpItem.List(),
    ];
}

/// <summary>A transaction of the first kind, bound to a chain (EIP-155). Price and value are in wei.</summary>
public sealed record LegacyTransaction(
    ulong ChainId,
    ulong Nonce,
    BigInteger GasPrice,
    ulong GasLimit,
    EthAddress? To,
    BigInteger Value,
    byte[] Data)
{
    public Hash32 SigningHash => Keccak256.Hash(
        Rlp.Encode(RlpItem.List([.. Fields(), RlpItem.Of(ChainId), RlpItem.Of(0ul), RlpItem.Of(0ul)])));

    public SignedTransaction Sign(PrivateKey key)
    {
        var signature = key.Sign(SigningHash);
        return SignedTransaction.Of(Rlp.Encode(RlpItem.List([
            .. Fields(),
            RlpItem.Of(((BigInteger)ChainId * 2) + 35 + signature.RecoveryId),
            RlpItem.Of(Words.ToUnsigned(signature.R)),
            RlpItem.Of(Words.ToUnsigned(signature.S))])));
    }

    private RlpItem[] Fields() =>
    [
        RlpItem.Of(Nonce),
        RlpItem.Of(GasPrice),
        RlpItem.Of(GasLimit),
        RlpItem.Of(To),
        RlpItem.Of(Value),
        RlpItem.Of(Data.AsSpan()),
    ];
}
