using System.CommandLine;
using Marketplace.Gateway;
using Marketplace.Kernel;

namespace Marketplace.Cli;

/// <summary><c>mkt gateway</c>: the buyer's OpenAI endpoint, with the session key of its budget.</summary>
public static class GatewayVerb
{
    public static Command Make()
    {
        var folder = FolderOptions.Of("data/buyer");
        var listen = new Option<string>("--listen")
        {
            Description = "Where OpenAI clients connect; keep it on loopback",
            DefaultValueFactory = _ => "http://127.0.0.1:8090",
        };
        var price = new Option<string>("--max-price")
        {
            Description = "Price cap of requests that name none, in tokens per million",
            DefaultValueFactory = _ => "1",
        };
        var require = Options.Attributes("--require", "What providers must say of themselves");
        var command = new Command("gateway", "Buy through any OpenAI client") { listen, price, require };
        folder.AddTo(command);
        command.SetAction((parsed, ct) => RunAsync(
            folder.Read(parsed),
            Options.ReadUrl(parsed.GetValue(listen)!),
            Options.ReadPrice("--max-price", parsed.GetValue(price)!),
            Options.ReadAttributes("--require", parsed.GetValue(require)!),
            ct));
        return command;
    }

    private static async Task<int> RunAsync(
        UserFolder user,
        Uri listen,
        UnitPrice maxPrice,
        IReadOnlyList<NamedValues> requires,
        CancellationToken ct)
    {
        var folder = user.Path;
        using var chain = await user.MeetOperatorAsync(ct);
        var contract = await chain.ContractAsync(ct);
        var budget = BudgetFile.Read(folder);
        var session = user.Key(MoneyVerbs.SessionName(budget.Session));
        var options = new GatewayOptions
        {
            Operator = user.Operator,
            DataDirectory = folder,
            ListenUrl = listen.AbsoluteUri,
            BudgetNo = new BudgetNo(budget.BudgetNo),
            StartBlock = chain.Info.StartBlock,
            DefaultMaxPrice = maxPrice,
            DefaultRequires = requires,
        };
        await using var app = GatewayHost.Build(options, session, contract, TimeProvider.System, LogLevel.Information);
        var keyFile = Path.Combine(folder, "api-key");
        await app.Services.GetRequiredService<ApiKeys>().EnsureFirstAsync(keyFile, ct);
        await app.StartAsync(ct);
        var baseUrl = new Uri(listen, "/v1");
        Screen.Show($"gateway {baseUrl}   key in {keyFile}", new { baseUrl, keyFile });
        await app.WaitForShutdownAsync(ct);
        return ExitCodes.Ok;
    }
}
