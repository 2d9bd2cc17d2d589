using System.Globalization;
using FluentAssertions;
using Marketplace.Kernel;
using Marketplace.Verification;
using Marketplace.Verification.Auditing;
using Xunit;

namespace Marketplace.Tests.Verification.Auditing;

/// <summary>Verification 6.7: the vectors of the lottery, of the checker draw and of the hash chain.</summary>
public sealed class DrawVectorTests
{
    private const string CommitOfFirst = "0xeb793d439712ed172ed11e68b264cce6e0215a9aa780311ee9e418eb2825e741";
    private const string CommitOfSecond = "0xf5c3ec4f8a6a64eeb2b6dd3017c40614931b587de1276b3fd60a3b506a6589e2";

    [Theory]
    [InlineData(CommitOfFirst, 15_912_860_812_872_696_384UL)]
    [InlineData(CommitOfSecond, 7_030_532_773_893_918_705UL)]
    public void The_ticket_of_a_commit_is_that_of_6_7(string commit, ulong ticket) =>
        Seed(Hash32.Parse(commit)).AuditTicket().Should().Be(ticket);

    [Fact]
    public void A_commit_is_drawn_where_its_ticket_is_below_the_threshold_of_6_7()
    {
        var second = Seed(Hash32.Parse(CommitOfSecond));
        var third = Seed(Keccak256.Hash("c11"));

        third.AuditTicket().Should().Be(790_407_835_506_548_641UL);
        AuditLottery.IsDrawn(second, new PartsPerMillion(500_000)).Should().BeTrue();
        AuditLottery.IsDrawn(second, new PartsPerMillion(50_000)).Should().BeFalse();
        AuditLottery.IsDrawn(third, new PartsPerMillion(50_000)).Should().BeTrue();
        AuditLottery.IsDrawn(third, new PartsPerMillion(20_000)).Should().BeFalse();
    }

    [Theory]
    [InlineData(0, "0")]
    [InlineData(20_000, "368934881474191032")]
    [InlineData(50_000, "922337203685477580")]
    [InlineData(500_000, "9223372036854775808")]
    [InlineData(1_000_000, "18446744073709551616")]
    public void The_threshold_of_a_probability_is_that_of_6_7(int probability, string threshold) =>
        AuditLottery.Threshold(new PartsPerMillion(probability))
            .Should().Be(UInt128.Parse(threshold, CultureInfo.InvariantCulture));

    [Fact]
    public void The_three_checkers_of_the_first_commit_are_those_of_6_7()
    {
        var fleet = new[] { (0x55, 50L), (0x33, 100L), (0x22, 100L), (0x44, 300L) }
            .Select(of => Fleet.Candidate(of.Item1, of.Item2)).ToList();

        var drawn = CheckerDraw.Draw(
            Seed(Hash32.Parse(CommitOfFirst)), DrawRules.Default, Fleet.Party(0x11), fleet, [], [], 0, 3);

        drawn.Value.Select(round => (round.Ticket, round.TotalWeight, round.Drawn.Party.Provider)).Should().Equal(
            (37, 550, Fleet.Address(0x22)), (355, 450, Fleet.Address(0x44)), (78, 150, Fleet.Address(0x33)));
    }

    [Fact]
    public void The_chain_from_the_hash_of_seed_is_that_of_6_7()
    {
        var seed = Keccak256.Hash("seed");

        new[] { 3, 2, 1 }.Select(epoch => EpochChain.Preimage(seed, 3, epoch)).Should().Equal(
            seed,
            EpochChain.Link(seed),
            EpochChain.Link(EpochChain.Link(seed)));
        new[] { seed, EpochChain.Link(seed), EpochChain.Link(EpochChain.Link(seed)), EpochChain.Anchor(seed, 3) }
            .Should().ContainInOrder(
                Hash32.Parse("0x66a80b61b29ec044d14c4c8c613e762ba1fb8eeb0c454d1ee00ed6dedaa5b5c5"),
                Hash32.Parse("0x91ad6ec9670747c548a9ec2afd1d9e6e7f8dc2bf4da27f5ff81f9ada4a91b01b"),
                Hash32.Parse("0x4fd2cddd334dab1c4005161c290f25a0e18d4175ecfa898b17095d8ec2dd344a"));
    }

    private static DrawSeed Seed(Hash32 commit) =>
        new(Keccak256.Hash("epoch-7-preimage"), Keccak256.Hash("buyer-nonce"), commit);
}
