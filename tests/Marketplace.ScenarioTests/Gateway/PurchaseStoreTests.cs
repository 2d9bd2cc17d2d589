using CsCheck;
using FluentAssertions;
using Marketplace.Gateway;
using Marketplace.Kernel;
using Xunit;

namespace Marketplace.ScenarioTests.Gateway;

public sealed class PurchaseStoreTests
{
    private static readonly TimeSpan AttachTime = TimeSpan.FromSeconds(60);

    // What happens to a key: 0 reserve, 1 end, 2 deliver, 3 the next day; of which purchase; for how much.
    private static readonly Gen<(int What, int Which, long Most)[]> Lives =
        Gen.Select(Gen.Int[0, 3], Gen.Int[0, 9], Gen.Long[1, 400]).Array[1, 25];

    [Theory]
    [InlineData(1_000, 5_000, SpendRefusal.KeyLimit)]
    [InlineData(5_000, 1_000, SpendRefusal.DayLimit)]
    public async Task Many_purchases_at_once_never_reserve_more_than_the_limit(
        long total, long day, SpendRefusal expected)
    {
        await using var world = new GatewayWorld();
        await world.LimitAsync(total, day);

        var answers = await Task.WhenAll(
            Enumerable.Range(0, 25).Select(order => Task.Run(() => world.ReserveAsync($"order {order}", 100))));

        answers.Count(answer => answer is null).Should().Be(10);
        answers.Should().OnlyContain(answer => answer == null || answer == expected);
        (await world.SpentAsync()).Should().Be((1_000, 1_000));
    }

    [Fact]
    public async Task The_limit_itself_may_be_spent_and_not_a_micro_token_more()
    {
        await using var world = new GatewayWorld();
        await world.LimitAsync(100, 1_000);

        (await world.ReserveAsync("too much", 101)).Should().Be(SpendRefusal.KeyLimit);
        (await world.ReserveAsync("all", 100)).Should().BeNull();
        (await world.ReserveAsync("more", 1)).Should().Be(SpendRefusal.KeyLimit);
    }

    [Fact]
    public async Task What_is_delivered_counts_its_cost_and_what_ended_counts_nothing()
    {
        await using var world = new GatewayWorld();
        await world.BuyAsync("delivered", 1);
        await world.ReserveAsync("ended", 5_000);
        (await world.SpentAsync()).Should().Be((7_730, 7_730));

        await EndAsync(world, "ended");
        await EndAsync(world, "delivered");

        (await world.SpentAsync()).Should().Be((2_730, 2_730), "what was delivered cannot end otherwise");
    }

    [Fact]
    public async Task A_day_begins_at_midnight_in_UTC()
    {
        await using var world = new GatewayWorld();
        await world.LimitAsync(10_000, 1_000);
        world.Clock.Now = new DateTimeOffset(2026, 3, 1, 23, 59, 59, TimeSpan.Zero);
        (await world.ReserveAsync("today", 1_000)).Should().BeNull();
        (await world.ReserveAsync("more", 1)).Should().Be(SpendRefusal.DayLimit);

        world.Clock.Now += TimeSpan.FromSeconds(1);

        (await world.ReserveAsync("tomorrow", 1_000)).Should().BeNull();
        (await world.SpentAsync()).Should().Be((2_000, 1_000));
    }

    [Fact]
    public void A_key_spends_what_a_plain_list_of_its_purchases_says() =>
        Lives.Sample(life => LivesAsync(life).GetAwaiter().GetResult(), iter: 15, threads: 1);

    [Fact]
    public async Task A_repeated_request_belongs_to_the_one_in_flight_however_old_it_is()
    {
        await using var world = new GatewayWorld();
        await world.LimitAsync(100_000, 100_000);
        await world.ReserveAsync("order", 1_000);
        world.Clock.Now += TimeSpan.FromHours(1);

        (await AttachableAsync(world, "request")).Should().Be("order");
        (await AttachableAsync(world, "another request")).Should().BeNull();
    }

    [Theory]
    [InlineData(0, "order")]
    [InlineData(60, "order")]
    [InlineData(61, null)]
    public async Task A_delivery_that_nobody_collected_is_attached_to_for_a_minute(int seconds, string? expected)
    {
        await using var world = new GatewayWorld();
        await world.BuyAsync("order", 1);

        world.Clock.Now += TimeSpan.FromSeconds(seconds);

        (await AttachableAsync(world, "order")).Should().Be(expected);
    }

