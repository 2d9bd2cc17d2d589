using System.CommandLine;
using Marketplace.Gateway;
using Marketplace.Kernel;

namespace Marketplace.Cli;

/// <summary><c>mkt gateway</c>: the buyer's OpenAI endpoint, with the session key of its budget.</summary>
public static class GatewayVerb
{
    public static Command Make()
    {
        var url = new Option<string>("--operator") { DefaultValueFactory = _ => "http://127.0.0.1:8080" };
        var data = new Option<string>("--data") { DefaultValueFactory = _ => "data/buyer" };
        var listen = new Option<string>("--listen") { DefaultValueFactory = _ => "http://127.0.0.1:8090" };
        var price = new Option<string>("--max-price")
        {
            Description = "Cap of requests that name none",
            DefaultValueFactory = _ => "1",
        };
        var command = new Command("gateway", "Buy through any OpenAI client") { url, data, listen, price };
        command.SetAction(async (parsed, ct) =>
        {
            var folder = parsed.GetValue(data)!;
            using var chain = await ChainAccess.OfOperatorAsync(new Uri(parsed.GetValue(url)!), ct);
            var contract = await chain.ContractAsync(ct);
            var budget = BudgetFile.Read(folder);
            var session = new Wallet(Path.Combine(folder, "keys")).Open($"session-{budget.Session}");
            var options = new GatewayOptions
            {
                Operator = new Uri(parsed.GetValue(url)!),
                DataDirectory = folder,
                ListenUrl = parsed.GetValue(listen)!,
                BudgetNo = new BudgetNo(budget.BudgetNo),
                DefaultMaxPrice = UnitPrice.TryParse(parsed.GetValue(price), out var cap)
                    ? cap : throw new UsageException("--max-price is tokens per million units, like 0.25"),
            };
            await using var app = GatewayHost.Build(
                options, session, contract, TimeProvider.System, LogLevel.Information);
            var keyFile = Path.Combine(folder, "api-key");
            await app.Services.GetRequiredService<ApiKeys>().EnsureFirstAsync(keyFile, ct);
            await app.StartAsync(ct);
            Console.WriteLine($"gateway {options.ListenUrl}/v1   key in {keyFile}");
            await app.WaitForShutdownAsync(ct);
            return ExitCodes.Ok;
        });
        return command;
    }
}
