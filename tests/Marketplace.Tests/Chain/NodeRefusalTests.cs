using FluentAssertions;
using Marketplace.Chain;
using Marketplace.Escrow;
using Marketplace.Ethereum;
using Marketplace.Kernel;
using Xunit;

namespace Marketplace.Tests.Chain;

public sealed class NodeRefusalTests
{
    [Theory]
    [InlineData("already known", SendOutcome.AlreadyKnown)]
    [InlineData("transaction already imported", SendOutcome.AlreadyKnown)]
    [InlineData("nonce too low: next nonce 5, tx nonce 4", SendOutcome.NonceTooLow)]
    [InlineData("replacement transaction underpriced", SendOutcome.Underpriced)]
    [InlineData("max fee per gas less than block base fee", SendOutcome.Underpriced)]
    [InlineData("Insufficient funds for gas * price + value", SendOutcome.InsufficientFunds)]
    [InlineData("the node is tired", SendOutcome.Unknown)]
    public void What_nodes_say_becomes_an_outcome(string said, SendOutcome outcome) =>
        NodeFaults.Classify(new RpcErrorException(-32000, said, dataHex: null)).Should().Be(outcome);

    [Fact]
    public void An_error_of_the_contracts_is_read_with_its_values()
    {
        var data = AbiWriter.Call("ProviderListIncomplete(uint256,uint256)", new AbiWriter().UInt(7ul).UInt(9ul));

        RevertReason.Read(data).ToString().Should().Be("ProviderListIncomplete(listed: 7, paid: 9)");
    }

    [Fact]
    public void The_texts_of_solidity_itself_are_read()
    {
        RevertReason.Read(AbiWriter.Call("Error(string)", new AbiWriter().String("no")))
            .ToString().Should().Be("Error(message: no)");
        RevertReason.Read(AbiWriter.Call("Panic(uint256)", new AbiWriter().UInt(17ul)))
            .ToString().Should().Be("Panic(code: 17)");
    }

    [Fact]
    public void An_unknown_or_damaged_error_keeps_its_bytes()
    {
        RevertReason.Read([1, 2, 3, 4]).Name.Should().Be("0x01020304");
        byte[] damaged = [.. Abi.Selector("ProviderListIncomplete(uint256,uint256)"), 1];
        RevertReason.Read(damaged).Name.Should().Be(Hex.Encode(damaged));
        RevertReason.Read([]).Name.Should().Be("NoReason");
    }

    [Fact]
    public void A_refusal_that_is_no_revert_has_no_reason() =>
        RevertReason.Of(new RpcErrorException(-32005, "limit exceeded", dataHex: null)).Should().BeNull();
}
