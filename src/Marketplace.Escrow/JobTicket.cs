using Marketplace.Ethereum;
using Marketplace.Kernel;

namespace Marketplace.Escrow;

/// <summary>
/// The buyer's session signature over one delivered result: payee, digest, exact amount (settlement 2.4).
/// </summary>
/// <param name="DeliveredAt">Unix seconds.</param>
public sealed record JobTicket(
    BudgetNo BudgetNo,
    JobNo JobNo,
    AssignmentId AssignmentId,
    ProviderId ProviderId,
    Hash32 InputHash,
    Hash32 ResultDigest,
    TokenAmount Amount,
    TokenAmount MaxFee,
    ulong DeliveredAt)
{
    private const string Type = "JobTicket(uint256 budgetNo,uint32 jobNo,bytes32 assignmentId,uint32 providerId,"
        + "bytes32 inputHash,bytes32 resultDigest,uint40 amount,uint40 maxFee,uint40 deliveredAt)";

    public Hash32 Digest(Eip712Domain domain) => Eip712.Digest(domain, Eip712.HashStruct(
        Type,
        Eip712.Word(BudgetNo.Value),
        Eip712.Word(JobNo.Value),
        AssignmentId.Value,
        Eip712.Word(ProviderId.Value),
        InputHash,
        ResultDigest,
        Eip712.Word(FieldWidth.U40(Amount)),
        Eip712.Word(FieldWidth.U40(MaxFee)),
        Eip712.Word(DeliveredAt)));
}