    [Fact]
    public async Task A_collected_or_failed_purchase_is_bought_again()
    {
        await using var world = new GatewayWorld();
        await world.BuyAsync("collected", 1);
        await world.Purchases.CollectedAsync("collected", CancellationToken.None);
        await world.ReserveAsync("failed", 1_000, "failed");
        await EndAsync(world, "failed");

        (await AttachableAsync(world, "collected")).Should().BeNull();
        (await AttachableAsync(world, "failed")).Should().BeNull();
    }

    [Fact]
    public async Task What_is_open_is_ordered_again_after_a_restart()
    {
        await using var world = new GatewayWorld();
        await world.BuyAsync("delivered", 1);
        await world.ReserveAsync("open", 1_000);
        await world.ReserveAsync("ended", 1_000);
        await EndAsync(world, "ended");

        await world.RestartAsync();

        (await world.Purchases.OpenBidsAsync(CancellationToken.None)).Should()
            .BeEquivalentTo([GatewayWorld.BidOf("open")]);
        (await world.Purchases.FindAsync("ended", CancellationToken.None))!.Should()
            .BeEquivalentTo(new { State = "ended", EndCode = "code", EndMessage = "message" });
    }

    [Fact]
    public async Task A_key_is_found_by_its_text_and_kept_only_as_a_hash()
    {
        await using var world = new GatewayWorld();
        var keys = new ApiKeys(world.Purchases);

        var text = await keys.CreateAsync(new TokenAmount(7), null, CancellationToken.None);

        (await keys.FindAsync($"Bearer {text}", CancellationToken.None))!.TotalLimit.Should().Be(new TokenAmount(7));
        (await keys.FindAsync($"Bearer {text}x", CancellationToken.None)).Should().BeNull();
        (await keys.FindAsync(text, CancellationToken.None)).Should().BeNull();
        (await keys.FindAsync(null, CancellationToken.None)).Should().BeNull();
    }

    private static async Task LivesAsync((int What, int Which, long Most)[] life)
    {
        const long TotalLimit = 1_500;
        const long DayLimit = 700;
        await using var world = new GatewayWorld();
        await world.LimitAsync(TotalLimit, DayLimit);
        var plain = new Dictionary<int, (long Cost, DateTimeOffset At, bool IsOpen)>();
        var today = world.Clock.Now.UtcDateTime.Date;
        foreach (var (index, (what, which, most)) in life.Index())
        {
            switch (what)
            {
                case 0 when !plain.ContainsKey(which):
                    var fits = plain.Values.Sum(row => row.Cost) + most <= TotalLimit
                        && plain.Values.Where(row => row.At.UtcDateTime.Date == today).Sum(row => row.Cost) + most
                        <= DayLimit;
                    (await world.ReserveAsync($"{which}", most) is null).Should().Be(fits);
                    if (fits)
                    {
                        plain[which] = (most, world.Clock.Now, true);
                    }

                    break;
                case 1 when plain.TryGetValue(which, out var ending) && ending.IsOpen:
                    await EndAsync(world, $"{which}");
                    plain[which] = ending with { Cost = 0, IsOpen = false };
                    break;
                case 2 when plain.TryGetValue(which, out var delivered) && delivered.IsOpen:
                    await world.IssueAsync($"{which}", index);
                    plain[which] = delivered with { Cost = 2_730, IsOpen = false };
                    break;
                case 3:
                    world.Clock.Now += TimeSpan.FromDays(1);
                    today = world.Clock.Now.UtcDateTime.Date;
                    break;
                default:
                    break;
            }

            (await world.SpentAsync()).Should().Be((
                plain.Values.Sum(row => row.Cost),
                plain.Values.Where(row => row.At.UtcDateTime.Date == today).Sum(row => row.Cost)));
        }
    }

    private static Task EndAsync(GatewayWorld world, string order) =>
        world.Purchases.EndedAsync(order, "code", "message", world.Clock.Now, CancellationToken.None);

    private static Task<string?> AttachableAsync(GatewayWorld world, string dedupe) => world.Purchases.AttachableAsync(
        Keccak256.Hash(dedupe), world.Clock.Now - AttachTime, CancellationToken.None);
}
