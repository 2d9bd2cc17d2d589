using System.Text;
using System.Text.Json;
using FluentAssertions;
using Marketplace.Kernel;
using Marketplace.Matching;
using Marketplace.OrderBook;
using Xunit;

namespace Marketplace.Tests.OrderBook;

/// <summary>The journal's notation. A line that changes here makes running operators' journals unreadable.</summary>
public sealed class BookCommandCodecTests
{
    private static readonly (string Line, BookCommand Command)[] Lines =
    [
        ("""
            {"kind":"open-budget","Budget":7,
            "Buyer":"0x0000000000000000000000000000000000000001",
            "Session":"0x0000000000000000000000000000000000000002",
            "Cap":10000000,"Spent":0,"MaxFeeBps":1000,"Expiry":"2023-11-15T22:13:20+00:00"}
            """, BookWorld.Opening),
        ("""
            {"kind":"open-market","Market":1,"FeeBps":1000}
            """, new OpenMarket(BookWorld.Market, BookWorld.Fee)),
        ("""
            {"kind":"close-budget","Budget":7}
            """, new CloseBudget(BookWorld.Budget)),
        ("""
            {"kind":"bid","Market":1,"Budget":7,"ClientOrderId":"b1","Limit":1000000,"PerLeg":1000000,
            "Replicas":2,"IsWhole":true,"TimeInForce":"GoodTillTime","ExpiresAt":"2023-11-14T22:13:20.0000001+00:00",
            "FeeBps":1000,"InputHash":"0x0000000000000000000000000000000000000000000000000000000000000000"}
            """, BookWorld.Bid("b1", 2) with
            {
                TimeInForce = TimeInForce.GoodTillTime,
                ExpiresAt = BookWorld.Start.AddTicks(1),
                InputHash = default,
            }),
        ("""
            {"kind":"ask","Market":1,"Provider":3,"OwnerAccount":"0x0000000000000000000000000000000000000067",
            "Price":900000,"Quantity":2000000,"ClientOrderId":"a1"}
            """, BookWorld.Ask(3)),
        ("""
            {"kind":"ask","Market":1,"Provider":3,"OwnerAccount":"0x0000000000000000000000000000000000000067",
            "Price":900000,"Quantity":2000000,"ClientOrderId":"a1","Signature":{"Required":[],"Capability":[0,127]}}
            """, BookWorld.Ask(3) with { Signature = new(default, new(1, 1UL << 63)) }),
        ("""
            {"kind":"cancel-bid","Order":4,"By":7}
            """, new CancelBid(new OrderId(4), BookWorld.Budget)),
        ("""
            {"kind":"cancel-ask","Order":4,"By":3}
            """, new CancelAsk(new OrderId(4), new ProviderId(3))),
        ("""
            {"kind":"cancel-asks-of","Provider":3}
            """, new CancelAsksOf(new ProviderId(3))),
        ("""
            {"kind":"expire","Now":"2023-11-14T22:13:20+00:00"}
            """, new Expire(BookWorld.Start)),
        ("""
            {"kind":"add-leg","Job":4,"LegNo":2,"Exclude":[1,2]}
            """, new AddLeg(new JobId(4), 2, [new ProviderId(1), new ProviderId(2)])),
        ("""
            {"kind":"complete-job","Job":4,"Paid":900000,"Fee":90000}
            """, new CompleteJob(new JobId(4), new TokenAmount(900_000), new TokenAmount(90_000))),
        ("""
            {"kind":"release-job","Job":4}
            """, new ReleaseJob(new JobId(4))),
        ("""
            {"kind":"settled","Budget":7,"TotalPlusFee":990000,"FactId":"log-1"}
            """, new SettledOnChain(BookWorld.Budget, new TokenAmount(990_000), "log-1")),
        ("""
            {"kind":"open-session","Grant":{"Role":"Provider","Number":1,
            "SecretHash":"0xb648680e877bcf578986b618c60123d5161272682c3f9282d8fd2b7a760ef50f",
            "IsEveryMarket":true,"Markets":[],"PriceLimit":100000,"Budget":0,"MaxReplicas":0,
            "ExpirySeconds":1700086400,"Nonce":1},"Owner":"0x0000000000000000000000000000000000000065"}
            """, SessionOrders.Opening(1)),
        ("""
            {"kind":"end-session","Session":3}
            """, new EndSession(3)),
    ];

    [Fact]
    public void Every_command_is_written_as_it_always_was() => Lines.Should().AllSatisfy(one =>
        Encoding.UTF8.GetString(BookCommandCodec.Encode(one.Command)).Should().Be(Unbroken(one.Line)));

    [Fact]
    public void Every_command_is_read_as_it_was_written() => Lines.Should().AllSatisfy(one =>
        BookCommandCodec.Decode(Encoding.UTF8.GetBytes(one.Line)).Should().BeEquivalentTo(
            one.Command, options => options.RespectingRuntimeTypes()));

    [Fact]
    public void No_kind_of_command_is_missing_here() =>
        Lines.Select(one => one.Command.GetType()).Distinct().Should().BeEquivalentTo(
            typeof(BookCommand).Assembly.GetTypes()
                .Where(type => type.IsSubclassOf(typeof(BookCommand)) && !type.IsAbstract));

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("""{"kind":"unknown"}""")]
    [InlineData("""{"kind":"close-budget"}""")]
    [InlineData("""{"kind":"close-budget","Budget":-7}""")]
    [InlineData("""{"kind":"close-budget","Budget":"7"}""")]
    [InlineData("""{"kind":"close-budget","Budget":7,"More":1}""")]
    [InlineData("""{"kind":"close-budget","Budget":7}{}""")]
    [InlineData("""{"kind":"complete-job","Job":4,"Paid":-1,"Fee":90000}""")]
    [InlineData("""{"kind":"complete-job","Job":4,"Paid":9223372036854775808,"Fee":90000}""")]
    public void Anything_else_is_not_a_command(string text) =>
        FluentActions.Invoking(() => BookCommandCodec.Decode(Encoding.UTF8.GetBytes(text)))
            .Should().Throw<JsonException>();

    // The lines are broken here only for the eye.
    private static string Unbroken(string line) => line.ReplaceLineEndings("");
}
