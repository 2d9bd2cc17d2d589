using System.Numerics;
using Marketplace.Escrow;
using Marketplace.Ethereum;
using Marketplace.Kernel;

namespace Marketplace.Chain;

/// <summary>The calls that change the contracts, encoded.</summary>
/// <param name="unit">Token base units in one micro-token.</param>
internal sealed class EscrowCalls(ContractAddresses contracts, BigInteger unit)
{
    public EscrowCall ApproveToken(TokenAmount amount) => new(contracts.Token, AbiWriter.Call(
        "approve(address,uint256)",
        new AbiWriter().Address(contracts.Escrow).UInt(MicroTokens.ToBaseUnits(amount, unit))));

    public EscrowCall MintToken(EthAddress to, TokenAmount amount) => new(contracts.Token, AbiWriter.Call(
        "mint(address,uint256)", new AbiWriter().Address(to).UInt(MicroTokens.ToBaseUnits(amount, unit))));

    public EscrowCall Deposit(TokenAmount amount) =>
        Call("deposit(uint256)", new AbiWriter().UInt(MicroTokens.ToBaseUnits(amount, unit)));

    /// <remarks>What leaves is in micro-tokens, unlike what comes in: the contract scales it.</remarks>
    public EscrowCall Withdraw(TokenAmount amount) =>
        Call("withdraw(uint256)", new AbiWriter().UInt((ulong)amount.Micro));

    /// <exception cref="FieldOverflowException">The expiry is 2^40 seconds or more.</exception>
    public EscrowCall OpenBudget(BudgetOpening opening) => Call(
        "openBudget((address,address,uint32,uint80,uint40,uint16,bytes32,uint256))",
        new AbiWriter().Tuple(new AbiWriter()
            .Address(opening.Buyer)
            .Address(opening.Session)
            .UInt(opening.OperatorId.Value)
            .UInt((ulong)opening.Cap.Micro)
            .UInt(FieldWidth.U40(opening.ExpiryUnixSeconds))
            .UInt((ulong)opening.MaxFeeBps.Value)
            .Hash(opening.TermsHash)
            .UInt(opening.Nonce)));

    public EscrowCall RequestClose(BudgetNo budgetNo) =>
        Call("requestClose(uint32)", new AbiWriter().UInt(budgetNo.Value));

    public EscrowCall Close(BudgetNo budgetNo) => Call("close(uint32)", new AbiWriter().UInt(budgetNo.Value));

    public EscrowCall RegisterProvider(EthAddress owner, EthAddress signer, EthAddress payout) => new(
        contracts.Registry,
        AbiWriter.Call(
            "registerProvider(address,address,address,uint256)",
            new AbiWriter().Address(owner).Address(signer).Address(payout).UInt(0ul)));

    public EscrowCall RegisterOperator(EthAddress cosigner, EthAddress feeTo) => new(
        contracts.Registry,
        AbiWriter.Call("registerOperator(address,address)", new AbiWriter().Address(cosigner).Address(feeTo)));

    public EscrowCall Settle(OperatorId operatorId, byte[] payload, EthSignature cosignature) => Call(
        "settle(uint32,bytes,bytes)",
        new AbiWriter().UInt(operatorId.Value).Bytes(payload).Bytes(cosignature.ToCompact()));

    public EscrowCall SettleCosigned(byte[] payload, IReadOnlyList<EthSignature> cosignatures) => Call(
        "settleCosigned(bytes,bytes)",
        new AbiWriter().Bytes(payload).Bytes(SettlePayload.Cosignatures(cosignatures)));

    /// <exception cref="FieldOverflowException">A value does not fit its field.</exception>
    public EscrowCall SettleTickets(IReadOnlyList<CosignedTicket> rows) =>
        Call("settleTickets(bytes)", new AbiWriter().Bytes(TicketRows.Encode(rows)));

    public EscrowCall Claim(ProviderId providerId) => Call("claim(uint32)", new AbiWriter().UInt(providerId.Value));

    public EscrowCall ClaimFee(OperatorId operatorId) =>
        Call("claimFee(uint32)", new AbiWriter().UInt(operatorId.Value));

    private EscrowCall Call(string signature, AbiWriter args) => new(contracts.Escrow, AbiWriter.Call(signature, args));
}
