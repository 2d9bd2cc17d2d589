using FluentAssertions;
using Marketplace.Kernel;
using Marketplace.OrderBook.Entry;
using Xunit;

namespace Marketplace.Tests.OrderBook.Entry;

/// <summary>Notes of a session at the door.</summary>
public sealed class SessionNoteTests
{
    private static readonly EntryRates Tight = new(new(1, 256), new(1, 256), new(10, 10));
    private static readonly Hash32 Input = Keccak256.Hash("a request");
    private static readonly SessionNote Deposit = SessionNote.Deposit(EntryWorld.Session, Input);
    private static readonly SessionNote End = SessionNote.End(EntryWorld.Session);

    [Fact]
    public void A_note_comes_in_by_the_secret_and_means_nothing_else()
    {
        var world = new EntryWorld();
        var mac = Deposit.Mac(EntryWorld.Key);

        Admit(world, Deposit, mac).Should().Be(EntryRefusal.None);
        Admit(world, SessionNote.Deposit(EntryWorld.Session, Keccak256.Hash("another")), mac)
            .Should().Be(EntryRefusal.BadMac);
        Admit(world, SessionNote.Deposit(8, Input), mac).Should().Be(EntryRefusal.UnknownSession);
        Admit(world, SessionNote.Deposit(EntryWorld.Session, default), End.Mac(EntryWorld.Key))
            .Should().Be(EntryRefusal.BadMac, "the end of a session is no deposit");
        Admit(world, Deposit, Deposit.Mac(EntryWorld.OtherKey)).Should().Be(EntryRefusal.BadMac);
        Admit(world, Deposit, mac[..31]).Should().Be(EntryRefusal.BadMac);
        Admit(world, Deposit, []).Should().Be(EntryRefusal.BadMac);
    }

    [Fact]
    public void A_session_that_was_ended_lets_only_the_same_end_in()
    {
        var world = new EntryWorld();
        world.Sessions.End(EntryWorld.Session);

        Admit(world, End, End.Mac(EntryWorld.Key)).Should().Be(EntryRefusal.None);
        Admit(world, End, End.Mac(EntryWorld.OtherKey)).Should().Be(EntryRefusal.BadMac);
        Admit(world, Deposit, Deposit.Mac(EntryWorld.Key)).Should().Be(EntryRefusal.SessionEnded);
        world.Admit(EntryWorld.BatchOf(EntryWorld.Bid(1))).Refusal.Should().Be(EntryRefusal.SessionEnded);
        world.Admit(EntryWorld.BatchOf(EntryWorld.Cancel(1))).Refusal.Should().Be(EntryRefusal.SessionEnded);
    }

    [Fact]
    public void A_session_that_has_run_out_can_be_ended_and_takes_no_deposit()
    {
        var late = (long)EntryWorld.Grant.ExpirySeconds * 1_000;

        Admit(new EntryWorld(), Deposit, Deposit.Mac(EntryWorld.Key), late).Should().Be(EntryRefusal.SessionExpired);
        Admit(new EntryWorld(), End, End.Mac(EntryWorld.Key), late).Should().Be(EntryRefusal.None);
    }

    [Fact]
    public void Deposits_count_like_orders_and_an_end_like_a_cancel_before_anything_is_authenticated()
    {
        var world = new EntryWorld(Tight);
        world.Admit(EntryWorld.BatchOf([.. Enumerable.Range(1, 256).Select(at => EntryWorld.Bid((ulong)at))]));

        Admit(world, Deposit, []).Should().Be(EntryRefusal.SourceTooFast, "the MAC is never looked at");
        Admit(world, End, End.Mac(EntryWorld.Key)).Should().Be(EntryRefusal.None);
    }

    private static EntryRefusal Admit(
        EntryWorld world, SessionNote note, byte[] mac, long now = EntryWorld.Now)
    {
        var verdict = world.Door.Admit(note, mac, EntryWorld.Home, now, out var session);
        (session is not null).Should().Be(verdict.IsAdmitted);
        return verdict.Refusal;
    }
}
