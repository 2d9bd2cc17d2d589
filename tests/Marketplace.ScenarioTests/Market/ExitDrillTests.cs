using System.Net;
using System.Text.Json.Nodes;
using FluentAssertions;
using Marketplace.Chain;
using Marketplace.Cli;
using Marketplace.Escrow;
using Marketplace.Ethereum;
using Marketplace.Kernel;
using Marketplace.Provider;
using Xunit;

namespace Marketplace.ScenarioTests.Market;

/// <summary>
/// The operator vanishes in the middle of the traffic, keys and all. With a node and <c>mkt</c> alone every provider
/// gets what was co-signed, and every buyer all the rest, to the last micro-token and the last second.
/// </summary>
public sealed class ExitDrillTests
{
    private const ulong CloseDelaySeconds = 24 * 60 * 60;
    private const ulong GraceSeconds = 24 * 60 * 60;
    private const byte Closed = 2;
    private static readonly TimeSpan Bound = TimeSpan.FromMinutes(8);
    private static readonly TimeSpan ReachBound = TimeSpan.FromSeconds(90);
    private static readonly string[] Questions = ["what is escrow", "define group", "define year", "what is man?"];

    [Fact]
    public async Task Without_the_operator_everybody_is_paid_to_the_last_micro_token()
    {
        using var deadline = new CancellationTokenSource(Bound);
        var ct = deadline.Token;
        await using var exit = new ExitMarket();
        await exit.StartAsync(ct);
        var atStart = TokenAmount.Sum(await exit.BalancesAsync(ct));

        await TradeUntilAllHoldAsync(exit, ct);
        await exit.LoseDatabaseAsync(provider: 1, ct);
        await UntilAllHoldAsync(exit, ct);
        var cosigned = await VanishInTrafficAsync(exit, ct);
        var asked = await AskForTheEndAsync(exit, ct);
        await SettleAsync(exit, cosigned, ct);
        await ClaimAsync(exit, cosigned, ct);
        await PassTheEndAsync(exit, asked, ct);
        await TakeTheRestAsync(exit, cosigned, ct);

        var fees = TokenAmount.Sum(cosigned.Select(statement => statement.Fee));
        var balances = await exit.BalancesAsync(ct);
        fees.Micro.Should().BePositive("a drill without a fee shows nothing of fees");
        balances[^1].Should().Be(fees, "nothing is left in the escrow but what nobody has a key for");
        (await exit.Contract.TotalOwedAsync(null, ct)).Should().Be(fees);
        (await exit.Contract.FeeCreditAsync(OperatorOf(exit), null, ct)).Should().Be(fees);
        TokenAmount.Sum(balances).Should().Be(atStart);
        atStart.Should().Be(new TokenAmount(ExitMarket.Buyers * ExitMarket.Minted.Micro));
    }

    /// <summary>Every buyer buys from every provider, until every provider holds what both buyers owe it.</summary>
    private static async Task TradeUntilAllHoldAsync(ExitMarket exit, CancellationToken ct)
    {
        var answers = await Task.WhenAll(exit.AllBuyers.Select(
            buyer => exit.AskAsync(buyer, Questions[0], ExitMarket.Providers, seed: 0, ct)));
        answers.Should().OnlyContain(status => status == HttpStatusCode.OK);
        await UntilAllHoldAsync(exit, ct);
    }

    private static Task UntilAllHoldAsync(ExitMarket exit, CancellationToken ct) => exit.Market.UntilAsync(
        "co-signed statements at every provider",
        ReachBound,
        async token =>
        {
            var held = new List<int>();
            for (var index = 1; index <= ExitMarket.Providers; index++)
            {
                held.Add((await exit.HeldAsync(index, token)).Count);
            }

            return held.TrueForAll(count => count == ExitMarket.Buyers);
        },
        ct);

