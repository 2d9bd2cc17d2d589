using CsCheck;
using FluentAssertions;
using Marketplace.Kernel;
using Marketplace.Verification;
using Marketplace.Verification.Auditing;
using Xunit;

namespace Marketplace.Tests.Verification.Auditing;

public sealed class EpochChainTests
{
    private static readonly Hash32 Seed = Keccak256.Hash("seed");

    [Fact]
    public void Every_epoch_s_preimage_opens_the_one_before_it_until_the_seed_ends_the_chain() =>
        Gen.Int[1, 20].Sample(length =>
        {
            var chain = ShownChain.Anchored(EpochChain.Anchor(Seed, length), length);

            for (var epoch = 1; epoch <= length; epoch++)
            {
                chain = chain.Show(epoch, EpochChain.Preimage(Seed, length, epoch)).Value;
            }

            chain.Preimage.Should().Be(Seed);
            chain.Show(length + 1, Seed).Rejection.Should().Be(PreimageRejection.ChainIsSpent);
        });

    [Fact]
    public void A_preimage_that_was_not_fixed_beforehand_is_refused()
    {
        var chain = ShownChain.Anchored(EpochChain.Anchor(Seed, 3), 3);
        var first = EpochChain.Preimage(Seed, 3, 1);

        chain.Show(1, Keccak256.Hash("better for me")).Rejection.Should()
            .Be(PreimageRejection.DoesNotHashToThePrevious);
        chain.Show(2, EpochChain.Preimage(Seed, 3, 2)).Rejection.Should().Be(PreimageRejection.NotTheNextEpoch);
        chain.Show(1, first).Value.Show(1, first).Value.Epoch.Should().Be(1, "the same again changes nothing");
    }

    [Fact]
    public void A_nonce_that_is_not_shown_or_opens_nothing_is_replaced_by_the_block()
    {
        var nonce = Keccak256.Hash("nonce");
        var hash = Keccak256.Hash(nonce.ToBytes());
        var block = Keccak256.Hash("block");

        DrawSeed.NonceThatCounts(hash, nonce, block).Should().Be(nonce);
        DrawSeed.NonceThatCounts(hash, null, block).Should().Be(block);
        DrawSeed.NonceThatCounts(hash, Keccak256.Hash("another"), block).Should().Be(block);
    }

    [Fact]
    public void A_twentieth_of_a_hundred_thousand_commits_is_drawn_and_all_are_where_it_is_certain()
    {
        // E8 of the design, at a tenth of its size: 5,000 hits, three standard deviations are 207.
        var floor = AuditRules.Default.Floor;
        var seeds = Enumerable.Range(0, 100_000)
            .Select(no => new DrawSeed(Seed, default, Keccak256.Hash($"commit {no}"))).ToList();

        seeds.Count(seed => AuditLottery.IsDrawn(seed, floor)).Should().BeInRange(4_793, 5_207);
        seeds.Should().OnlyContain(seed => AuditLottery.IsDrawn(seed, PartsPerMillion.Always));
        seeds.Should().NotContain(seed => AuditLottery.IsDrawn(seed, default));
    }
}
