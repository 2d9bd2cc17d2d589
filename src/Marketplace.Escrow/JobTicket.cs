using Marketplace.Ethereum;
using Marketplace.Kernel;

namespace Marketplace.Escrow;

/// <summary>
/// The buyer's session signature over one delivered result: payee, digest, exact amount (settlement 2.4).
/// </summary>
/// <param name="LegNo">
/// The number that the leg got with its first ticket. It stays when the leg is ticketed again under a new
/// <paramref name="JobNo"/>: by it the contract knows which legs were paid by ticket.
/// </param>
/// <param name="DeliveredAt">Unix seconds.</param>
public sealed record JobTicket(
    BudgetNo BudgetNo,
    JobNo JobNo,
    JobNo LegNo,
    ProviderId ProviderId,
    TokenAmount Amount,
    TokenAmount MaxFee,
    ulong DeliveredAt,
    AssignmentId AssignmentId,
    Hash32 InputHash,
    Hash32 ResultDigest)
{
    private const string Type = "JobTicket(uint256 budgetNo,uint32 jobNo,uint32 legNo,uint32 providerId,uint40 amount,"
        + "uint40 maxFee,uint40 deliveredAt,bytes32 assignmentId,bytes32 inputHash,bytes32 resultDigest)";

    /// <summary>Whether <see cref="Digest"/> takes the ticket: what another side sends is asked first.</summary>
    public bool CanEncode => Amount <= FieldWidth.MostInTicket && MaxFee <= FieldWidth.MostInTicket
        && FieldWidth.IsU40(DeliveredAt);

    /// <exception cref="FieldOverflowException">A value does not fit its field.</exception>
    public Hash32 Digest(Eip712Domain domain) => Eip712.Digest(domain, Eip712.HashStruct(
        Type,
        Eip712.Word(BudgetNo.Value),
        Eip712.Word(JobNo.Value),
        Eip712.Word(LegNo.Value),
        Eip712.Word(ProviderId.Value),
        Eip712.Word(FieldWidth.U40(Amount)),
        Eip712.Word(FieldWidth.U40(MaxFee)),
        Eip712.Word(FieldWidth.U40(DeliveredAt)),
        AssignmentId.Value,
        InputHash,
        ResultDigest));
}
