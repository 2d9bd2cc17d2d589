using FluentAssertions;
using Marketplace.Escrow;
using Marketplace.Inference;
using Marketplace.Kernel;
using Xunit;

namespace Marketplace.Tests.Escrow;

/// <summary>Bytes computed by another implementation, so that a change of ours cannot agree with itself.</summary>
/// <remarks>
/// The commit binds chain and contract by their own words and not by the EIP-712 separator, so its values do not depend
/// on the domain's name (<c>Market Escrow</c>). There are no evidence trees: evidence is the hash of no bytes.
/// </remarks>
public sealed class ByteVectorTests
{
    private const string HelloCanonical =
        "0x0102000000b22600007d0700000b00000048656c6c6f20776f726c64010500000002000000";

    private const string HelloDigest = "0x8d4de2bf61797420a358728f1b8781d2ee4e78dd84127ac735cee8eeb283f8c6";

    // The root of the vector's evidence chunk; the commit takes it as any 32 bytes.
    private const string EvidenceRoot = "0x9bc161545a04c4da68b3a4c4af22be3d6f393a38b9b9ad273952253fd65890c6";

    private static readonly InferenceResult Hello = new("Hello world", [9906, 1917], FinishReason.Stop, 5, 2);

    [Theory]
    [InlineData("", "0xc5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470")]
    [InlineData("abc", "0x4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45")]
    [InlineData("assignment-1", "0x5c0cd5ff2a322c1d21cd82e2aa7905ffb0eb1dfbfc689a01ec7eadb6ae6de49e")]
    [InlineData("{\"prompt\":\"Hi\"}", "0x7a3bda4c52dcede063543d72b3dfc1c33a235f1baa6cdea465ab6693232298e8")]
    [InlineData(
        "Commit(bytes32 assignmentId,bytes32 inputHash,address provider,bytes32 resultDigest,"
            + "bytes32 evidenceRoot,bytes32 salt)",
        "0xf4bdcbe12ff2d04ac2773cd34e270b51678288a2fc5a544df5a5f7acf3ab75ad")]
    public void Keccak_is_Ethereums_and_not_the_standard_of_2015(string text, string expected) =>
        Keccak256.Hash(text).Should().Be(Hash32.Parse(expected));

    [Fact]
    public void A_text_result_has_one_form_in_bytes()
    {
        var bytes = CanonicalText.Encode(Hello);

        Hex.Encode(bytes).Should().Be(HelloCanonical);
        Keccak256.Hash(bytes).Should().Be(Hash32.Parse(HelloDigest));
        CanonicalText.Decode(bytes).Should().BeEquivalentTo(Hello);
    }

    [Theory]
    [InlineData(
        "0x1111111111111111111111111111111111111111",
        "0xeb793d439712ed172ed11e68b264cce6e0215a9aa780311ee9e418eb2825e741")]
    [InlineData(
        "0x2222222222222222222222222222222222222222",
        "0xf5c3ec4f8a6a64eeb2b6dd3017c40614931b587de1276b3fd60a3b506a6589e2")]
    public void A_commit_is_nine_words_bound_to_chain_escrow_and_signer(string signer, string expected)
    {
        var domain = EscrowDomain.Of(1, EthAddress.Parse("0x00000000000000000000000000000000000e5c40"));

        var commit = Commitment.Compute(
            domain,
            new AssignmentId(Keccak256.Hash("assignment-1")),
            Keccak256.Hash("{\"prompt\":\"Hi\"}"),
            EthAddress.Parse(signer),
            Hash32.Parse(HelloDigest),
            Hash32.Parse(EvidenceRoot),
            new Hash32(Enumerable.Range(0, 32).Select(value => (byte)value).ToArray()));

        commit.Should().Be(Hash32.Parse(expected));
    }

    [Fact]
    public void No_evidence_is_the_hash_of_nothing() =>
        Commitment.NoEvidence.Should().Be(
            Hash32.Parse("0xc5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470"));

    [Fact]
    public void An_odd_node_of_the_receipt_tree_is_carried_up()
    {
        var leaves = Enumerable.Range(0, 3).Select(leaf => Keccak256.Hash([0, (byte)leaf])).ToList();

        ReceiptTree.Root(leaves).Should().Be(
            Hash32.Parse("0x676366ce72431957f1cd40f14d36680b91dc00e9a34aa11cbeee2733112fd811"));
        ReceiptTree.Root([leaves[0]]).Should().Be(leaves[0]);
    }

    [Fact]
    public void A_tree_without_leaves_is_refused()
    {
        var root = () => ReceiptTree.Root([]);

        root.Should().Throw<ArgumentException>();
    }
}
