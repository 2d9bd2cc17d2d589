using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Marketplace.Escrow;
using Marketplace.Kernel;

namespace Marketplace.Cli;

/// <summary>Which budget a buyer's folder holds, and the number of its session key.</summary>
public sealed record BudgetFile(uint BudgetNo, string Session)
{
    public static BudgetFile Read(string folder)
    {
        var path = PathIn(folder);
        return File.Exists(path)
            ? JsonSerializer.Deserialize<BudgetFile>(File.ReadAllText(path))!
            : throw new UsageException($"No budget in {folder}: mkt budget open --data {folder} --cap 5");
    }

    public void Write(string folder) => File.WriteAllText(PathIn(folder), JsonSerializer.Serialize(this));

    private static string PathIn(string folder) => Path.Combine(folder, "budget.json");
}

/// <summary>Verbs that move a user's own money: faucet, deposit, withdraw, budget, claim.</summary>
public static class MoneyVerbs
{
    private static readonly BasisPoints MaxFee = new(1_000);

    public static IEnumerable<Command> Make()
    {
        yield return Amount("deposit", "Put tokens into the escrow", DepositAsync);
        yield return Amount("withdraw", "Take free tokens out of the escrow", async (folder, url, amount, ct) =>
        {
            await SendAsync(folder, url, contract => contract.Withdraw(amount), ct);
            Console.WriteLine($"withdrew {amount}");
        });
        yield return Plain("faucet", "Get ten test tokens (embedded chain only)", FaucetAsync);
        yield return new Command("budget", "Lock deposit for a gateway to spend")
        {
            Amount("open", "Open a budget with a session key of its own", OpenAsync),
            Plain("close", "Bring the budget's end near; the rest returns", CloseAsync),
        };
        yield return Claim();
    }

    public static async Task FaucetAsync(string folder, Uri url, CancellationToken ct)
    {
        var buyer = new Wallet(Path.Combine(folder, "keys")).Open("buyer");
        using var http = new HttpClient();
        using var answer = await http.PostAsync(new Uri(url, $"/v1/dev/faucet?address={buyer.Address}"), null, ct);
        answer.EnsureSuccessStatusCode();
        Console.WriteLine($"faucet  {await answer.Content.ReadAsStringAsync(ct)}");
    }

    public static async Task DepositAsync(string folder, Uri url, TokenAmount amount, CancellationToken ct)
    {
        await SendAsync(folder, url, contract => contract.ApproveToken(amount), ct);
        await SendAsync(folder, url, contract => contract.Deposit(amount), ct);
        Console.WriteLine($"deposited {amount}");
    }

    public static async Task OpenAsync(string folder, Uri url, TokenAmount cap, CancellationToken ct)
    {
        var wallet = new Wallet(Path.Combine(folder, "keys"));
        using var chain = await ChainAccess.OfOperatorAsync(url, ct);
        var contract = await chain.ContractAsync(ct);
        var buyer = wallet.Open("buyer");
        var now = TimeProvider.System.GetUtcNow();
        var nonce = (ulong)now.ToUnixTimeMilliseconds();
        var session = wallet.Open($"session-{nonce}");
        var head = await contract.LatestBlockAsync(ct);
        var opening = new BudgetOpening(
            buyer.Address,
            session.Address,
            chain.Info.OperatorId,
            cap,
            head.TimestampUnixSeconds + (ulong)TimeSpan.FromDays(29).TotalSeconds,
            MaxFee,
            Keccak256.Hash("any provider, any model"),
            nonce);
        var events = await chain.SendAsync(buyer, contract.OpenBudget(opening), TimeProvider.System, ct);
        var opened = events.OfType<BudgetOpened>().Single();
        new BudgetFile(opened.BudgetNo.Value, nonce.ToString(CultureInfo.InvariantCulture)).Write(folder);
        Console.WriteLine($"budget {opened.BudgetNo} holds {cap}");
    }

    private static async Task CloseAsync(string folder, Uri url, CancellationToken ct)
    {
        var budget = new BudgetNo(BudgetFile.Read(folder).BudgetNo);
        await SendAsync(folder, url, contract => contract.RequestClose(budget), ct);
        Console.WriteLine($"budget {budget} ends within a day; its rest is free a day later: anyone may call close");
    }

    private static Command Claim()
    {
        var url = new Option<string>("--operator") { DefaultValueFactory = _ => "http://127.0.0.1:8080" };
        var data = new Option<string>("--data") { DefaultValueFactory = _ => "data/provider" };
        var command = new Command("claim", "Pay a provider's credit out") { url, data };
        command.SetAction(async (parsed, ct) =>
        {
            var folder = parsed.GetValue(data)!;
            var id = new ProviderId(uint.Parse(
                await File.ReadAllTextAsync(Path.Combine(folder, "provider-id"), ct), CultureInfo.InvariantCulture));
            using var chain = await ChainAccess.OfOperatorAsync(new Uri(parsed.GetValue(url)!), ct);
            var contract = await chain.ContractAsync(ct);
            var key = new Wallet(Path.Combine(folder, "keys")).Open("provider");
            var events = await chain.SendAsync(key, contract.Claim(id), TimeProvider.System, ct);
            var claimed = events.OfType<Claimed>().Single();
            Console.WriteLine($"claimed {claimed.Amount} to {claimed.To}");
            return ExitCodes.Ok;
        });
        return command;
    }

    private static async Task SendAsync(
        string folder, Uri url, Func<IEscrowContract, EscrowCall> call, CancellationToken ct)
    {
        using var chain = await ChainAccess.OfOperatorAsync(url, ct);
        var buyer = new Wallet(Path.Combine(folder, "keys")).Open("buyer");
        await chain.SendAsync(buyer, call(await chain.ContractAsync(ct)), TimeProvider.System, ct);
    }

    private static Command Plain(string name, string description, Func<string, Uri, CancellationToken, Task> act)
    {
        var url = new Option<string>("--operator") { DefaultValueFactory = _ => "http://127.0.0.1:8080" };
        var data = new Option<string>("--data") { DefaultValueFactory = _ => "data/buyer" };
        var command = new Command(name, description) { url, data };
        command.SetAction(async (parsed, ct) =>
        {
            await act(parsed.GetValue(data)!, new Uri(parsed.GetValue(url)!), ct);
            return ExitCodes.Ok;
        });
        return command;
    }

    private static Command Amount(
        string name, string description, Func<string, Uri, TokenAmount, CancellationToken, Task> act)
    {
        var amount = new Argument<string>("amount") { Description = "Whole tokens with at most six decimals" };
        var url = new Option<string>("--operator") { DefaultValueFactory = _ => "http://127.0.0.1:8080" };
        var data = new Option<string>("--data") { DefaultValueFactory = _ => "data/buyer" };
        var command = new Command(name, description) { amount, url, data };
        command.SetAction(async (parsed, ct) =>
        {
            var parsedAmount = TokenAmount.TryParse(parsed.GetValue(amount), out var micro) && !micro.IsZero
                ? micro : throw new UsageException("The amount is whole tokens with at most six decimals, like 2.5");
            await act(parsed.GetValue(data)!, new Uri(parsed.GetValue(url)!), parsedAmount, ct);
            return ExitCodes.Ok;
        });
        return command;
    }
}
