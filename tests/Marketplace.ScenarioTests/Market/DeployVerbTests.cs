using FluentAssertions;
using Marketplace.Chain;
using Marketplace.Cli;
using Marketplace.Ethereum;
using Marketplace.Kernel;
using Xunit;

namespace Marketplace.ScenarioTests.Market;

/// <summary><c>mkt deploy</c> and <c>mkt up --rpc</c> on a chain that the operator did not start.</summary>
public sealed class DeployVerbTests : IAsyncLifetime, IDisposable
{
    private static readonly TimeSpan Bound = TimeSpan.FromMinutes(3);

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("deploy-");
    private readonly HttpClient http = new();
    private LocalChain chain = null!;

    private string Data => Path.Combine(folder.FullName, "operator");

    public async Task InitializeAsync() => chain = await LocalChain.StartAsync(
        AppContext.BaseDirectory, Path.Combine(folder.FullName, "chain"), TimeProvider.System, default);

    public Task DisposeAsync()
    {
        chain.Stop();
        folder.Delete(recursive: true);
        return Task.CompletedTask;
    }

    public void Dispose()
    {
        chain.Dispose();
        http.Dispose();
    }

    [Fact]
    public async Task The_contracts_are_put_on_any_chain_once_and_an_operator_works_with_them()
    {
        using var deadline = new CancellationTokenSource(Bound);
        var ct = deadline.Token;
        string[] deploy = ["deploy", "--rpc", chain.Endpoint.AbsoluteUri, "--data", Data];

        var poor = await MktProcess.RunAsync(deploy);
        var tooEarly = await MktProcess.RunAsync(
            "up", "--rpc", chain.Endpoint.AbsoluteUri, "--data", Data, "--listen", "http://127.0.0.1:0");
        await FundAsync(ct, "owner", "gas");
        var first = await MktProcess.RunAsync(deploy);
        var again = await MktProcess.RunAsync(deploy);

        poor.ExitCode.Should().Be(ExitCodes.MoneyRefused);
        poor.Errors.Should().Contain("funds");
        tooEarly.ExitCode.Should().Be(ExitCodes.Usage);
        tooEarly.Errors.Should().Contain("mkt deploy");
        first.ExitCode.Should().Be(ExitCodes.Ok, first.Errors);
        again.ExitCode.Should().Be(ExitCodes.Ok, again.Errors);
        LastLine(again.Output).Should().Be(LastLine(first.Output), "what stands is used again");
        await using var market = new LocalMarket(folder.FullName);
        await market.StartOperatorAsync(null, ct, "--rpc", chain.Endpoint.AbsoluteUri);
        (await http.GetStringAsync(new Uri(market.Url, "/v1/info"), ct)).Should().Contain("\"isLocalChain\":false");
    }

    private async Task FundAsync(CancellationToken ct, params string[] names)
    {
        var rpc = new JsonRpcClient(http, chain.Endpoint, TimeSpan.FromSeconds(10));
        foreach (var name in names)
        {
            EthAddress account = new Wallet(Path.Combine(Data, "keys")).Open(name).Address;
            await LocalChain.FundGasAsync(rpc, account, ct);
        }
    }

    private static string LastLine(string text) => text.TrimEnd().Split('\n')[^1];
}
