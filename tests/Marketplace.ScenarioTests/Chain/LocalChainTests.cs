using FluentAssertions;
using Marketplace.Chain;
using Marketplace.Ethereum;
using Xunit;

namespace Marketplace.ScenarioTests.Chain;

public sealed class LocalChainTests
{
    [Fact]
    public async Task A_chain_is_found_again_while_it_runs_and_goes_on_where_it_stopped()
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        using var http = new HttpClient();
        var ct = deadline.Token;
        var folder = Directory.CreateTempSubdirectory("market-local-chain-");
        var key = AnvilFixture.KeyOf("owner of a chain");
        using var first = await StartAsync(folder, ct);
        try
        {
            var rpc = new JsonRpcClient(http, first.Endpoint, TimeSpan.FromSeconds(10));
            await LocalChain.FundGasAsync(rpc, key.Address, ct);
            var deployment = await DeployAsync(new EthereumClient(rpc), key, folder, ct);
            using (var found = await StartAsync(folder, ct))
            {
                found.ProcessId.Should().Be(first.ProcessId);
            }

            first.Stop();
            using var second = await StartAsync(folder, ct);
            try
            {
                second.ProcessId.Should().NotBe(first.ProcessId);
                second.Endpoint.Should().Be(first.Endpoint);
                var again = await DeployAsync(new EthereumClient(rpc), key, folder, ct);
                again.Should().Be(deployment);
            }
            finally
            {
                second.Stop();
            }
        }
        finally
        {
            first.Stop();
            folder.Delete(recursive: true);
        }
    }

    private static Task<LocalChain> StartAsync(DirectoryInfo folder, CancellationToken ct) =>
        LocalChain.StartAsync(AppContext.BaseDirectory, folder.FullName, TimeProvider.System, ct);

    private static Task<Deployment> DeployAsync(
        EthereumClient client, PrivateKey key, DirectoryInfo folder, CancellationToken ct) =>
        new ContractDeployer(client, key, TimeProvider.System).DeployAsync(
            Path.Combine(folder.FullName, "deployment.json"), token: null, Wait.Final, new Progress<string>(), ct);
}
