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
        var data = new Option<string>("--data") { DefaultValueFactory = _ => "data/operator" };
        var command = new Command("deploy", "Put the contracts on a chain") { rpc, token, data };
        command.SetAction(async (parsed, ct) =>
        {
            var folder = parsed.GetValue(data)!;
            Directory.CreateDirectory(folder);
            var owner = new Wallet(Path.Combine(folder, "keys")).Open("owner");
            Console.WriteLine($"deployer {owner.Address}: it needs gas");
            using var http = new HttpClient();
            var client = new EthereumClient(
                new JsonRpcClient(http, new Uri(parsed.GetValue(rpc)!), TimeSpan.FromSeconds(30)));
            EthAddress? payment = parsed.GetValue(token) is { } text
                ? EthAddress.TryParse(text, out var read) ? read : throw new UsageException("--token is an address")
                : null;
            var deployment = await new ContractDeployer(client, owner, TimeProvider.System).DeployAsync(
                Path.Combine(folder, "deployment.json"), payment, new Progress<string>(Console.WriteLine), ct);
            Console.WriteLine($"token {deployment.Token}   escrow {deployment.Escrow}   bond {deployment.Bond}");
            return ExitCodes.Ok;
        });
        return command;
    }
}
