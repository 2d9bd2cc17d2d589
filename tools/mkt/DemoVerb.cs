using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Marketplace.Kernel;

namespace Marketplace.Cli;

/// <summary>What the demo is asked to show.</summary>
public sealed record DemoSettings(
    string Folder, IReadOnlyList<string> Questions, int Redundancy, int Seed, bool Keeps, int CorruptPerMille);

/// <summary>
/// <c>mkt demo</c>: an operator, four providers of which one cheats, a buyer, real jobs, and the audit.
/// </summary>
public static class DemoVerb
{
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(90);
    private static readonly string[] Prices = ["0.10", "0.12", "0.11", "0.15"];
    private const int Cheater = 2;

    public static Command Make()
    {
        var ask = new Option<string[]>("--ask") { Description = "Your own question (may be repeated)" };
        var jobs = new Option<int>("--jobs") { DefaultValueFactory = _ => 12 };
        var redundancy = new Option<int>("--redundancy") { DefaultValueFactory = _ => 2 };
        var seed = new Option<int>("--seed")
        {
            Description = "Which questions are asked",
            DefaultValueFactory = _ => 1,
        };
        var corrupt = new Option<int>("--corrupt")
        {
            Description = "Of 1,000 answers of the cheater",
            DefaultValueFactory = _ => 300,
        };
        var keep = new Option<bool>("--keep") { Description = "Leave everything running" };
        var data = new Option<string?>("--data") { Description = "A new folder; without it a temporary one" };
        var command = new Command("demo", "Show the whole way of a job")
        {
            ask, jobs, redundancy, seed, corrupt, keep, data,
        };
        command.SetAction((parsed, ct) =>
        {
            var folder = parsed.GetValue(data) ?? Directory.CreateTempSubdirectory("mkt-demo-").FullName;
            Directory.CreateDirectory(folder);
            var own = parsed.GetValue(ask) ?? [];
            var chosen = parsed.GetValue(seed);
            return RunAsync(
                new DemoSettings(
                    Path.GetFullPath(folder),
                    own.Length > 0 ? own : DemoQuestions.Choose(parsed.GetValue(jobs), chosen),
                    parsed.GetValue(redundancy),
                    chosen,
                    parsed.GetValue(keep),
                    parsed.GetValue(corrupt)),
                ct);
        });
        return command;
    }

    private static async Task<int> RunAsync(DemoSettings settings, CancellationToken ct)
    {
        var started = TimeProvider.System.GetTimestamp();
        var market = new Uri($"http://127.0.0.1:{DemoProcesses.FreePort()}");
        var gateway = new Uri($"http://127.0.0.1:{DemoProcesses.FreePort()}");
        var processes = new DemoProcesses(settings.Folder);
        var isKept = false;
        try
        {
            await StartAsync(processes, settings, market, gateway, ct);
            using var buyer = new DemoBuyer(settings, market, gateway, processes);
            var isGood = await buyer.BuyAsync(started, ct);
            isGood &= await AuditVerb.RunAsync(market, ct);
            Console.WriteLine(isGood ? "demo    passed" : "demo    FAILED");
            isKept = settings.Keeps;
            return isGood ? ExitCodes.Ok : ExitCodes.FailedCheck;
        }
        finally
        {
            if (isKept)
            {
                PrintNext(settings, market, gateway);
            }
            else
            {
                await processes.DisposeAsync();
                StopChain(settings.Folder);
            }
        }
    }

    private static async Task StartAsync(
        DemoProcesses processes, DemoSettings settings, Uri market, Uri gateway, CancellationToken ct)
    {
        using var http = new HttpClient();
        var buyer = Path.Combine(settings.Folder, "buyer");
        Console.WriteLine($"start   operator, chain and contracts (logs in {settings.Folder})");
        processes.Start(
            "operator", "up", "--data", Path.Combine(settings.Folder, "operator"), "--listen", Root(market));
        await processes.UntilAsync("the operator", StartPatience, token => IsUpAsync(http, market, token), ct);
        Console.WriteLine(
            $"start   three honest providers and one that corrupts {settings.CorruptPerMille / 10} % of its answers");
        for (var index = 0; index < Prices.Length; index++)
        {
            processes.Start(
                $"provider-{index + 1}",
                "provider", "join", Root(market), "--data", Path.Combine(settings.Folder, $"provider-{index + 1}"),
                "--embedded", "--price", Prices[index],
                "--corrupt", (index == Cheater ? settings.CorruptPerMille : 0).ToString(CultureInfo.InvariantCulture));
        }

        Console.WriteLine("start   a buyer with 10 tokens");
        await MoneyVerbs.FaucetAsync(buyer, market, ct);
        await MoneyVerbs.DepositAsync(buyer, market, new TokenAmount(10_000_000), ct);
        await MoneyVerbs.OpenAsync(buyer, market, new TokenAmount(5_000_000), ct);
        processes.Start("gateway", "gateway", "--operator", Root(market), "--data", buyer, "--listen", Root(gateway));
        await processes.UntilAsync("the gateway", StartPatience, token => IsUpAsync(http, gateway, token), ct);
        await processes.UntilAsync(
            "four providers' asks",
            StartPatience,
            async token => await DemoBuyer.AsksAsync(http, market, token) == Prices.Length,
            ct);
    }

    private static async Task<bool> IsUpAsync(HttpClient http, Uri uri, CancellationToken ct)
    {
        using var answer = await http.GetAsync(new Uri(uri, "/healthz"), ct);
        return answer.IsSuccessStatusCode;
    }

    private static string Root(Uri uri) => uri.AbsoluteUri.TrimEnd('/');

    private static void PrintNext(DemoSettings settings, Uri market, Uri gateway)
    {
        var key = Path.Combine(settings.Folder, "buyer", "api-key");
        Console.WriteLine($"next    export OPENAI_BASE_URL={gateway}v1 OPENAI_API_KEY=$(cat {key})");
        Console.WriteLine($"        mkt provider join {Root(market)}     finds llama-server, Ollama and vLLM");
        Console.WriteLine($"        mkt audit balances --operator {Root(market)}");
    }

    /// <summary>The embedded chain outlives its operator on purpose; the demo ends it too, by its process id.</summary>
    private static void StopChain(string folder)
    {
        var marker = Path.Combine(folder, "operator", "chain", "anvil.pid");
        if (!File.Exists(marker))
        {
            return;
        }

        try
        {
            using var chain = Process.GetProcessById(
                int.Parse(File.ReadAllText(marker).Split(' ')[0], CultureInfo.InvariantCulture));
            chain.Kill();
        }
        catch (ArgumentException)
        {
            // It has ended already.
        }
    }
}
