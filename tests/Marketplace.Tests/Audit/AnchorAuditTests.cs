using FluentAssertions;
using Marketplace.Audit;
using Marketplace.Escrow;
using Marketplace.Kernel;
using Xunit;

namespace Marketplace.Tests.Audit;

/// <summary>What the chain fixed of the public log, against what the operator tells and what the log is.</summary>
public sealed class AnchorAuditTests
{
    private static readonly OperatorId Mine = new(1);
    private static readonly BatchAnchor Told = BatchAnchor.OfBook(5, Keccak256.Hash("five records"));

    [Fact]
    public void An_anchor_is_right_when_the_log_has_its_root_at_its_count() =>
        Compare(Batch(Mine, Told), [Told], Told.BookRoot).Should().ContainSingle()
            .Which.IsRight.Should().BeTrue();

    [Fact]
    public void A_log_of_another_root_is_found() =>
        Compare(Batch(Mine, Told), [Told], Keccak256.Hash("altered")).Single().IsRight.Should().BeFalse();

    [Fact]
    public void A_log_that_is_too_short_is_found() =>
        Compare(Batch(Mine, Told), [Told], null).Single().IsRight.Should().BeFalse();

    [Fact]
    public void An_anchor_that_the_operator_does_not_explain_is_found()
    {
        var row = Compare(Batch(Mine, Told), [Told with { BookRoot = default }], default(Hash32)).Single();

        (row.IsRight, row.Told).Should().Be((false, null));
    }

    [Fact]
    public void Another_operators_batch_is_not_this_ones_business() =>
        Compare(Batch(new OperatorId(2), Told), [Told], Told.BookRoot).Should().BeEmpty();

    [Fact]
    public void The_hash_covers_every_part_of_an_anchor()
    {
        var other = Keccak256.Hash("other");
        BatchAnchor[] anchors =
        [
            Told,
            Told with { BookRoot = other },
            Told with { EpochPreimage = other },
            Told with { VerdictRoot = other },
            Told with { ChainTip = other },
        ];

        anchors.Select(anchor => anchor.Hash()).Should().OnlyHaveUniqueItems();
    }

    private static BatchSettled Batch(OperatorId by, BatchAnchor anchor) => new(
        new LogPosition(new BlockNumber(3), default, 0, default), by, default, [.. anchor.Hash().ToBytes(), 0, 0]);

    private static IReadOnlyList<AnchorRow> Compare(BatchSettled batch, BatchAnchor[] told, Hash32? root) =>
        AnchorAudit.Compare([batch], Mine, told, count => count == Told.BookCount ? root : null);
}
