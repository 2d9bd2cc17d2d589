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

/// <summary>
/// Verbs that move a user's own money: faucet, deposit, withdraw, budget, claim. All but the faucet and the opening of
/// a budget work without the operator.
/// </summary>
public static class MoneyVerbs
{
    private const string All = "all";
    private static readonly BasisPoints MaxFee = new(1_000);

    // One day less than the contract's limit: the block's time may run ahead of this clock.
    private static readonly TimeSpan BudgetLife = TimeSpan.FromDays(29);

    // The contract's own (settlement 2.6): how far a request moves a budget's end at most, and what passes after it.
    private static readonly TimeSpan CloseDelay = TimeSpan.FromHours(24);
    private static readonly TimeSpan Grace = TimeSpan.FromHours(24);

    public static IEnumerable<Command> Make()
    {
        yield return Amount("deposit", "Put tokens into the escrow; they are free to leave at once", DepositAsync);
        yield return Withdraw();
        yield return Plain("faucet", "Get ten test tokens (embedded chain only)", FaucetAsync);
        yield return new Command("budget", "Lock deposit for a gateway to spend")
        {
            Amount("open", "Open a budget with a session key of its own", OpenAsync),
            Plain("close", "Bring the budget's end near; once it is past, return the rest", CloseAsync),
        };
        yield return Claim();
    }

    public static async Task FaucetAsync(UserFolder folder, CancellationToken ct)
    {
        if (folder.Rpc is not null)
        {
            throw new UsageException("The faucet is the operator's: leave --rpc out.");
        }

        var buyer = folder.Key("buyer");
        using var http = new HttpClient();
        var url = new Uri(folder.Operator, $"/v1/dev/faucet?address={buyer.Address}");
        using var answer = await http.PostAsync(url, null, ct);
        if (answer.StatusCode == System.Net.HttpStatusCode.NotFound)
        {
            throw new UsageException("This operator has no faucet: it works on a public chain.");
        }

        answer.EnsureSuccessStatusCode();
        Screen.Show($"faucet  test tokens for {buyer.Address}", new { address = buyer.Address.ToString() });
    }

    public static Task DepositAsync(UserFolder folder, TokenAmount amount, CancellationToken ct) =>
        DepositAsync(folder, amount, Wait.Final, ct);

    /// <param name="wait">Mined is enough for who opens a budget next and waits for that.</param>
    public static async Task DepositAsync(UserFolder folder, TokenAmount amount, Wait wait, CancellationToken ct)
    {
        using var chain = await folder.ReachChainAsync(ct);
        var contract = await chain.ContractAsync(ct);
        var buyer = folder.Key("buyer");
        Screen.Say($"deposit {amount}, then waiting for the chain");
        await chain.SendAsync(buyer, contract.ApproveToken(amount), Wait.Mined, TimeProvider.System, ct);
        await chain.SendAsync(buyer, contract.Deposit(amount), wait, TimeProvider.System, ct);
        Screen.Show($"        deposited {amount}", new { depositedMicro = amount.Micro });
    }

    public static async Task OpenAsync(UserFolder folder, TokenAmount cap, CancellationToken ct)
    {
        // An operator that does not answer will not spend it either.
        using var chain = await folder.MeetOperatorAsync(ct);
        var contract = await chain.ContractAsync(ct);
        var buyer = folder.Key("buyer");
        var nonce = (ulong)TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
        var name = string.Create(CultureInfo.InvariantCulture, $"{nonce}");
        var head = await contract.LatestBlockAsync(ct);
        var opening = new BudgetOpening(
            buyer.Address,
            folder.Key(SessionName(name)).Address,
            chain.Info.OperatorId,
            cap,
            head.TimestampUnixSeconds + (ulong)BudgetLife.TotalSeconds,
            MaxFee,
            Keccak256.Hash("any provider, any model"),
            nonce);
        Screen.Say($"budget  {cap}, then waiting until it is final");
        var events = await chain.SendAsync(buyer, contract.OpenBudget(opening), TimeProvider.System, ct);
        var opened = events.OfType<BudgetOpened>().Single();
        new BudgetFile(opened.BudgetNo.Value, name).Write(folder.Path);
        Screen.Show(
            $"        budget {opened.BudgetNo} holds {cap}",
            new { budgetNo = opened.BudgetNo.Value, capMicro = cap.Micro });
    }

    /// <summary>The keystore of a budget's session key: one fresh key a budget.</summary>
    public static string SessionName(string budgetSession) => $"session-{budgetSession}";

    private static async Task WithdrawAsync(UserFolder folder, TokenAmount? wanted, CancellationToken ct)
    {
        using var chain = await folder.ReachChainAsync(ct);
        var contract = await chain.ContractAsync(ct);
        var buyer = folder.Key("buyer");
        var amount = wanted ?? await contract.FreeAsync(buyer.Address, null, ct);
        if (amount.IsZero)
        {
            throw new UsageException(
                $"Nothing of {buyer.Address} is free in the escrow: mkt budget close frees what is left of a budget");
        }

        Screen.Say($"withdraw {amount}, then waiting until it is final");
        await chain.SendAsync(buyer, contract.Withdraw(amount), TimeProvider.System, ct);
        Screen.Show($"withdrew {amount}", new { withdrawnMicro = amount.Micro });
    }

