using FluentAssertions;
using Marketplace.Kernel;
using Marketplace.OrderBook.Entry;
using Xunit;

namespace Marketplace.Tests.OrderBook.Entry;

public sealed class EntrySessionsTests
{
    [Fact]
    public void A_signed_grant_opens_a_session_of_the_account()
    {
        var session = new EntryWorld().Sessions.Find(EntryWorld.Session)!;

        session.Account.Should().Be(EntryWorld.Account);
        session.Grant.Should().Be(EntryWorld.Grant);
    }

    [Fact]
    public void The_same_grant_again_gives_the_session_that_it_opened()
    {
        var world = new EntryWorld();

        var again = world.Sessions.Open(EntryWorld.RequestOf(EntryWorld.Grant, session: 10), EntryWorld.Now);

        again.Value.Should().BeSameAs(world.Sessions.Find(EntryWorld.Session));
        world.Sessions.Find(10).Should().BeNull();
    }

    [Fact]
    public void A_grant_with_a_higher_nonce_ends_the_earlier_session()
    {
        var world = new EntryWorld();

        var later = Open(world, EntryWorld.Grant with { Nonce = 2 });

        later.Value.Number.Should().Be(10);
        world.Sessions.Find(EntryWorld.Session).Should().BeNull();
        world.Sessions.Find(10).Should().BeSameAs(later.Value);
        Open(world, EntryWorld.Grant, session: 11).Rejection.Should().Be(
            EntryRefusal.GrantNonceUsed, "the first grant is replaced for good");
    }

    [Fact]
    public void Another_grant_with_the_same_nonce_or_a_lower_one_is_refused()
    {
        var world = new EntryWorld();
        var grant = EntryWorld.Grant;

        Open(world, grant with { MaxReplicas = 4 }).Rejection.Should().Be(EntryRefusal.GrantNonceUsed);
        Open(world, grant with { Nonce = 0 }).Rejection.Should().Be(EntryRefusal.GrantNonceUsed);
        world.Sessions.Find(EntryWorld.Session)!.Grant.Should().Be(grant);
    }

    [Fact]
    public void Nonces_of_two_budgets_do_not_meet()
    {
        var world = new EntryWorld();

        Open(world, EntryWorld.Grant with { Number = 8 }).IsOk.Should().BeTrue();

        world.Sessions.Find(EntryWorld.Session).Should().NotBeNull();
    }

    [Fact]
    public void A_grant_is_refused_for_the_first_thing_that_is_wrong_with_it()
    {
        var world = new EntryWorld();
        var request = EntryWorld.RequestOf(EntryWorld.Grant with { Nonce = 2 }, session: 10);
        var wrong = request with
        {
            Grant = request.Grant with { Number = 0 },
            Key = EntryWorld.OtherKey,
        };
        var late = (long)request.Grant.ExpirySeconds * 1_000;

        world.Sessions.Open(wrong, late).Rejection.Should().Be(EntryRefusal.InvalidGrant);
        wrong = wrong with { Grant = request.Grant };
        world.Sessions.Open(wrong, late).Rejection.Should().Be(EntryRefusal.GrantExpired);
        world.Sessions.Open(wrong, late - 1).Rejection.Should().Be(EntryRefusal.WrongSecret);
        world.Sessions.Open(wrong with { Key = request.Key }, late - 1).IsOk.Should().BeTrue();
    }

    [Fact]
    public void The_grant_of_an_ended_session_opens_no_other()
    {
        var world = new EntryWorld();

        world.Sessions.End(EntryWorld.Session);

        Open(world, EntryWorld.Grant).Rejection.Should().Be(EntryRefusal.GrantNonceUsed);
        Open(world, EntryWorld.Grant with { Nonce = 2 }).IsOk.Should().BeTrue();
    }

    [Fact]
    public void A_secret_is_never_shown() => EntryWorld.RequestOf(EntryWorld.Grant).ToString()
        .Should().Contain("Key = EntryKey").And.NotContain("0102030405");

    [Fact]
    public void A_secret_has_32_bytes()
    {
        var tooShort = () => new EntryKey(new byte[31]);

        tooShort.Should().Throw<ArgumentException>();
    }

    private static Result<EntrySession, EntryRefusal> Open(EntryWorld world, SessionGrant grant, uint session = 10) =>
        world.Sessions.Open(EntryWorld.RequestOf(grant, session), EntryWorld.Now);
}
