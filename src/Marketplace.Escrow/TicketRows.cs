using System.Buffers.Binary;
using Marketplace.Ethereum;
using Marketplace.Kernel;

namespace Marketplace.Escrow;

/// <summary>A ticket with both signatures and the operator's fee: what the contract pays by itself.</summary>
public sealed record CosignedTicket(
    JobTicket Ticket, EthSignature SessionSignature, TokenAmount Fee, EthSignature Cosignature);

/// <summary>
/// The packed rows of the ticket lane, 259 bytes each: <c>u32 budgetNo | u32 jobNo | u32 legNo | u24 providerId |
/// u40 amount | u40 maxFee | u40 deliveredAt | u40 fee | assignmentId | inputHash | resultDigest | session signature |
/// co-signature</c> (settlement 2.8, 3.2).
/// </summary>
public static class TicketRows
{
    public const int RowBytes = 259;

    private const string CosignType = "CosignTicket(bytes32 ticketDigest,uint40 fee)";

    /// <exception cref="FieldOverflowException">A value does not fit its field.</exception>
    public static byte[] Encode(IReadOnlyList<CosignedTicket> rows)
    {
        using var bytes = new MemoryStream(rows.Count * RowBytes);
        foreach (var row in rows)
        {
            var ticket = row.Ticket;
            WriteBigEndian(bytes, ticket.BudgetNo.Value, 4);
            WriteBigEndian(bytes, ticket.JobNo.Value, 4);
            WriteBigEndian(bytes, ticket.LegNo.Value, 4);
            WriteBigEndian(bytes, FieldWidth.U24(ticket.ProviderId), 3);
            WriteBigEndian(bytes, FieldWidth.U40(ticket.Amount), 5);
            WriteBigEndian(bytes, FieldWidth.U40(ticket.MaxFee), 5);
            WriteBigEndian(bytes, FieldWidth.U40(ticket.DeliveredAt), 5);
            WriteBigEndian(bytes, FieldWidth.U40(row.Fee), 5);
            bytes.Write(ticket.AssignmentId.Value.ToBytes());
            bytes.Write(ticket.InputHash.ToBytes());
            bytes.Write(ticket.ResultDigest.ToBytes());
            bytes.Write(row.SessionSignature.ToCompact());
            bytes.Write(row.Cosignature.ToCompact());
        }

        return bytes.ToArray();
    }

    /// <summary>What the operator's co-signer signs: consent to this ticket with this fee.</summary>
    /// <exception cref="FieldOverflowException">A value does not fit its field.</exception>
    public static Hash32 CosignDigest(Eip712Domain domain, JobTicket ticket, TokenAmount fee) =>
        Eip712.Digest(domain, Eip712.HashStruct(
            CosignType, ticket.Digest(domain), Eip712.Word(FieldWidth.U40(fee))));

    private static void WriteBigEndian(MemoryStream bytes, ulong value, int width)
    {
        Span<byte> word = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(word, value);
        bytes.Write(word[^width..]);
    }
}