    private static async Task CloseAsync(UserFolder folder, CancellationToken ct)
    {
        var budgetNo = new BudgetNo(BudgetFile.Read(folder.Path).BudgetNo);
        using var chain = await folder.ReachChainAsync(ct);
        var contract = await chain.ContractAsync(ct);
        var budget = await contract.BudgetAsync(budgetNo, null, ct)
            ?? throw new UsageException($"Budget {budgetNo} is not on this chain.");
        var head = (await contract.LatestBlockAsync(ct)).TimestampUnixSeconds;
        var buyer = folder.Key("buyer");
        if (head > budget.ExpiryUnixSeconds + (ulong)Grace.TotalSeconds)
        {
            Screen.Say($"close budget {budgetNo}, then waiting until it is final");
            var closed = (await chain.SendAsync(buyer, contract.Close(budgetNo), TimeProvider.System, ct))
                .OfType<BudgetClosed>().Single();
            Screen.Show(
                $"budget {budgetNo} is closed; its rest of {closed.Refund} is free: mkt withdraw all",
                new { budgetNo = budgetNo.Value, closed = true, refundMicro = closed.Refund.Micro });
            return;
        }

        // Nothing is gained by a second request: a budget's end only ever comes nearer.
        var isNear = budget.ExpiryUnixSeconds <= head + (ulong)CloseDelay.TotalSeconds;
        if (!isNear)
        {
            Screen.Say($"ask for the end of budget {budgetNo}, then waiting until it is final");
            await chain.SendAsync(buyer, contract.RequestClose(budgetNo), TimeProvider.System, ct);
            budget = await contract.BudgetAsync(budgetNo, null, ct) ?? budget;
        }

        var from = budget.ExpiryUnixSeconds + (ulong)Grace.TotalSeconds + 1;
        Screen.Show(
            $"budget {budgetNo} is no more from {At(from)} on (providers may settle until then): run this again then "
            + "and the rest is free",
            new { budgetNo = budgetNo.Value, closed = false, closesFromUnixSeconds = from });
    }

    private static string At(ulong unixSeconds) =>
        DateTimeOffset.FromUnixTimeSeconds((long)unixSeconds).ToString("yyyy-MM-dd HH:mm:ss 'UTC'",
            CultureInfo.InvariantCulture);

    private static Command Claim()
    {
        var options = FolderOptions.Of("data/provider");
        var command = new Command("claim", "Pay a provider's credit out");
        options.AddTo(command);
        command.SetAction(async (parsed, ct) =>
        {
            var folder = options.Read(parsed);
            var id = await ProviderVerb.RegisteredIdAsync(folder.Path, ct);
            using var chain = await folder.ReachChainAsync(ct);
            var contract = await chain.ContractAsync(ct);
            if ((await contract.CreditAsync(id, null, ct)).IsZero)
            {
                throw new UsageException(
                    $"Provider {id} has no credit in the escrow; what is co-signed is settled by: mkt provider settle");
            }

            Screen.Say($"claim the credit of provider {id}, then waiting until it is final");
            var events = await chain.SendAsync(folder.Key("provider"), contract.Claim(id), TimeProvider.System, ct);
            var claimed = events.OfType<Claimed>().Single();
            Screen.Show(
                $"claimed {claimed.Amount} to {claimed.To}",
                new { claimedMicro = claimed.Amount.Micro, to = claimed.To.ToString() });
            return ExitCodes.Ok;
        });
        return command;
    }

    private static Command Withdraw()
    {
        var amount = new Argument<string>("amount") { Description = "Tokens with at most six decimals, or all" };
        var options = FolderOptions.Of("data/buyer");
        var command = new Command("withdraw", "Take free tokens out of the escrow") { amount };
        options.AddTo(command);
        command.SetAction(async (parsed, ct) =>
        {
            var text = parsed.GetValue(amount)!;
            var wanted = text == All ? (TokenAmount?)null : Options.ReadAmount("The amount", text);
            await WithdrawAsync(options.Read(parsed), wanted, ct);
            return ExitCodes.Ok;
        });
        return command;
    }

    private static Command Plain(string name, string description, Func<UserFolder, CancellationToken, Task> act)
    {
        var options = FolderOptions.Of("data/buyer");
        var command = new Command(name, description);
        options.AddTo(command);
        command.SetAction(async (parsed, ct) =>
        {
            await act(options.Read(parsed), ct);
            return ExitCodes.Ok;
        });
        return command;
    }

    private static Command Amount(
        string name, string description, Func<UserFolder, TokenAmount, CancellationToken, Task> act)
    {
        var amount = new Argument<string>("amount") { Description = "Tokens with at most six decimals" };
        var options = FolderOptions.Of("data/buyer");
        var command = new Command(name, description) { amount };
        options.AddTo(command);
        command.SetAction(async (parsed, ct) =>
        {
            await act(options.Read(parsed), Options.ReadAmount("The amount", parsed.GetValue(amount)!), ct);
            return ExitCodes.Ok;
        });
        return command;
    }
}
