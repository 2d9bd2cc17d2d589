using System.CommandLine;
using Marketplace.Chain;
using Marketplace.Ethereum;
using Marketplace.Kernel;

namespace Marketplace.Cli;

/// <summary><c>mkt deploy --rpc URL</c>: the contracts to any chain.</summary>
public static class DeployVerb
{
    public static Command Make()
    {
        var rpc = new Option<string>("--rpc") { Required = true, Description = "The chain's endpoint" };
        var token = new Option<string?>("--token")
        {
            Description = "The payment token; without it a test token is deployed",
        };
        var data = Options.Data("data/operator");
        var command = new Command("deploy", "Put the contracts on a chain") { rpc, token, data };
        command.SetAction(async (parsed, ct) =>
        {
            var folder = parsed.GetValue(data)!;
            Directory.CreateDirectory(folder);
            var owner = new Wallet(Path.Combine(folder, "keys")).Open("owner");
            Screen.Say($"deployer {owner.Address}: it needs gas");
            using var http = new HttpClient();
            var client = new EthereumClient(
                new JsonRpcClient(http, Options.ReadUrl(parsed.GetValue(rpc)!), TimeSpan.FromSeconds(30)));
            EthAddress? payment = parsed.GetValue(token) is { } text
                ? EthAddress.TryParse(text, out var read) ? read : throw new UsageException("--token is an address")
                : null;
            var deployment = await new ContractDeployer(client, owner, TimeProvider.System).DeployAsync(
                Path.Combine(folder, "deployment.json"), payment, Wait.Final, Screen.Progress, ct);
            Screen.Show(
                $"token {deployment.Token}   escrow {deployment.Escrow}   bond {deployment.Bond}",
                new
                {
                    token = deployment.Token.ToString(),
                    escrow = deployment.Escrow.ToString(),
                    bond = deployment.Bond.ToString(),
                });
            return ExitCodes.Ok;
        });
        return command;
    }
}
