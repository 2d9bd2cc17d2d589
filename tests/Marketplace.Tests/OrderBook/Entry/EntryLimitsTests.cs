using System.Net;
using CsCheck;
using FluentAssertions;
using Marketplace.Kernel;
using Marketplace.OrderBook.Entry;
using Xunit;

namespace Marketplace.Tests.OrderBook.Entry;

public sealed class EntryLimitsTests
{
    private static readonly EntryRates Rates = new(new(100, 256), new(50, 256), new(10, 4));

    // What else may come in between: any mix of orders and signatures, and other sources.
    private static readonly Gen<(int Source, int Orders, int Signatures, int Elapsed)[]> Floods = Gen.Select(
        Gen.Int[0, 4], Gen.Int[0, 256], Gen.Int[0, 4], Gen.Int[0, 30]).Array[0, 200];

    /// <summary>A source that cancels no faster than its rate is never kept out, whatever else it sends.</summary>
    [Fact]
    public void Cancels_are_never_starved_by_orders_or_signatures() => Floods.Sample(flood =>
    {
        var limits = new SourceLimits(Rates, 10);
        var (now, cancelled) = (EntryWorld.Now, 0L);
        foreach (var (source, orders, signatures, elapsed) in flood)
        {
            now += elapsed;
            limits.Take(new EntrySource((ulong)source), new EntryLoad(orders, 0, signatures), now);
            if ((now - EntryWorld.Now) * 50 / 1_000 + 256 > cancelled)
            {
                cancelled++;
                limits.Take(new EntrySource(0), new EntryLoad(0, 1, 0), now).Should().Be(0);
            }
        }
    }, iter: 200);

    [Fact]
    public void A_source_pays_nothing_for_what_is_refused()
    {
        var limits = new SourceLimits(Rates, 10);
        var source = new EntrySource(1);
        limits.Take(source, new EntryLoad(256, 0, 0), 0).Should().Be(0);

        limits.Take(source, new EntryLoad(1, 256, 0), 0).Should().Be(10, "one order a hundredth of a second");

        limits.Take(source, new EntryLoad(0, 256, 0), 0).Should().Be(0, "the cancels were not taken before");
    }

    [Fact]
    public void The_wait_is_that_of_the_emptiest_bucket()
    {
        var limits = new SourceLimits(Rates, 10);
        var all = new EntryLoad(256, 256, 4);
        limits.Take(new EntrySource(1), all, 0);

        limits.Take(new EntrySource(1), new EntryLoad(1, 1, 1), 0).Should().Be(100);
        limits.Take(new EntrySource(1), new EntryLoad(1, 1, 0), 0).Should().Be(20);
        limits.Take(new EntrySource(1), new EntryLoad(1, 0, 0), 0).Should().Be(10);
    }

    [Fact]
    public void The_source_that_asked_longest_ago_makes_room_for_a_new_one()
    {
        var limits = new SourceLimits(Rates, 3);
        var all = new EntryLoad(256, 0, 0);
        foreach (var source in new ulong[] { 1, 2, 3, 1, 4 })
        {
            limits.Take(new EntrySource(source), all, 0);
        }

        limits.Count.Should().Be(3);
        limits.Take(new EntrySource(1), all, 0).Should().BePositive("it asked again after source 2");
        limits.Take(new EntrySource(3), all, 0).Should().BePositive();
        limits.Take(new EntrySource(2), all, 0).Should().Be(0, "it was forgotten");
        limits.Count.Should().Be(3);
    }

    /// <summary>The naive limits keep all sources in a list, latest last.</summary>
    [Fact]
    public void Sources_are_remembered_as_a_plain_list_of_them_would_be() =>
        Gen.Select(Gen.ULong[0, 6], Gen.Int[0, 256], Gen.Int[0, 500]).Array[0, 100].Sample(requests =>
        {
            var limits = new SourceLimits(Rates, 4);
            var naive = new List<(ulong Source, EntryBuckets Buckets)>();
            var now = 0L;
            foreach (var (source, orders, elapsed) in requests)
            {
                now += elapsed;
                var load = new EntryLoad(orders, 0, 0);
                var at = naive.FindIndex(row => row.Source == source);
                var buckets = at < 0 ? EntryBuckets.Full(Rates, now) : naive[at].Buckets;
                naive.RemoveAll(row => row.Source == source);
                var wait = buckets.Wait(Rates, load, now);
                if (wait == 0)
                {
                    buckets.Take(Rates, load, now);
                }

                naive.Add((source, buckets));
                naive.RemoveRange(0, Math.Max(0, naive.Count - 4));

                limits.Take(new EntrySource(source), load, now).Should().Be(wait);
            }
        }, iter: 500);

    [Fact]
    public void A_rate_that_would_never_let_a_full_batch_in_is_a_mistake()
    {
        var right = new BucketRate(1, 256);
        Action[] wrong =
        [
            () => _ = new EntryRates(new(1, 255), right, right),
            () => _ = new EntryRates(right, new(1, 255), right),
            () => _ = new EntryRates(right, right, new(1, 0)),
            () => _ = new EntryRates(right, right, new(0, 1)),
        ];

        wrong.Should().AllSatisfy(each => each.Should().Throw<InvariantViolationException>());
    }

    [Theory]
    [InlineData("192.0.2.1", "::ffff:192.0.2.1", true)]
    [InlineData("192.0.2.1", "192.0.2.2", false)]
    [InlineData("2001:db8::1", "2001:db8::ffff:0:0:2", true)]
    [InlineData("2001:db8::1", "2001:db8:0:1::1", false)]
    [InlineData("0.0.0.0", "::", false)]
    public void A_source_is_an_address_or_the_network_of_one_host(string first, string second, bool isSame) =>
        (EntrySource.Of(IPAddress.Parse(first)) == EntrySource.Of(IPAddress.Parse(second))).Should().Be(isSame);
}
