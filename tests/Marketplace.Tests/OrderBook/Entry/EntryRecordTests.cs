using System.Runtime.InteropServices;
using CsCheck;
using FluentAssertions;
using Marketplace.Matching;
using Marketplace.OrderBook.Entry;
using Xunit;

namespace Marketplace.Tests.OrderBook.Entry;

public sealed class EntryRecordTests
{
    [Fact]
    public void A_client_places_cancels_and_amends()
    {
        Check(EntryWorld.Bid(1) with { Terms = 0x7f, Replicas = 3, PayloadRecords = 8, ExpirySeconds = 5, Minimum = 7 })
            .Should().Be(EntryRefusal.None);
        Check(EntryWorld.Cancel(1)).Should().Be(EntryRefusal.None);
        Check(EntryWorld.Amend(1)).Should().Be(EntryRefusal.None);
    }

    [Fact]
    public void Every_other_command_is_the_operators()
    {
        CommandKind[] allowed = [CommandKind.Place, CommandKind.Cancel, CommandKind.Amend];
        for (var kind = 0; kind <= byte.MaxValue; kind++)
        {
            var refusal = Check(new MatchCommand
            {
                Kind = (CommandKind)kind,
                Account = EntryWorld.Account,
                Session = EntryWorld.Session,
                ClientSeq = 1,
            });

            (refusal == EntryRefusal.KindNotAllowed).Should().Be(!allowed.Contains((CommandKind)kind));
        }
    }

    [Fact]
    public void What_the_journal_sets_comes_as_zero()
    {
        Check(EntryWorld.Bid(1) with { Seq = 1 }).Should().Be(EntryRefusal.ReservedFieldSet);
        Check(EntryWorld.Bid(1) with { TimeMilliseconds = 1 }).Should().Be(EntryRefusal.ReservedFieldSet);
        Check(EntryWorld.Bid(1) with { Checksum = 1 }).Should().Be(EntryRefusal.ReservedFieldSet);
    }

    [Fact]
    public void Fields_that_a_kind_does_not_use_come_as_zero()
    {
        MatchCommand[] wrong =
        [
            EntryWorld.Bid(1) with { Terms = 0x80 },
            .. new[] { EntryWorld.Cancel(1), EntryWorld.Amend(1) }.SelectMany(command => new[]
            {
                command with { Terms = 1 },
                command with { Replicas = 1 },
                command with { PayloadRecords = 1 },
                command with { Signature = 1 },
                command with { TargetGeneration = 1 << 20 },
            }),
            EntryWorld.Cancel(1) with { Tick = 1 },
            EntryWorld.Cancel(1) with { Quantity = 1 },
        ];

        wrong.Select(Check).Should().AllBeEquivalentTo(EntryRefusal.ReservedFieldSet);
    }

    [Fact]
    public void An_order_names_its_own_session_and_account_and_has_a_number()
    {
        Check(EntryWorld.Bid(1) with { Session = 8, Account = 41 }).Should().Be(EntryRefusal.ForeignSession);
        Check(EntryWorld.Bid(1) with { Account = 41 }).Should().Be(EntryRefusal.ForeignAccount);
        Check(EntryWorld.Bid(0)).Should().Be(EntryRefusal.InvalidSequence);
    }

    [Fact]
    public void An_order_has_the_same_fingerprint_before_and_after_the_journal_numbered_it()
    {
        var sent = EntryWorld.Bid(1);
        var journalled = sent with { Seq = 5, TimeMilliseconds = 6, Checksum = 7 };

        EntryRecord.FingerprintOf(journalled, []).Should().Be(EntryRecord.FingerprintOf(sent, []));
    }

    [Fact]
    public void A_change_of_any_byte_that_a_client_sets_changes_the_fingerprint() =>
        Gen.Select(EntryWorld.AnyOrder, Gen.Byte[1, 255]).Sample((order, flip) =>
        {
            var payload = order.Payload.ToArray();
            var first = EntryRecord.FingerprintOf(order.Command, payload);
            for (var index = 16; index < 60; index++)
            {
                EntryRecord.FingerprintOf(Flipped(order.Command, index, flip), payload).Should().NotBe(first);
            }

            for (var index = 0; index < payload.Length; index++)
            {
                payload[index] ^= flip;
                EntryRecord.FingerprintOf(order.Command, payload).Should().NotBe(first);
                payload[index] ^= flip;
            }
        }, iter: 50);

    private static MatchCommand Flipped(MatchCommand command, int index, byte flip)
    {
        MemoryMarshal.AsBytes(new Span<MatchCommand>(ref command))[index] ^= flip;
        return command;
    }

    private static EntryRefusal Check(MatchCommand command) =>
        EntryRecord.Check(command, EntryWorld.Session, EntryWorld.Account);
}
