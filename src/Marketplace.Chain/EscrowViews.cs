using System.Numerics;
using Marketplace.Escrow;
using Marketplace.Ethereum;
using Marketplace.Kernel;

namespace Marketplace.Chain;

/// <summary>The contracts' views, decoded.</summary>
/// <param name="unit">Token base units in one micro-token.</param>
internal sealed class EscrowViews(EthereumClient client, ContractAddresses contracts, BigInteger unit)
{
    public async Task<Budget?> BudgetAsync(BudgetNo budgetNo, BlockNumber? at, CancellationToken ct)
    {
        var budget = await AskAsync(
            "budgetOf(uint32)", new AbiWriter().UInt(budgetNo.Value), at, read => ReadBudget(budgetNo, read), ct);
        return budget.State == 0 ? null : budget;
    }

    public async Task<ProviderEntry?> ProviderAsync(ProviderId providerId, BlockNumber? at, CancellationToken ct)
    {
        var provider = await AskRegistryAsync("providerOf(uint32)", providerId.Value, at, read =>
        {
            var entry = new ProviderEntry(providerId, read.Address(), read.Address(), read.Address());
            SkipProposal(read);
            return entry;
        }, ct);
        return provider.Owner.IsZero ? null : provider;
    }

    public async Task<OperatorEntry?> OperatorAsync(OperatorId operatorId, BlockNumber? at, CancellationToken ct)
    {
        var found = await AskRegistryAsync("operatorOf(uint32)", operatorId.Value, at, read =>
        {
            var entry = new OperatorEntry(operatorId, read.Address(), read.Address(), read.Address());
            SkipProposal(read);
            return entry;
        }, ct);
        return found.Owner.IsZero ? null : found;
    }

    public Task<ulong> CosignsUntilAsync(OperatorId operatorId, EthAddress key, CancellationToken ct) =>
        ContractView.AskAsync(
            client,
            contracts.Registry,
            AbiWriter.Call("cosignsUntil(uint32,address)", new AbiWriter().UInt(operatorId.Value).Address(key)),
            null,
            read => read.UInt64(),
            ct);

    public Task<TokenAmount> FreeAsync(EthAddress buyer, BlockNumber? at, CancellationToken ct) =>
        AmountAsync("free(address)", new AbiWriter().Address(buyer), at, ct);

    public Task<TokenAmount> CreditAsync(ProviderId providerId, BlockNumber? at, CancellationToken ct) =>
        AmountAsync("credit(uint32)", new AbiWriter().UInt(providerId.Value), at, ct);

    public Task<TokenAmount> FeeCreditAsync(OperatorId operatorId, BlockNumber? at, CancellationToken ct) =>
        AmountAsync("feeCredit(uint32)", new AbiWriter().UInt(operatorId.Value), at, ct);

    public Task<TokenAmount> TotalOwedAsync(BlockNumber? at, CancellationToken ct) =>
        AmountAsync("totalOwed()", new AbiWriter(), at, ct);

    public Task<Hash32> AccAsync(BlockNumber? at, CancellationToken ct) =>
        AskAsync("acc()", new AbiWriter(), at, read => read.Hash32(), ct);

    public Task<TokenAmount> TokenBalanceAsync(EthAddress account, BlockNumber? at, CancellationToken ct) =>
        ContractView.AskAsync(
            client,
            contracts.Token,
            AbiWriter.Call("balanceOf(address)", new AbiWriter().Address(account)),
            at,
            read => MicroTokens.OfBaseUnitsDown(read.UInt256(), unit),
            ct);

    private Task<TokenAmount> AmountAsync(string signature, AbiWriter args, BlockNumber? at, CancellationToken ct) =>
        AskAsync(signature, args, at, read => MicroTokens.Of(read.UInt256()), ct);

    private Task<T> AskAsync<T>(
        string signature, AbiWriter args, BlockNumber? at, Func<AbiReader, T> decode, CancellationToken ct) =>
        ContractView.AskAsync(client, contracts.Escrow, AbiWriter.Call(signature, args), at, decode, ct);

    private Task<T> AskRegistryAsync<T>(
        string signature, uint number, BlockNumber? at, Func<AbiReader, T> decode, CancellationToken ct) =>
        ContractView.AskAsync(
            client,
            contracts.Registry,
            AbiWriter.Call(signature, new AbiWriter().UInt(number)),
            at,
            decode,
            ct);

    /// <remarks>A proposed address and from when it may take effect: what counts is what is in effect.</remarks>
    private static void SkipProposal(AbiReader read)
    {
        read.Address();
        read.UInt64();
    }

    private static Budget ReadBudget(BudgetNo budgetNo, AbiReader read) => new(
        budgetNo,
        read.Address(),
        read.Address(),
        new OperatorId(checked((uint)read.UInt64())),
        MicroTokens.Of(read.UInt256()),
        MicroTokens.Of(read.UInt256()),
        read.UInt64(),
        new BasisPoints(checked((int)read.UInt64())),
        checked((uint)read.UInt64()),
        checked((byte)read.UInt64()));
}

/// <summary>One view of one contract: call data in, decoded members out.</summary>
internal static class ContractView
{
    /// <exception cref="ChainFaultException">The node failed, the view reverted or returned something else.</exception>
    public static Task<T> AskAsync<T>(
        EthereumClient client,
        EthAddress contract,
        byte[] callData,
        BlockNumber? at,
        Func<AbiReader, T> decode,
        CancellationToken ct) => NodeFaults.TranslateAsync(async () =>
        {
            var tag = at is { } number ? BlockTag.At(number) : BlockTag.Latest;
            var reader = new AbiReader(await client.CallAsync(contract, callData, tag, ct));
            var decoded = decode(reader);
            reader.End();
            return decoded;
        });
}
