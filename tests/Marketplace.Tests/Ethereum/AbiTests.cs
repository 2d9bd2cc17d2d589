using System.Numerics;
using System.Text;
using CsCheck;
using FluentAssertions;
using Marketplace.Ethereum;
using Marketplace.Kernel;
using Xunit;

namespace Marketplace.Tests.Ethereum;

public sealed class AbiTests
{
    public static TheoryData<string, AbiWriter, string> SpecificationExamples => new()
    {
        { "baz(uint32,bool)", new AbiWriter().UInt(69).Bool(true), "cdcd77c0 45 1" },
        {
            "bar(bytes3[2])",
            new AbiWriter().Tuple(new AbiWriter().FixedBytes("abc"u8).FixedBytes("def"u8)),
            "fce353f6 616263> 646566>"
        },
        {
            "sam(bytes,bool,uint256[])",
            new AbiWriter().Bytes("dave"u8).Bool(true).Array(Numbers(1, 2, 3)),
            "a5643bf2 60 1 a0 4 64617665> 3 1 2 3"
        },
        {
            "f(uint256,uint32[],bytes10,bytes)",
            new AbiWriter()
                .UInt(0x123)
                .Array(Numbers(0x456, 0x789))
                .FixedBytes("1234567890"u8)
                .Bytes("Hello, world!"u8),
            "8be65246 123 80 31323334353637383930> e0 2 456 789 d 48656c6c6f2c20776f726c6421>"
        },
        {
            "g(uint256[][],string[])",
            new AbiWriter()
                .Array([new AbiWriter().Array(Numbers(1, 2)), new AbiWriter().Array(Numbers(3))])
                .Array([new AbiWriter().String("one"), new AbiWriter().String("two"), new AbiWriter().String("three")]),
            "2289b18c 40 140 2 40 a0 2 1 2 1 3 3 60 a0 e0 3 6f6e65> 3 74776f> 5 7468726565>"
        },
    };

    [Theory]
    [MemberData(nameof(SpecificationExamples))]
    public void The_examples_of_the_specification_are_written(string signature, AbiWriter args, string expected) =>
        Hex.Encode(AbiWriter.Call(signature, args)).Should().Be(Spelled(expected));

    [Fact]
    public void Selectors_and_topics_are_those_of_every_token()
    {
        Hex.Encode(Abi.Selector("transfer(address,uint256)")).Should().Be("0xa9059cbb");
        Abi.EventTopic("Transfer(address,address,uint256)").ToString()
            .Should().Be("0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef");
    }

    [Fact]
    public void Every_value_survives_the_round_trip() =>
        Gen.Select(EthereumGen.UInt256, EthereumGen.Int256, EthereumGen.Address, Gen.Bool, EthereumGen.Bytes,
                Gen.String)
            .Where((_, _, _, _, _, text) => !text.Any(char.IsSurrogate))
            .Sample(
                (number, signed, address, flag, bytes, text) =>
                {
                    var reader = new AbiReader(new AbiWriter()
                        .UInt(number).Bytes(bytes).Int(signed).Address(address).String(text).Bool(flag).ToArray());

                    reader.UInt256().Should().Be(number);
                    reader.Bytes().Should().Equal(bytes);
                    reader.Int256().Should().Be(signed);
                    reader.Address().Should().Be(address);
                    reader.String().Should().Be(text);
                    reader.Bool().Should().Be(flag);
                    reader.End();
                },
                iter: 300);

    [Fact]
    public void Arrays_of_structs_survive_the_round_trip() =>
        Gen.Select(EthereumGen.UInt256, EthereumGen.Bytes).Array[0, 5].Sample(
            lines =>
            {
                var written = new AbiWriter().UInt(7).Array([.. lines.Select(line =>
                    new AbiWriter().Tuple(new AbiWriter().UInt(line.Item1).Bytes(line.Item2)))]);

                var reader = new AbiReader(written.ToArray());
                reader.UInt256().Should().Be(7);
                var read = reader.Array(items => items.Tuple(line => (line.UInt256(), line.Bytes())));
                reader.End();

                read.Should().BeEquivalentTo(lines, options => options.WithStrictOrdering());
            },
            iter: 100);

