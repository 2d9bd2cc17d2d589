using CsCheck;
using FluentAssertions;
using Marketplace.Kernel;
using Marketplace.Verification.Comparing;
using Xunit;

namespace Marketplace.Tests.Verification.Comparing;

/// <summary>Bytes and vectors are those of verification 5.4 and 6.7.</summary>
public sealed class EvidenceTests
{
    private static readonly TokenChoice[] Hello =
    [
        new(9906, Nats(-0.0125), [new(9906, Nats(-0.0125)), new(13347, Nats(-4.75))]),
        new(1917, Nats(-0.3), [new(1917, Nats(-0.3)), new(0, Nats(-1.7))]),
    ];

    private static readonly Gen<TokenChoice> Choice =
        Gen.Select(Gen.UInt, Gen.Short, Gen.Select(Gen.UInt, Gen.Short).Array[0, 6]).Select((id, milliNats, top) =>
            new TokenChoice(id, milliNats, [.. top.Select(row => new Alternative(row.Item1, row.Item2))]));

    private static readonly Gen<Hash32[]> Leaves =
        Gen.Byte.Array[1, 40].Select(bytes => bytes.Select((_, index) => Keccak256.Hash([0, (byte)index])).ToArray());

    [Theory]
    [InlineData(-0.0125, -13)]
    [InlineData(-0.0005, -1)]
    [InlineData(-0.00049, 0)]
    [InlineData(-40, -32768)]
    [InlineData(0.2, 0)]
    [InlineData(double.NegativeInfinity, -32768)]
    public void Log_probabilities_are_thousandths_rounded_half_away_from_zero(double nats, short expected) =>
        MilliNats.FromNats(nats).Should().Be(expected);

    [Fact]
    public void What_is_not_a_number_is_no_log_probability() =>
        FluentActions.Invoking(() => MilliNats.FromNats(double.NaN)).Should().Throw<ArgumentOutOfRangeException>();

    [Fact]
    public void One_chunk_has_the_bytes_and_the_root_of_the_vector()
    {
        Convert.ToHexStringLower(EvidenceChunk.Encode(0, Hello)).Should().Be(
            "0000000000b2260000f3ff02b2260000f3ff2334000072ed7d070000d4fe027d070000d4fe000000005cf9");
        EvidenceTree.RootOf(Hello).Should().Be(
            Hash32.Parse("0x9bc161545a04c4da68b3a4c4af22be3d6f393a38b9b9ad273952253fd65890c6"));
    }

    [Fact]
    public void A_leaf_without_a_partner_is_carried_up()
    {
        Hash32[] leaves = [Keccak256.Hash([0, 0]), Keccak256.Hash([0, 1]), Keccak256.Hash([0, 2])];

        EvidenceTree.Root(leaves).Should().Be(
            Hash32.Parse("0x676366ce72431957f1cd40f14d36680b91dc00e9a34aa11cbeee2733112fd811"));
        EvidenceTree.PathOf(leaves, 2).Should().ContainSingle("it meets nobody on the lowest level");
    }

    [Fact]
    public void Without_evidence_the_root_is_the_hash_of_nothing() =>
        EvidenceTree.RootOf([]).Should().Be(
            Hash32.Parse("0xc5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470"));

    [Fact]
    public void Every_leaf_is_proved_at_its_own_place_and_at_no_other() =>
        Gen.Select(Leaves, Gen.Int[0, 99], Gen.Int[0, 99]).Sample((leaves, first, second) =>
        {
            var (index, other) = (first % leaves.Length, second % leaves.Length);
            var (root, path) = (EvidenceTree.Root(leaves), EvidenceTree.PathOf(leaves, index));

            EvidenceTree.Holds(root, leaves.Length, index, leaves[index], path).Should().BeTrue();
            EvidenceTree.Holds(root, leaves.Length, other, leaves[index], path).Should().Be(index == other);
            EvidenceTree.Holds(root, leaves.Length, index, leaves[other], path).Should().Be(index == other);
            EvidenceTree.Holds(root, leaves.Length, index, leaves[index], [.. path, root]).Should().BeFalse();
            EvidenceTree.Holds(root, leaves.Length, leaves.Length, leaves[index], path).Should().BeFalse();
            EvidenceTree.Holds(root, leaves.Length, -1, leaves[index], path).Should().BeFalse();
        });

    [Fact]
    public void What_was_written_is_read_back() =>
        Choice.Array[1, 100].Sample(evidence =>
        {
            var read = EvidenceTree.Read(EvidenceTree.RootOf(evidence), EvidenceTree.Chunks(evidence));

            read.Value.Select(token => (token.Id, token.MilliNats))
                .Should().Equal(evidence.Select(token => (token.Id, token.MilliNats)));
            read.Value.SelectMany(token => token.Top).Should().Equal(evidence.SelectMany(token => token.Top));
        });

    [Fact]
    public void Chunks_that_are_not_those_of_the_root_are_refused() =>
        Gen.Select(Choice.Array[33, 80], Gen.Int[0, 9_999], Gen.Int[1, 255], Gen.Int[0, 3]).Sample(
            (evidence, place, change, kind) =>
            {
                var root = EvidenceTree.RootOf(evidence);
                var chunks = EvidenceTree.Chunks(evidence).ToList();

                Damage(chunks, place, (byte)change, kind);

                EvidenceTree.Read(root, chunks).Should().Be(Refused(EvidenceFault.BadBytes));
            }, iter: 200);

    [Fact]
    public void Committed_bytes_mean_one_thing_or_nothing() =>
        Gen.Select(Choice.Array[1, 3], Gen.Int[0, 9_999], Gen.Byte).Sample((evidence, place, value) =>
        {
            var bytes = EvidenceChunk.Encode(7, evidence);
            bytes[place % bytes.Length] = value;

            if (EvidenceChunk.Decode(7, bytes).TryGet(out var tokens))
            {
                EvidenceChunk.Encode(7, tokens).Should().Equal(bytes);
            }
        });

    [Fact]
    public void A_chunk_with_a_wrong_index_or_before_the_last_not_full_is_refused()
    {
        var chunk = EvidenceChunk.Encode(0, Hello);
        byte[][] chunks = [chunk, EvidenceChunk.Encode(1, Hello)];

        EvidenceChunk.Decode(1, chunk).Should().Be(Refused(EvidenceFault.BadBytes));
        EvidenceTree.Read(EvidenceTree.Root([.. chunks.Select(EvidenceTree.LeafOf)]), chunks)
            .Should().Be(Refused(EvidenceFault.BadBytes));
        EvidenceTree.Read(EvidenceTree.RootOf([]), []).Should().Be(Refused(EvidenceFault.Missing));
    }

    private static void Damage(List<byte[]> chunks, int place, byte change, int kind)
    {
        var at = place % chunks.Count;
        switch (kind)
        {
            case 0:
                chunks[at][place % chunks[at].Length] ^= change;
                break;
            case 1:
                chunks.RemoveAt(at);
                break;
            case 2:
                chunks.Reverse();
                break;
            default:
                chunks[at] = chunks[at][..^1];
                break;
        }
    }

    private static short Nats(double nats) => MilliNats.FromNats(nats);

    private static Result<IReadOnlyList<TokenChoice>, EvidenceFault> Refused(EvidenceFault fault) => fault;
}
