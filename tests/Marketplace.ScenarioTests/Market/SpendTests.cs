using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using FluentAssertions;
using Marketplace.Cli;
using Marketplace.Kernel;
using Xunit;
using Xunit.Abstractions;

namespace Marketplace.ScenarioTests.Market;

/// <summary>No request costs more than its cap, and no retry buys twice.</summary>
public sealed class SpendTests(MarketFixture fixture, ITestOutputHelper output) : IClassFixture<MarketFixture>
{
    private const int Rounds = 12;
    private const int FeeBps = 250;
    private const int InputWeightBps = 2_500;
    private static readonly TimeSpan Bound = TimeSpan.FromMinutes(8);
    private static readonly string[] Caps = ["19", "20", "24", "27", "30", "50"];
    private static readonly string[] Questions =
        ["what is escrow", "what is person?", "define group", "define year", "what is man?", "what is two?"];

    [Fact]
    public async Task Duplicated_posts_are_one_purchase_and_a_collected_answer_is_not_given_twice()
    {
        using var deadline = new CancellationTokenSource(Bound);
        var ct = deadline.Token;
        var request = MarketFixture.Request("what is location?", redundancy: 2);
        var before = await fixture.SpentAsync(ct);

        var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => fixture.AskAsync(request, ct)));
        var spent = await fixture.SpentAsync(ct) - before;
        var (_, again) = await fixture.AskAsync(request, ct);

        answers.Should().OnlyContain(answer => answer.Status == HttpStatusCode.OK);
        var job = answers.Select(answer => MarketFixture.JobOf(answer.Body)).Distinct()
            .Should().ContainSingle().Subject;
        spent.Micro.Should().Be(CostOf(answers[0].Body), "ten posts are one charge");
        MarketFixture.JobOf(again).Should().NotBe(job, "who has the answer and asks again buys again");
    }

    /// <summary>Random prices, caps, redundancy, duplicated posts, and kills of the operator in the middle.</summary>
    [Fact]
    public async Task No_request_costs_more_than_its_cap_whatever_happens()
    {
        using var deadline = new CancellationTokenSource(Bound);
        var ct = deadline.Token;
        var seed = Environment.GetEnvironmentVariable("MKT_TEST_SEED") is { } given
            ? int.Parse(given, CultureInfo.InvariantCulture)
            : (int)(TimeProvider.System.GetTimestamp() % 1_000_000);
        output.WriteLine($"seed {seed}: run again with MKT_TEST_SEED={seed}");
        var random = new Random(seed);
        var delivered = 0;

        for (var round = 0; round < Rounds; round++)
        {
            await ChangePriceAsync(random, ct);
            var request = MarketFixture.Request(Questions[random.Next(Questions.Length)], random.Next(1, 4));
            request["max_price"] = Caps[random.Next(Caps.Length)];
            request["seed"] = round; // a purchase of its own, whatever the round before bought
            var asking = Enumerable.Range(0, random.Next(1, 4)).Select(_ => fixture.AskAsync(request, ct)).ToList();
            if (round % 4 == 3)
            {
                await fixture.Market.KillAsync("operator", ct);
                await fixture.Market.StartOperatorAsync(null, ct);
                await fixture.UntilReadyAsync(ct);
            }

            foreach (var (status, body) in await Task.WhenAll(asking))
            {
                delivered += Check(request, status, body);
            }
        }

        delivered.Should().BePositive("a run in which nothing is bought proves nothing");
        await fixture.ShouldBalanceAsync(ct);
    }

    private async Task ChangePriceAsync(Random random, CancellationToken ct)
    {
        var index = random.Next(1, MarketFixture.Providers + 1);
        await fixture.Market.KillAsync(LocalMarket.NameOf(index), ct);
        await fixture.UntilAsksAsync(MarketFixture.Providers - 1, ct);
        fixture.Market.StartProvider(index, random.Next(18, 32).ToString(CultureInfo.InvariantCulture));
        await fixture.UntilReadyAsync(ct);
    }

    /// <returns>1 for a delivery, 0 for a refusal.</returns>
    private static int Check(JsonObject request, HttpStatusCode status, JsonObject body)
    {
        if (status != HttpStatusCode.OK)
        {
            body["error"]!["code"]!.GetValue<string>().Should().BeOneOf("price_cap", "no_quorum", "timeout");
            return 0;
        }

        var cap = long.Parse(request["max_price"]!.GetValue<string>(), CultureInfo.InvariantCulture) * 1_000_000;
        var usage = body["usage"]!;
        var units = usage["completion_tokens"]!.GetValue<long>()
            + (usage["prompt_tokens"]!.GetValue<long>() * InputWeightBps / 10_000);
        var perLeg = new UnitPrice(cap).CostUp(new Quantity(units)).Micro;
        var most = request["redundancy"]!.GetValue<int>() * (perLeg + (perLeg * FeeBps / 10_000));
        CostOf(body).Should().BePositive().And.BeLessThanOrEqualTo(most);
        return 1;
    }

    private static long CostOf(JsonObject body) =>
        long.Parse(body["usage"]!["cost_micro"]!.GetValue<string>(), CultureInfo.InvariantCulture);
}
