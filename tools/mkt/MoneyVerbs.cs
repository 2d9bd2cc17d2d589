using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Marketplace.Chain;
using Marketplace.Escrow;
using Marketplace.Kernel;

namespace Marketplace.Cli;

/// <summary>Which budget a buyer's folder holds, and the name of its session key.</summary>
public sealed record BudgetFile(uint BudgetNo, string Session)
{
    public static BudgetFile Read(string folder)
    {
        var path = PathIn(folder);
        return File.Exists(path)
            ? JsonSerializer.Deserialize<BudgetFile>(File.ReadAllText(path))!
            : throw new UsageException($"No budget in {folder}: mkt budget open 5 --data {folder}");
    }

    public void Write(string folder) => File.WriteAllText(PathIn(folder), JsonSerializer.Serialize(this));

    private static string PathIn(string folder) => Path.Combine(folder, "budget.json");
}

/// <summary>Verbs that move a user's own money: faucet, deposit, withdraw, budget, claim.</summary>
public static class MoneyVerbs
{
    private static readonly BasisPoints MaxFee = new(1_000);

    // One day less than the contract's limit: the block's time may run ahead of this clock.
    private static readonly TimeSpan BudgetLife = TimeSpan.FromDays(29);

    public static IEnumerable<Command> Make()
    {
        yield return Amount("deposit", "Put tokens into the escrow; they are free to leave at once", DepositAsync);
        yield return Amount("withdraw", "Take free tokens out of the escrow", WithdrawAsync);
        yield return Plain("faucet", "Get ten test tokens (embedded chain only)", FaucetAsync);
        yield return new Command("budget", "Lock deposit for a gateway to spend")
        {
            Amount("open", "Open a budget with a session key of its own", OpenAsync),
            Plain("close", "Bring the budget's end near; once it is past, return the rest", CloseAsync),
        };
        yield return Claim();
    }

    public static async Task FaucetAsync(string folder, Uri url, CancellationToken ct)
    {
        var buyer = new Wallet(Path.Combine(folder, "keys")).Open("buyer");
        using var http = new HttpClient();
        using var answer = await http.PostAsync(new Uri(url, $"/v1/dev/faucet?address={buyer.Address}"), null, ct);
        if (answer.StatusCode == System.Net.HttpStatusCode.NotFound)
        {
            throw new UsageException("This operator has no faucet: it works on a public chain.");
        }

        answer.EnsureSuccessStatusCode();
        Screen.Show($"faucet  test tokens for {buyer.Address}", new { address = buyer.Address.ToString() });
    }

    public static Task DepositAsync(string folder, Uri url, TokenAmount amount, CancellationToken ct) =>
        DepositAsync(folder, url, amount, Wait.Final, ct);

    /// <param name="wait">Mined is enough for who opens a budget next and waits for that.</param>
    public static async Task DepositAsync(
        string folder, Uri url, TokenAmount amount, Wait wait, CancellationToken ct)
    {
        using var chain = await ChainAccess.OfOperatorAsync(url, ct);
        var contract = await chain.ContractAsync(ct);
        var buyer = new Wallet(Path.Combine(folder, "keys")).Open("buyer");
        Screen.Say($"deposit {amount}, then waiting for the chain");
        await chain.SendAsync(buyer, contract.ApproveToken(amount), Wait.Mined, TimeProvider.System, ct);
        await chain.SendAsync(buyer, contract.Deposit(amount), wait, TimeProvider.System, ct);
        Screen.Show($"        deposited {amount}", new { depositedMicro = amount.Micro });
    }

    public static async Task OpenAsync(string folder, Uri url, TokenAmount cap, CancellationToken ct)
    {
        var wallet = new Wallet(Path.Combine(folder, "keys"));
        using var chain = await ChainAccess.OfOperatorAsync(url, ct);
        var contract = await chain.ContractAsync(ct);
        var buyer = wallet.Open("buyer");
        var nonce = (ulong)TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
        var name = string.Create(CultureInfo.InvariantCulture, $"{nonce}");
        var head = await contract.LatestBlockAsync(ct);
        var opening = new BudgetOpening(
            buyer.Address,
            wallet.Open(SessionName(name)).Address,
            chain.Info.OperatorId,
            cap,
            head.TimestampUnixSeconds + (ulong)BudgetLife.TotalSeconds,
            MaxFee,
            Keccak256.Hash("any provider, any model"),
            nonce);
        Screen.Say($"budget  {cap}, then waiting until it is final");
        var events = await chain.SendAsync(buyer, contract.OpenBudget(opening), TimeProvider.System, ct);
        var opened = events.OfType<BudgetOpened>().Single();
        new BudgetFile(opened.BudgetNo.Value, name).Write(folder);
        Screen.Show(
            $"        budget {opened.BudgetNo} holds {cap}",
            new { budgetNo = opened.BudgetNo.Value, capMicro = cap.Micro });
    }