    /// <summary>Kills the operator while jobs run, looks into its books a last time, and deletes all it had.</summary>
    /// <returns>The co-signed statements, as the operator's own books have them.</returns>
    private static async Task<IReadOnlyList<Statement>> VanishInTrafficAsync(ExitMarket exit, CancellationToken ct)
    {
        var traffic = exit.AllBuyers.SelectMany(buyer => Questions.Select(
            (question, index) => exit.AskAsync(buyer, question, redundancy: 2, seed: index + 1, ct))).ToList();
        await Task.WhenAny(traffic);
        var running = traffic.Count(ask => !ask.IsCompleted);
        await exit.Market.KillAsync("operator", ct);

        var (cosigned, batches) = await exit.OperatorBooksAsync(ct);
        Directory.Delete(exit.Market.FolderOf("operator"), recursive: true);
        await exit.KillGatewaysAsync(ct);
        await ((Task)Task.WhenAll(traffic)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

        running.Should().BePositive("the operator is killed in the middle of the traffic");
        batches.Should().Be(0, "what was co-signed was never batched");
        cosigned.Select(statement => statement.Row.Statement.BudgetNo).Should()
            .BeEquivalentTo(exit.AllBuyers.Select(buyer => buyer.BudgetNo));
        (await SettledOnChainAsync(exit, ct)).Should().Be(0, "nothing of it is on the chain");
        for (var index = 1; index <= ExitMarket.Providers; index++)
        {
            (await exit.HeldAsync(index, ct)).Should().BeEquivalentTo(cosigned, "every payee holds it all");
        }

        return cosigned.Select(statement => statement.Row.Statement).ToList();
    }

    /// <summary>Free money leaves at once; for the locked the end is asked for.</summary>
    /// <returns>From when on each budget can be closed.</returns>
    private static async Task<IReadOnlyDictionary<BudgetNo, ulong>> AskForTheEndAsync(
        ExitMarket exit, CancellationToken ct)
    {
        var free = ExitMarket.Deposited - ExitMarket.Locked;
        var ends = new Dictionary<BudgetNo, ulong>();
        foreach (var buyer in exit.AllBuyers)
        {
            var withdrawn = await RunAsync(exit, buyer.Folder, "withdraw", "all");
            withdrawn["withdrawnMicro"]!.GetValue<long>().Should().Be(free.Micro);
            var asked = await RunAsync(exit, buyer.Folder, "budget", "close");
            asked["closed"]!.GetValue<bool>().Should().BeFalse();

            var closing = (await EventsAsync(exit, ct)).OfType<BudgetClosing>()
                .Single(happened => happened.BudgetNo == buyer.BudgetNo);
            var block = await exit.Contract.BlockAsync(closing.At.Block, ct);
            closing.ExpiryUnixSeconds.Should().Be(block!.TimestampUnixSeconds + CloseDelaySeconds);
            ends[buyer.BudgetNo] = closing.ExpiryUnixSeconds + GraceSeconds + 1;
            asked["closesFromUnixSeconds"]!.GetValue<ulong>().Should().Be(ends[buyer.BudgetNo]);
        }

        return ends;
    }

    /// <summary>The first provider settles for all whom the statements pay; the others find nothing to do.</summary>
    private static async Task SettleAsync(
        ExitMarket exit, IReadOnlyList<Statement> cosigned, CancellationToken ct)
    {
        for (var index = 1; index <= ExitMarket.Providers; index++)
        {
            var told = await RunAsync(exit, exit.ProviderFolder(index), "provider", "settle");

            var settled = told["settled"]!.AsArray();
            var skipped = told["skipped"]!.AsArray();
            settled.Should().HaveCount(index == 1 ? cosigned.Count : 0);
            skipped.Select(line => line!["reason"]!.GetValue<string>()).Should()
                .Equal(Enumerable.Repeat("Stale", index == 1 ? 0 : cosigned.Count));
            told["credited"]!.AsArray().ToDictionary(
                line => line!["provider"]!.GetValue<uint>(), line => line!["micro"]!.GetValue<long>())
                .Should().BeEquivalentTo(index == 1 ? ExpectedPay(exit, cosigned) : []);
        }

        (await SettledOnChainAsync(exit, ct)).Should().Be(cosigned.Count);
    }

    private static async Task ClaimAsync(ExitMarket exit, IReadOnlyList<Statement> cosigned, CancellationToken ct)
    {
        for (var index = 1; index <= ExitMarket.Providers; index++)
        {
            var expected = ExpectedPay(exit, cosigned)[exit.Market.ProviderIdOf(index).Value];

            // Without a node of its own: the folder knows the last one, and the operator does not answer.
            var (code, output, errors) = await MktProcess.RunAsync(
                "claim", "--operator", exit.Market.Url.AbsoluteUri, "--data", exit.ProviderFolder(index), "--json");

            code.Should().Be(ExitCodes.Ok, errors);
            errors.Should().Contain("does not answer");
            JsonNode.Parse(output)!["claimedMicro"]!.GetValue<long>().Should().Be(expected).And.BePositive();
            (await exit.Contract.TokenBalanceAsync(exit.PayoutOf(index), null, ct)).Micro.Should().Be(expected);
        }
    }

    /// <summary>
    /// Moves the chain's time to each budget's end, second by second where it matters: one second before its end the
    /// closing is refused, and at its end it is not.
    /// </summary>
    private static async Task PassTheEndAsync(
        ExitMarket exit, IReadOnlyDictionary<BudgetNo, ulong> ends, CancellationToken ct)
    {
        await exit.StopClockAsync(ct);
        foreach (var now in ends.Values.SelectMany(end => new[] { end - 1, end }).Distinct().Order())
        {
            var refused = new List<TxHash>();
            foreach (var buyer in exit.AllBuyers.Where(buyer => now == ends[buyer.BudgetNo] - 1))
            {
                refused.Add(await SendCloseAsync(exit, buyer, ct));
            }

            var block = await exit.MineAtAsync(now, ct);

            block.TimestampUnixSeconds.Should().Be(now);
            foreach (var hash in refused)
            {
                var mined = await exit.Contract.ReceiptAsync(hash, ct);
                mined!.Block.Should().Be(block.Number);
                mined.IsSuccess.Should().BeFalse("this is one second before the end");
            }

            foreach (var buyer in exit.AllBuyers)
            {
                var refusal = await RefusalOfCloseAsync(exit, buyer, block, ct);
                var end = ends[buyer.BudgetNo];
                refusal.Should().Be(now < end ? $"TooEarly(nowSeconds: {now}, from: {end})" : null);
            }
        }

        await exit.StartClockAsync(ct);
    }

    private static async Task TakeTheRestAsync(
        ExitMarket exit, IReadOnlyList<Statement> cosigned, CancellationToken ct)
    {
        foreach (var buyer in exit.AllBuyers)
        {
            var statement = cosigned.Single(owed => owed.BudgetNo == buyer.BudgetNo);
            var spent = statement.Total + statement.Fee;

            var closed = await RunAsync(exit, buyer.Folder, "budget", "close");
            var withdrawn = await RunAsync(exit, buyer.Folder, "withdraw", "all");

            closed["closed"]!.GetValue<bool>().Should().BeTrue();
            closed["refundMicro"]!.GetValue<long>().Should().Be((ExitMarket.Locked - spent).Micro);
            withdrawn["withdrawnMicro"]!.GetValue<long>().Should().Be((ExitMarket.Locked - spent).Micro);
            (await exit.Contract.BudgetAsync(buyer.BudgetNo, null, ct))!.State.Should().Be(Closed);
            (await exit.Contract.FreeAsync(buyer.Address, null, ct)).Should().Be(TokenAmount.Zero);
            (await exit.Contract.TokenBalanceAsync(buyer.Address, null, ct)).Should()
                .Be(ExitMarket.Minted - spent, "all but what it bought is back");
        }
    }

    /// <summary>What the statements say, provider by provider.</summary>
    private static Dictionary<uint, long> ExpectedPay(ExitMarket exit, IReadOnlyList<Statement> cosigned) =>
        Enumerable.Range(1, ExitMarket.Providers).Select(exit.Market.ProviderIdOf).ToDictionary(
            id => id.Value, id => cosigned.Sum(statement => StatementKeeper.PayOf(statement, id).Micro));

    private static OperatorId OperatorOf(ExitMarket exit) =>
        OperatorInfo.Load(exit.AllBuyers[0].Folder)!.OperatorId;

    /// <summary>A verb with a node and no operator, as its user types it.</summary>
    private static async Task<JsonObject> RunAsync(ExitMarket exit, string folder, params string[] verb)
    {
        var (code, output, errors) = await MktProcess.RunAsync(
            [.. verb, "--data", folder, "--rpc", exit.Rpc, "--json"]);
        code.Should().Be(ExitCodes.Ok, errors);
        return JsonNode.Parse(output)!.AsObject();
    }

    private static async Task<TxHash> SendCloseAsync(ExitMarket exit, ExitBuyer buyer, CancellationToken ct)
    {
        var key = new Wallet(Path.Combine(buyer.Folder, "keys")).Open("buyer");
        var signed = exit.Contract.Sign(
            key,
            exit.Contract.Close(buyer.BudgetNo),
            await exit.Contract.NonceAsync(key.Address, ct),
            gasLimit: 200_000,
            await exit.Contract.SuggestFeesAsync(ct));
        (await exit.Contract.SendAsync(signed.Raw, ct)).Should().Be(SendOutcome.Accepted);
        return signed.Hash;
    }

    /// <summary>Why the contract refuses to close in this very block; null when it does not.</summary>
    private static async Task<string?> RefusalOfCloseAsync(
        ExitMarket exit, ExitBuyer buyer, ChainBlock block, CancellationToken ct)
    {
        var call = exit.Contract.Close(buyer.BudgetNo);
        try
        {
            await exit.Client.CallAsync(buyer.Address, call.To, call.Data, BlockTag.At(block.Number), ct);
            return null;
        }
        catch (RpcErrorException refusal)
        {
            return RevertReason.Of(refusal)!.ToString();
        }
    }

    private static async Task<int> SettledOnChainAsync(ExitMarket exit, CancellationToken ct) =>
        (await EventsAsync(exit, ct)).OfType<StatementSettled>().Count();

    private static async Task<IReadOnlyList<EscrowEvent>> EventsAsync(ExitMarket exit, CancellationToken ct) =>
        await exit.Contract.EventsAsync(exit.StartBlock, (await exit.Contract.LatestBlockAsync(ct)).Number, ct);
}
