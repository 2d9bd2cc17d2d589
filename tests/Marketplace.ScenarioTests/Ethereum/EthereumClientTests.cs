using FluentAssertions;
using Marketplace.Ethereum;
using Marketplace.Kernel;
using Xunit;

namespace Marketplace.ScenarioTests.Ethereum;

public sealed class EthereumClientTests : IDisposable
{
    private static readonly string Word = "0x" + new string('a', 64);
    private static readonly EthAddress Contract = EthAddress.Parse("0x3535353535353535353535353535353535353535");

    private readonly HttpClient http = new();

    public void Dispose() => http.Dispose();

    [Fact]
    public async Task A_block_that_the_node_lacks_is_a_fault_of_its_own()
    {
        await using var node = LoopbackNode.Returning("null");

        var get = () => Client(node).GetBlockAsync(new BlockNumber(16), CancellationToken.None);

        (await get.Should().ThrowAsync<RpcUnknownBlockException>()).Which.Block.ToString().Should().Be("0x10");
        (await Client(node).FindBlockAsync(BlockTag.Finalized, CancellationToken.None)).Should().BeNull();
        (await Client(node).GetReceiptAsync(new TxHash(Hash32.Parse(Word)), CancellationToken.None)).Should().BeNull();
    }

    [Fact]
    public async Task A_block_is_read()
    {
        await using var node = LoopbackNode.Returning($$"""
            {
              "number":"0x10","hash":"{{Word}}","parentHash":"{{Word}}","timestamp":"0x5","baseFeePerGas":"0x7"
            }
            """);

        var block = await Client(node).GetBlockAsync(BlockTag.Latest, CancellationToken.None);

        block.Should().Be(new BlockHeader(new BlockNumber(16), Hash32.Parse(Word), Hash32.Parse(Word), 5, 7));
    }

    [Fact]
    public async Task Logs_come_in_the_chains_order_without_those_that_were_removed()
    {
        string[] unordered =
            [Log("0x2", "0x0", false), Log("0x1", "0x3", false), Log("0x1", "0x2", false), Log("0x1", "0x1", true)];
        await using var node = LoopbackNode.Returning($"[{string.Join(',', unordered)}]");

        var logs = await Client(node).GetLogsAsync(
            [Contract], new BlockNumber(1), new BlockNumber(2), CancellationToken.None);

        logs.Select(log => (log.BlockNumber.Value, log.LogIndex)).Should().Equal((1ul, 2u), (1ul, 3u), (2ul, 0u));
        logs[0].Data.Should().Equal(0x12);
        logs[0].Topics.Should().Equal(Hash32.Parse(Word));
    }

    [Fact]
    public async Task A_receipt_is_read()
    {
        await using var node = LoopbackNode.Returning($$"""
            {
              "transactionHash":"{{Word}}","blockNumber":"0x1","blockHash":"{{Word}}","status":"0x0",
              "gasUsed":"0x5208","contractAddress":null,"logs":[{{Log("0x1", "0x0", false)}}]
            }
            """);

        var receipt = await Client(node).GetReceiptAsync(new TxHash(Hash32.Parse(Word)), CancellationToken.None);

        receipt!.IsSuccess.Should().BeFalse();
        receipt.GasUsed.Should().Be(21_000);
        receipt.ContractAddress.Should().BeNull();
        receipt.Logs.Should().ContainSingle();
    }

    [Theory]
    [InlineData("\"12\"")]
    [InlineData("\"0x\"")]
    [InlineData("\"0xzz\"")]
    [InlineData("\"0x10000000000000000\"")]
    [InlineData("12")]
    [InlineData("null")]
    [InlineData("{}")]
    public async Task A_reply_of_the_wrong_form_is_a_transport_fault(string result)
    {
        await using var node = LoopbackNode.Returning(result);

        var ask = () => Client(node).ChainIdAsync(CancellationToken.None);

        await ask.Should().ThrowAsync<RpcTransportException>();
    }

    private EthereumClient Client(LoopbackNode node) =>
        new(new JsonRpcClient(http, node.Endpoint, TimeSpan.FromSeconds(20)));

    private static string Log(string block, string index, bool isRemoved) => $$"""
        {
          "address":"{{Contract}}","topics":["{{Word}}"],"data":"0x12","blockNumber":"{{block}}",
          "blockHash":"{{Word}}","transactionHash":"{{Word}}","logIndex":"{{index}}",
          "removed":{{(isRemoved ? "true" : "false")}}
        }
        """;
}
