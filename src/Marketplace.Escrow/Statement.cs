using Marketplace.Ethereum;
using Marketplace.Kernel;

namespace Marketplace.Escrow;

/// <summary>
/// The buyer's session signature over a list of payees and amounts (settlement 2.4). It pays only jobs numbered below
/// <paramref name="ThroughJob"/>, and applies only while the budget's stored throughJob and spent are the given ones.
/// </summary>
public sealed record Statement(
    BudgetNo BudgetNo,
    uint FromJob,
    uint ThroughJob,
    TokenAmount FromSpent,
    TokenAmount Fee,
    Hash32 ReceiptsRoot,
    IReadOnlyList<ProviderLine> Lines)
{
    private const string Type = "Statement(uint256 budgetNo,uint32 fromJob,uint32 throughJob,uint256 fromSpent,"
        + "uint256 fee,bytes32 receiptsRoot,bytes lines)";

    /// <summary>What the lines pay, without the fee.</summary>
    public TokenAmount Total => TokenAmount.Sum(Lines.SelectMany(line => line.Amounts));

    public Hash32 Digest(Eip712Domain domain) => Eip712.Digest(domain, Eip712.HashStruct(
        Type,
        Eip712.Word(BudgetNo.Value),
        Eip712.Word(FromJob),
        Eip712.Word(ThroughJob),
        Eip712.Word((ulong)FromSpent.Micro),
        Eip712.Word((ulong)Fee.Micro),
        ReceiptsRoot,
        Keccak256.Hash(StatementLines.Encode(Lines))));
}

/// <summary>A statement with its session signature in EIP-2098 form (64 bytes).</summary>
public sealed record SignedStatement(Statement Statement, EthSignature SessionSignature)
{
    /// <summary>What the operator's co-signer signs, so that any payee can settle the statement alone.</summary>
    /// <exception cref="FieldOverflowException">A value does not fit its field.</exception>
    public Hash32 CosignDigest(Eip712Domain domain) => SettlePayload.CosignDigest(domain, Statement);
}

/// <summary>A statement with both signatures: all that its settlement needs, whoever sends it.</summary>
public sealed record CosignedStatement(SignedStatement Row, EthSignature Cosignature);
