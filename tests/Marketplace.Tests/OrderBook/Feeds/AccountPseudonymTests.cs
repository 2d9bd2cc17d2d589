using FluentAssertions;
using Marketplace.OrderBook.Feeds;
using Xunit;

namespace Marketplace.Tests.OrderBook.Feeds;

/// <summary>What the feeds call accounts.</summary>
public sealed class AccountPseudonymTests
{
    private static readonly DateTimeOffset Midnight = DateTimeOffset.FromUnixTimeSeconds(86_400 * 20_000L);

    [Fact]
    public void An_account_has_one_name_a_day_and_another_the_next()
    {
        var clock = new Standing { Now = Midnight };
        var names = new AccountPseudonyms(new byte[32], clock);
        var (first, other) = (names.Of(7), names.Of(8));

        clock.Now = Midnight.AddDays(1).AddSeconds(-1);
        var evening = names.Of(7);
        clock.Now = Midnight.AddDays(1);

        first.Should().MatchRegex("^[0-9a-f]{12}$").And.NotBe(other);
        evening.Should().Be(first);
        names.Of(7).Should().NotBe(first);
    }

    [Fact]
    public void Another_secret_gives_other_names()
    {
        var clock = new Standing { Now = Midnight };

        var names = new AccountPseudonyms([.. new byte[31], 1], clock).Of(7);

        names.Should().NotBe(new AccountPseudonyms(new byte[32], clock).Of(7));
    }

    private sealed class Standing : TimeProvider
    {
        public DateTimeOffset Now { get; set; }

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
