using FluentAssertions;
using Marketplace.Cli;
using Marketplace.OrderBook.Feeds;
using Xunit;

namespace Marketplace.ScenarioTests.Market;

/// <summary>How a book is drawn, and how one that is watched follows its feed.</summary>
public sealed class LadderTests
{
    private const string Snapshot =
        """{"market":0,"view":"any","seq":4,"tickSize":10,"bids":[[3,0,50,1]],"asks":[[5,30,0,2],[6,10,0,1]]}""";

    [Fact]
    public void Best_prices_meet_in_the_middle_and_bars_add_up_from_there()
    {
        var book = new BestLevels([new(3, 0, 20, 1)], [new(5, 30, 0, 2), new(6, 10, 0, 1)]);

        string.Join('\n', Ladder.Draw(book, tickSize: 1_000_000)).Should().Be(
            """
                       per Mtok           units  orders
            ask        6.000000              10       1  ██████████████████████████████
            ask        5.000000              30       2  ███████████████████████
                       2.000000 between them
            bid        3.000000              20       1  ███████████████ whole jobs only
            """);
        Ladder.Draw(new([], []), 1).Should().HaveCount(2).And.HaveElementAt(1, "     nothing rests");
        Ladder.Draw(new([], [new(5, 1, 0, 1)]), 1)[^1].Should().Be("     no bids");
        Ladder.Draw(new([new(6, 0, 1, 1)], [new(5, 1, 0, 1)]), 1)[2].Should().Contain("some bids above asks");
    }

    [Fact]
    public void A_watched_book_takes_all_and_then_what_changed()
    {
        var book = new WatchedBook();

        book.Take("depth.snapshot", Snapshot).Should().BeTrue();
        book.Take("depth.delta", """{"previous":4,"seq":9,"bids":[[3,0,0,0]],"asks":[[5,7,0,1]]}""").Should().BeTrue();

        book.Best(1).Asks.Should().Equal(new FeedLevel(5, 7, 0, 1));
        book.Best(9).Bids.Should().BeEmpty();
        (book.Seq, book.TickSize).Should().Be((9, 10));
    }

    [Theory]
    [InlineData("end", """{"reason":"tooSlow"}""")]
    [InlineData("depth.delta", """{"previous":5,"seq":9,"bids":[],"asks":[]}""")]
    public void An_end_or_a_missing_change_is_no_state_to_go_on_from(string name, string json)
    {
        var book = new WatchedBook();
        book.Take("depth.snapshot", Snapshot);

        book.Take(name, json).Should().BeFalse();
    }
}
