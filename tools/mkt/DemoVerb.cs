using System.CommandLine;
using System.Globalization;
using Marketplace.Kernel;

namespace Marketplace.Cli;

/// <summary>What the demo is asked to show.</summary>
public sealed record DemoSettings(
    string Folder,
    IReadOnlyList<string> Questions,
    int Redundancy,
    int Seed,
    bool Keeps,
    int CorruptPerMille,
    DateTimeOffset StartedAt);

/// <summary><c>mkt demo</c>: an operator, four providers of which one cheats, a buyer, jobs, and the audit.</summary>
public static class DemoVerb
{
    /// <summary>Which of the providers cheats, counted from 1: a cheap one, so that it gets work.</summary>
    public const int Cheater = 2;

    /// <summary>The providers' asks, in tokens per million tokens of output.</summary>
    private static readonly string[] Prices = ["20", "22", "24", "30"];
    private const string MaxPrice = "50";
    private static readonly TokenAmount Deposit = new(10_000_000);
    private static readonly TokenAmount Cap = new(5_000_000);

    public static int Providers => Prices.Length;

    public static Command Make()
    {
        var ask = new Option<string[]>("--ask") { Description = "Your own question (may be repeated)" };
        var jobs = new Option<int>("--jobs") { Description = "How many questions", DefaultValueFactory = _ => 12 };
        var redundancy = new Option<int>("--redundancy")
        {
            Description = "How many providers run each job, 1 to 4; more than half of them must agree",
            DefaultValueFactory = _ => 2,
        };
        var seed = new Option<int>("--seed")
        {
            Description = "Which questions are asked and which answers are corrupted",
            DefaultValueFactory = _ => 1,
        };
        var corrupt = new Option<int>("--corrupt")
        {
            Description = "Of 1,000 answers of the cheater so many are corrupted",
            DefaultValueFactory = _ => 300,
        };
        var keep = new Option<bool>("--keep") { Description = "Leave everything running and print the addresses" };
        var data = new Option<string?>("--data") { Description = "A new folder; without it a temporary one" };
        var since = new Option<long?>("--since")
        {
            Description = "When the command was given, in unix milliseconds: times are counted from then",
            Hidden = true,
        };
        var command = new Command("demo", "Show the whole way of a job, with everything on this machine")
        {
            ask, jobs, redundancy, seed, corrupt, keep, data, since,
        };
        command.SetAction((parsed, ct) =>
        {
            var own = parsed.GetValue(ask) ?? [];
            var chosen = parsed.GetValue(seed);
            return RunAsync(
                new DemoSettings(
                    FolderOf(parsed.GetValue(data)),
                    own.Length > 0
                        ? own : DemoQuestions.Choose(Within("--jobs", parsed.GetValue(jobs), 1, 1_000), chosen),
                    Within("--redundancy", parsed.GetValue(redundancy), 1, Prices.Length),
                    chosen,
                    parsed.GetValue(keep),
                    Within("--corrupt", parsed.GetValue(corrupt), 0, 1_000),
                    parsed.GetValue(since) is { } given
                        ? DateTimeOffset.FromUnixTimeMilliseconds(given) : TimeProvider.System.GetUtcNow()),
                ct);
        });
        return command;
    }

    private static int Within(string name, int value, int least, int most) => value >= least && value <= most
        ? value
        : throw new UsageException($"{name} is {least} to {most}");

    private static string FolderOf(string? given)
    {
        if (given is null)
        {
            return Directory.CreateTempSubdirectory("mkt-demo-").FullName;
        }

        return !Directory.Exists(given) || !Directory.EnumerateFileSystemEntries(given).Any()
            ? Directory.CreateDirectory(given).FullName
            : throw new UsageException($"--data {given} is not empty: the demo starts a market of its own");
    }

    private static async Task<int> RunAsync(DemoSettings settings, CancellationToken ct)
    {
        await using var market = new LocalMarket(settings.Folder);
        await StartAsync(market, settings, ct);
        using var buyer = new DemoBuyer(settings, market);
        var isGood = await buyer.BuyAsync(ct);
        isGood &= await AuditVerb.RunAsync(market.Url, null, ct);
        Screen.Show(isGood ? "demo    passed" : "demo    FAILED", new { passed = isGood });
        if (settings.Keeps)
        {
            PrintNext(market);
            market.Detach();
        }

        return isGood ? ExitCodes.Ok : ExitCodes.FailedCheck;
    }

    private static async Task StartAsync(LocalMarket market, DemoSettings settings, CancellationToken ct)
    {
        Screen.Say($"start   operator, chain and contracts (logs in {settings.Folder})");
        await market.StartOperatorAsync(null, ct);
        Screen.Say($"market  {market.Url}");
        var (percent, tenth) = Math.DivRem(settings.CorruptPerMille, 10);
        Screen.Say($"start   three honest providers and one that corrupts {percent}.{tenth} % of its answers");
        for (var index = 1; index <= Prices.Length; index++)
        {
            string[] cheats =
            [
                "--corrupt", settings.CorruptPerMille.ToString(CultureInfo.InvariantCulture),
                "--corrupt-seed", settings.Seed.ToString(CultureInfo.InvariantCulture),
            ];
            market.StartProvider(index, Prices[index - 1], index == Cheater ? cheats : []);
        }

        Screen.Say($"start   a buyer with {Deposit} tokens");
        await market.OpenBuyerAsync(Deposit, Cap, ct);
        await market.StartGatewayAsync(MaxPrice, ct);
        await market.UntilAsksAsync(Prices.Length, ct);
    }

    private static void PrintNext(LocalMarket market)
    {
        var url = market.Url.AbsoluteUri.TrimEnd('/');
        Screen.Say($"next    export OPENAI_BASE_URL={market.Gateway}v1 OPENAI_API_KEY=$(cat {market.ApiKeyFile})");
        Screen.Say($"        mkt provider join {url}     finds llama-server, Ollama and vLLM");
        Screen.Say($"        mkt audit balances --operator {url}");
        Screen.Say($"        everything goes on running; end it with: kill {string.Join(' ', market.ProcessIds)}");
        Screen.Show($"folder  {market.Folder}", new
        {
            market = market.Url,
            gateway = new Uri(market.Gateway, "/v1"),
            keyFile = market.ApiKeyFile,
            processes = market.ProcessIds,
        });
    }
}