    /// <summary>The keystore of a budget's session key: one fresh key a budget.</summary>
    public static string SessionName(string budgetSession) => $"session-{budgetSession}";

    private static async Task WithdrawAsync(string folder, Uri url, TokenAmount amount, CancellationToken ct)
    {
        await SendAsync(folder, url, contract => contract.Withdraw(amount), ct);
        Screen.Show($"withdrew {amount}", new { withdrawnMicro = amount.Micro });
    }

    private static async Task CloseAsync(string folder, Uri url, CancellationToken ct)
    {
        var budgetNo = new BudgetNo(BudgetFile.Read(folder).BudgetNo);
        using var chain = await ChainAccess.OfOperatorAsync(url, ct);
        var contract = await chain.ContractAsync(ct);
        var budget = await contract.BudgetAsync(budgetNo, null, ct)
            ?? throw new UsageException($"Budget {budgetNo} is not on this chain.");
        var head = await contract.LatestBlockAsync(ct);
        if (head.TimestampUnixSeconds > budget.ExpiryUnixSeconds + (ulong)TimeSpan.FromHours(24).TotalSeconds)
        {
            await SendAsync(folder, url, escrow => escrow.Close(budgetNo), ct);
            Screen.Show(
                $"budget {budgetNo} is closed; its rest is free", new { budgetNo = budgetNo.Value, closed = true });
            return;
        }

        await SendAsync(folder, url, escrow => escrow.RequestClose(budgetNo), ct);
        Screen.Show(
            $"budget {budgetNo} ends within a day; run this again a day later and the rest is free",
            new { budgetNo = budgetNo.Value, closed = false });
    }

    private static Command Claim()
    {
        var (url, data) = (Options.Operator(), Options.Data("data/provider"));
        var command = new Command("claim", "Pay a provider's credit out") { url, data };
        command.SetAction(async (parsed, ct) =>
        {
            var folder = parsed.GetValue(data)!;
            var id = await ProviderVerb.IdInAsync(folder, ct)
                ?? throw new UsageException($"No provider in {folder}: mkt provider join URL --data {folder}");
            using var chain = await ChainAccess.OfOperatorAsync(Options.ReadUrl(parsed.GetValue(url)!), ct);
            var contract = await chain.ContractAsync(ct);
            var key = new Wallet(Path.Combine(folder, "keys")).Open("provider");
            var events = await chain.SendAsync(key, contract.Claim(id), TimeProvider.System, ct);
            var claimed = events.OfType<Claimed>().Single();
            Screen.Show(
                $"claimed {claimed.Amount} to {claimed.To}",
                new { claimedMicro = claimed.Amount.Micro, to = claimed.To.ToString() });
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
        var (url, data) = (Options.Operator(), Options.Data("data/buyer"));
        var command = new Command(name, description) { url, data };
        command.SetAction(async (parsed, ct) =>
        {
            await act(parsed.GetValue(data)!, Options.ReadUrl(parsed.GetValue(url)!), ct);
            return ExitCodes.Ok;
        });
        return command;
    }

    private static Command Amount(
        string name, string description, Func<string, Uri, TokenAmount, CancellationToken, Task> act)
    {
        var amount = new Argument<string>("amount") { Description = "Tokens with at most six decimals" };
        var (url, data) = (Options.Operator(), Options.Data("data/buyer"));
        var command = new Command(name, description) { amount, url, data };
        command.SetAction(async (parsed, ct) =>
        {
            var read = Options.ReadAmount("The amount", parsed.GetValue(amount)!);
            await act(parsed.GetValue(data)!, Options.ReadUrl(parsed.GetValue(url)!), read, ct);
            return ExitCodes.Ok;
        });
        return command;
    }
}