    [Fact]
    public void Whatever_bytes_are_read_are_written_back_the_same() =>
        Gen.Byte[0, 0x60].Array[1, 6].Select(bytes => Hex.Decode(Words(bytes))).Sample(
            bytes =>
            {
                try
                {
                    var reader = new AbiReader(bytes);
                    var (first, second) = (reader.Bytes(), reader.Array(items => items.UInt256()));
                    reader.End();
                    var again = new AbiWriter()
                        .Bytes(first)
                        .Array([.. second.Select(item => new AbiWriter().UInt(item))]);
                    return again.ToArray().SequenceEqual(bytes);
                }
                catch (AbiDecodingException)
                {
                    return true;
                }
            },
            iter: 5000);

    [Theory]
    [InlineData("", "a missing word")]
    [InlineData("20", "an offset past the end")]
    [InlineData("0 0", "an offset into the head")]
    [InlineData("40 0 0", "a gap before the tail")]
    [InlineData("20 1", "a length past the end")]
    [InlineData("20 1 6100000000000000000000000000000000000000000000000000000000000001", "dirty padding")]
    [InlineData("20 ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff", "a huge length")]
    [InlineData("ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff", "a huge offset")]
    [InlineData("20 1 61> 0", "bytes that nobody reads")]
    public void Bytes_are_read_in_their_canonical_form_only(string words, string because)
    {
        var read = () =>
        {
            var reader = new AbiReader(Hex.Decode(Spelled(words)));
            reader.Bytes();
            reader.End();
        };

        read.Should().Throw<AbiDecodingException>(because);
    }

    [Fact]
    public void Words_that_the_type_does_not_have_are_refused()
    {
        var full = Hex.Decode("0x" + new string('f', 64));

        new AbiReader(full).Invoking(reader => reader.Address()).Should().Throw<AbiDecodingException>();
        new AbiReader(full).Invoking(reader => reader.Bool()).Should().Throw<AbiDecodingException>();
        new AbiReader(full).Invoking(reader => reader.UInt64()).Should().Throw<AbiDecodingException>();
        new AbiReader(full).Invoking(reader => reader.FixedBytes(31)).Should().Throw<AbiDecodingException>();
        new AbiReader(new AbiWriter().Bytes([0xff]).ToArray())
            .Invoking(reader => reader.String()).Should().Throw<AbiDecodingException>();
        new AbiReader(full).Int256().Should().Be(-1);
    }

    [Fact]
    public void Numbers_that_do_not_fit_a_word_are_not_written()
    {
        var limit = BigInteger.One << 256;

        FluentActions.Invoking(() => new AbiWriter().UInt(limit)).Should().Throw<OverflowException>();
        FluentActions.Invoking(() => new AbiWriter().UInt(BigInteger.MinusOne)).Should().Throw<OverflowException>();
        FluentActions.Invoking(() => new AbiWriter().Int(limit >> 1)).Should().Throw<OverflowException>();
        new AbiReader(new AbiWriter().Int(-(limit >> 1)).ToArray()).Int256().Should().Be(-(limit >> 1));
    }

    private static AbiWriter[] Numbers(params ulong[] numbers) =>
        [.. numbers.Select(number => new AbiWriter().UInt(number))];

    private static string Words(byte[] bytes) =>
        "0x" + string.Concat(bytes.Select(one => (one & 0x63).ToString("x64", null)));

    // One word each: 45 is padded on the left, 616263> on the right; eight digits in front are a selector.
    private static string Spelled(string words)
    {
        var text = new StringBuilder("0x");
        foreach (var word in words.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            var isSelector = word.Length == 8 && text.Length == 2;
            var padded = word.EndsWith('>') ? word[..^1].PadRight(64, '0') : word.PadLeft(64, '0');
            text.Append(isSelector ? word : padded);
        }

        return text.ToString();
    }
}
