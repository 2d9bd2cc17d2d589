using System.Text.Json;
using FluentAssertions;
using Marketplace.Chain;
using Marketplace.Escrow;
using Marketplace.Ethereum;
using Marketplace.Kernel;
using Marketplace.ScenarioTests.Ethereum;
using Xunit;

namespace Marketplace.ScenarioTests.Chain;

/// <summary>Signatures of contract wallets on a real chain (ERC-1271).</summary>
[Collection(AnvilCollection.Name)]
public sealed class ContractWalletTests(AnvilFixture anvil)
{
    private static readonly Hash32 Digest = Keccak256.Hash("what is signed");
    private static readonly PrivateKey Key = AnvilFixture.KeyOf("key of a wallet");
    private static readonly byte[] Signature = Key.Sign(Digest).ToBytes65();

    [Fact]
    public async Task A_wallet_vouches_for_what_its_key_signed_and_for_nothing_else()
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        var ct = deadline.Token;
        var wallet = await DeployAsync(ct);
        var wallets = new ContractWallets(anvil.Client);

        var good = await wallets.IsValidSignatureAsync(wallet, Digest, Signature, ct);
        var ofAnother = await wallets.IsValidSignatureAsync(
            wallet, Digest, AnvilFixture.KeyOf("stranger").Sign(Digest).ToBytes65(), ct);
        var ofAnotherText = await wallets.IsValidSignatureAsync(wallet, Keccak256.Hash("other"), Signature, ct);
        var reverted = await wallets.IsValidSignatureAsync(wallet, Digest, Signature.AsMemory(1), ct);

        (good, ofAnother, ofAnotherText, reverted).Should().Be((true, false, false, false));
    }

    [Fact]
    public async Task An_address_without_code_and_a_contract_that_is_no_wallet_signed_nothing()
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        var wallets = new ContractWallets(anvil.Client);

        foreach (var address in new[] { Key.Address, anvil.Deployment.Token, anvil.Deployment.Escrow })
        {
            (await wallets.IsValidSignatureAsync(address, Digest, Signature, deadline.Token)).Should().BeFalse();
        }
    }

    [Theory]
    [InlineData(3, "execution reverted", false)]
    [InlineData(-32000, "out of gas", false)]
    [InlineData(-32003, "EVM error OpcodeNotFound", false)]
    [InlineData(-32005, "daily request count exceeded", true)]
    [InlineData(-32000, "header not found", true)]
    [InlineData(-32603, "internal error", true)]
    public async Task A_node_that_does_not_answer_is_told_from_a_wallet_that_fails(
        int code, string message, bool isOfNode)
    {
        await using var node = new LoopbackNode(request => new NodeReply(200, JsonSerializer.Serialize(new
        {
            jsonrpc = "2.0",
            id = request.GetProperty("id"),
            error = new { code, message },
        })));
        using var http = new HttpClient();
        var wallets = new ContractWallets(
            new EthereumClient(new JsonRpcClient(http, node.Endpoint, TimeSpan.FromSeconds(5))));

        var asking = () => wallets.IsValidSignatureAsync(Key.Address, Digest, Signature, CancellationToken.None);

        if (isOfNode)
        {
            await asking.Should().ThrowAsync<ChainFaultException>();
        }
        else
        {
            (await asking()).Should().BeFalse();
        }
    }

    /// <summary>The bytes of <c>contracts/mocks/KeyWallet.sol</c>, for a key.</summary>
    private async Task<EthAddress> DeployAsync(CancellationToken ct)
    {
        var deployer = await anvil.FundedKeyAsync("deployer of wallets", ct);
        using var artifact = JsonDocument.Parse(
            await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "abi", "KeyWallet.json"), ct));
        var code = Hex.Decode(artifact.RootElement.GetProperty("bytecode").GetString()!);
        var receipt = await anvil.SenderOf(deployer).SendAsync(
            null, [.. code, .. new AbiWriter().Address(Key.Address).ToArray()], Wait.Mined, ct);
        return receipt.ContractAddress!.Value;
    }
}
