using FluentAssertions;
using Marketplace.Matching;
using Xunit;

namespace Marketplace.Tests.Matching.Engine;

/// <summary>Commands of every kind by a small generator; the laws are checked after each of them.</summary>
public sealed class RandomCommandTests
{
    [Theory]
    [InlineData(1, MarketMode.Continuous)]
    [InlineData(2, MarketMode.Continuous)]
    [InlineData(3, MarketMode.Continuous)]
    [InlineData(4, MarketMode.Batch)]
    public void Structure_and_money_hold_after_every_command(int seed, MarketMode mode)
    {
        var exchange = new Exchange(mode, takerFeeBps: 30, makerFeeBps: 10, tickSize: 12_345);
        var stream = new RandomCommands(seed, exchange);
        var done = new Dictionary<MatchEventKind, int>();

        for (var i = 0; i < 4000; i++)
        {
            stream.SendOne();
            foreach (var kind in exchange.Events.Select(each => each.Kind))
            {
                done[kind] = done.GetValueOrDefault(kind) + 1;
            }
        }

        done.Keys.Should().Contain(
            [MatchEventKind.Placed, MatchEventKind.Moved, MatchEventKind.Traded, MatchEventKind.Ended]);
        done.Keys.Should().Contain(mode == MarketMode.Batch ? MatchEventKind.Cleared : MatchEventKind.Reduced);
    }

    [Fact]
    public void A_loaded_engine_goes_on_as_the_saved_one()
    {
        var exchange = new Exchange(takerFeeBps: 30, tickSize: 12_345);
        var twin = new Exchange(takerFeeBps: 30, tickSize: 12_345);
        var (stream, same) = (new RandomCommands(7, exchange), new RandomCommands(7, twin));
        for (var i = 0; i < 1500; i++)
        {
            stream.SendOne();
            same.SendOne();
        }

        using var file = new MemoryStream();
        twin.Engine.Save(file);
        file.Position = 0;
        twin.Engine = MatchingEngine.Load(file);
        twin.Engine.CheckStructure();

        twin.Engine.StateHash().Should().Be(exchange.Engine.StateHash());
        for (var i = 0; i < 1500; i++)
        {
            stream.SendOne();
            same.SendOne();
            twin.Refusal.Should().Be(exchange.Refusal);
            twin.Events.Should().Equal(exchange.Events, (one, two) => one.Equals(two));
        }

        twin.Engine.StateHash().Should().Be(exchange.Engine.StateHash());
    }
}
