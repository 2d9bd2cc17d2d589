using System.Buffers.Binary;
using Marketplace.Ethereum;
using Marketplace.Kernel;

namespace Marketplace.Escrow;

/// <summary>
/// The packed bytes of one settle call (settlement 3.2): anchor, providers in rising order, statements.
/// </summary>
public static class SettlePayload
{
    private const string CosignBatchType = "CosignBatch(bytes32 payloadHash)";
    private const string CosignType = "Cosign(bytes32 statementDigest)";

    /// <exception cref="FieldOverflowException">A value does not fit its field.</exception>
    public static byte[] Encode(Hash32 anchor, IReadOnlyList<SignedStatement> statements)
    {
        var providers = statements.SelectMany(row => row.Statement.Lines)
            .Select(line => FieldWidth.U24(line.ProviderId))
            .Distinct().Order().ToList();
        using var bytes = new MemoryStream();
        bytes.Write(anchor.ToBytes());
        WriteBigEndian(bytes, FieldWidth.U16Count(providers.Count), 2);
        providers.ForEach(provider => WriteBigEndian(bytes, provider, 3));
        foreach (var row in statements)
        {
            Write(bytes, row);
        }

        return bytes.ToArray();
    }

    /// <summary>What the operator's co-signer signs: consent to exactly these bytes.</summary>
    public static Hash32 CosignDigest(Eip712Domain domain, ReadOnlySpan<byte> payload) =>
        Eip712.Digest(domain, Eip712.HashStruct(CosignBatchType, Keccak256.Hash(payload)));

    /// <summary>What the operator's co-signer signs for one statement: whoever holds it can settle it alone.</summary>
    /// <exception cref="FieldOverflowException">A value does not fit its field.</exception>
    public static Hash32 CosignDigest(Eip712Domain domain, Statement statement) =>
        Eip712.Digest(domain, Eip712.HashStruct(CosignType, statement.Digest(domain)));

    /// <summary>The second argument of <c>settleCosigned</c>: 64 bytes a row, in the payload's order.</summary>
    public static byte[] Cosignatures(IEnumerable<EthSignature> rows) => [.. rows.SelectMany(row => row.ToCompact())];

    private static void Write(MemoryStream bytes, SignedStatement row)
    {
        var statement = row.Statement;
        var lines = StatementLines.Encode(statement.Lines);
        WriteBigEndian(bytes, statement.BudgetNo.Value, 4);
        WriteBigEndian(bytes, statement.FromJob, 4);
        WriteBigEndian(bytes, statement.ThroughJob, 4);
        bytes.Write([0, 0]); // fromSpent has 80 bits, amounts here have 63
        WriteBigEndian(bytes, (ulong)statement.FromSpent.Micro, 8);
        WriteBigEndian(bytes, (ulong)statement.Fee.Micro, 8);
        WriteBigEndian(bytes, FieldWidth.U24Length(lines.Length), 3);
        bytes.Write(row.SessionSignature.ToCompact());
        bytes.Write(statement.ReceiptsRoot.ToBytes());
        bytes.Write(lines);
    }

    private static void WriteBigEndian(MemoryStream bytes, ulong value, int width)
    {
        Span<byte> word = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(word, value);
        bytes.Write(word[^width..]);
    }
}
