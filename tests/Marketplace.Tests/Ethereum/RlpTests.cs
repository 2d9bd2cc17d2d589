using System.Text;
using CsCheck;
using FluentAssertions;
using Marketplace.Ethereum;
using Marketplace.Kernel;
using Xunit;

namespace Marketplace.Tests.Ethereum;

public sealed class RlpTests
{
    private static readonly Gen<RlpItem> Items = Gen.Recursive<RlpItem>((depth, items) => depth >= 3
        ? EthereumGen.Bytes.Select(bytes => RlpItem.Of(bytes))
        : Gen.OneOf(
            EthereumGen.Bytes.Select(bytes => RlpItem.Of(bytes)),
            items.Array[0, 4].Select(children => RlpItem.List(children))));

    public static TheoryData<RlpItem, string> SpecificationExamples => new()
    {
        { Text("dog"), "0x83646f67" },
        { RlpItem.List(Text("cat"), Text("dog")), "0xc88363617483646f67" },
        { Text(""), "0x80" },
        { RlpItem.List(), "0xc0" },
        { RlpItem.Of(0ul), "0x80" },
        { RlpItem.Of([0]), "0x00" },
        { RlpItem.Of(15ul), "0x0f" },
        { RlpItem.Of(1024ul), "0x820400" },
        { SetOfThree(), "0xc7c0c1c0c3c0c1c0" },
        {
            Text("Lorem ipsum dolor sit amet, consectetur adipisicing elit"),
            "0xb8384c6f72656d20697073756d20646f6c6f722073697420616d65742c20"
            + "636f6e7365637465747572206164697069736963696e6720656c6974"
        },
    };

    [Theory]
    [MemberData(nameof(SpecificationExamples))]
    public void The_examples_of_the_specification_are_written_and_read(RlpItem item, string encoded)
    {
        Hex.Encode(Rlp.Encode(item)).Should().Be(encoded);
        Hex.Encode(Rlp.Encode(Rlp.Decode(Hex.Decode(encoded)))).Should().Be(encoded);
    }

    [Fact]
    public void Every_item_survives_the_round_trip() =>
        Items.Sample(item => AreSame(Rlp.Decode(Rlp.Encode(item)), item), iter: 500);

    [Fact]
    public void Whatever_bytes_are_read_are_written_back_the_same() =>
        Gen.Byte.Array[0, 12].Sample(
            bytes =>
            {
                try
                {
                    return Rlp.Encode(Rlp.Decode(bytes)).SequenceEqual(bytes);
                }
                catch (RlpDecodingException)
                {
                    return true;
                }
            },
            iter: 5000);

    [Theory]
    [InlineData("0x")]
    [InlineData("0x8100")]
    [InlineData("0x817f")]
    [InlineData("0xb80100")]
    [InlineData("0xb90000")]
    [InlineData("0xb83700")]
    [InlineData("0xbfffffffffffffffff")]
    [InlineData("0xffffffffffffffffff")]
    [InlineData("0x83646f")]
    [InlineData("0x83646f6700")]
    [InlineData("0xc883636174")]
    [InlineData("0xc283646f67")]
    [InlineData("0xf80100")]
    public void Anything_but_the_canonical_form_is_refused(string encoded) =>
        FluentActions.Invoking(() => Rlp.Decode(Hex.Decode(encoded))).Should().Throw<RlpDecodingException>();

    [Fact]
    public void Deep_nesting_is_refused_before_the_stack_ends()
    {
        var item = RlpItem.List();
        for (var depth = 0; depth < 100; depth++)
        {
            item = RlpItem.List(item);
        }

        FluentActions.Invoking(() => Rlp.Decode(Rlp.Encode(item))).Should().Throw<RlpDecodingException>();
    }

    [Fact]
    public void A_number_has_no_leading_zeros()
    {
        RlpItem.Of(1024ul).ToUnsigned().Should().Be(1024);
        RlpItem.Of([0, 1]).Invoking(item => item.ToUnsigned()).Should().Throw<RlpDecodingException>();
        RlpItem.List().Invoking(item => item.ToUnsigned()).Should().Throw<RlpDecodingException>();
    }

    private static RlpItem Text(string text) => RlpItem.Of(Encoding.ASCII.GetBytes(text));

    private static RlpItem SetOfThree()
    {
        var one = RlpItem.List(RlpItem.List());
        return RlpItem.List(RlpItem.List(), one, RlpItem.List(RlpItem.List(), one));
    }

    private static bool AreSame(RlpItem left, RlpItem right) => left.IsList == right.IsList && (left.IsList
        ? left.Items.Count == right.Items.Count && left.Items.Zip(right.Items, AreSame).All(isSame => isSame)
        : left.Bytes.SequenceEqual(right.Bytes));
}
