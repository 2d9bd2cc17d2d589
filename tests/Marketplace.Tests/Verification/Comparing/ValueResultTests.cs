using System.Text;
using CsCheck;
using FluentAssertions;
using Marketplace.Verification.Comparing;
using Xunit;

namespace Marketplace.Tests.Verification.Comparing;

public sealed class ValueResultTests
{
    [Theory]
    [InlineData(0x0000000000000000, "0")]
    [InlineData(0x8000000000000000, "0")]
    [InlineData(0x0000000000000001, "5e-324")]
    [InlineData(0x8000000000000001, "-5e-324")]
    [InlineData(0x7fefffffffffffff, "1.7976931348623157e+308")]
    [InlineData(0x4340000000000000, "9007199254740992")]
    [InlineData(0x4430000000000000, "295147905179352830000")]
    [InlineData(0x44b52d02c7e14af5, "9.999999999999997e+22")]
    [InlineData(0x44b52d02c7e14af6, "1e+23")]
    [InlineData(0x44b52d02c7e14af7, "1.0000000000000001e+23")]
    [InlineData(0x444b1ae4d6e2ef4e, "999999999999999700000")]
    [InlineData(0x444b1ae4d6e2ef4f, "999999999999999900000")]
    [InlineData(0x444b1ae4d6e2ef50, "1e+21")]
    [InlineData(0x3eb0c6f7a0b5ed8c, "9.999999999999997e-7")]
    [InlineData(0x3eb0c6f7a0b5ed8d, "0.000001")]
    [InlineData(0x41b3de4355555553, "333333333.3333332")]
    [InlineData(0x41b3de4355555557, "333333333.33333343")]
    [InlineData(0xbecbf647612f3696, "-0.0000033333333333333333")]
    [InlineData(0x43143ff3c1cb0959, "1424953923781206.2")]
    public void Numbers_are_written_as_in_the_appendix_of_RFC_8785(ulong bits, string expected) =>
        CanonicalJson.Number(BitConverter.UInt64BitsToDouble(bits)).Should().Be(expected);

    [Fact]
    public void Every_number_reads_back_to_itself() =>
        Gen.Double.Where(double.IsFinite).Sample(value =>
            double.Parse(CanonicalJson.Number(value), System.Globalization.CultureInfo.InvariantCulture)
                .Should().Be(value));

    [Fact]
    public void The_example_of_RFC_8785_has_its_canonical_text()
    {
        const string text = """
            {
              "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
              "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
              "literals": [null, true, false]
            }
            """;

        CanonicalJson.TryWrite(Encoding.UTF8.GetBytes(text)).Should().Be(
            """{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"""
            + "\"string\":\"€$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\"}");
    }

    [Fact]
    public void Members_are_ordered_by_utf_16_code_units_as_in_RFC_8785()
    {
        const string text = """
            {"\u20ac":"Euro Sign","\r":"Carriage Return","\ufb33":"Hebrew Letter Dalet With Dagesh","1":"One",
             "\ud83d\ude00":"Emoji: Grinning Face","\u0080":"Control","\u00f6":"Latin Small Letter O With Diaeresis"}
            """;

        var canonical = CanonicalJson.TryWrite(Encoding.UTF8.GetBytes(text))!;

        string[] order = ["Carriage", "One", "Control", "Latin", "Euro", "Emoji", "Hebrew"];
        order.Select(word => canonical.IndexOf(word, StringComparison.Ordinal)).Should().BeInAscendingOrder();
        canonical.Should().StartWith("{\"\\r\":");
    }

    [Theory]
    [InlineData("")]
    [InlineData("{\"a\":1,\"a\":1}")]
    [InlineData("[1,]")]
    [InlineData("1e400")]
    [InlineData("\"\\ud800\"")]
    [InlineData("{\"\\udc00\":1}")]
    [InlineData("[1] 2")]
    [InlineData("NaN")]
    [InlineData("// no\n1")]
    public void What_has_no_canonical_form_is_refused(string text)
    {
        CanonicalJson.TryWrite(Encoding.UTF8.GetBytes(text)).Should().BeNull();
        ValueResult.EncodeJson(Encoding.UTF8.GetBytes(text)).Should().BeNull();
    }

    [Theory]
    [InlineData("{\"b\": 1.0, \"a\": [true, null]}", "{\"a\":[true,null],\"b\":1}", true)]
    [InlineData("1000000", "1000001", true)]
    [InlineData("1000000", "1000002", false)]
    [InlineData("1e308", "-1e308", false)]
    [InlineData("0", "1e-300", false)]
    [InlineData("1", "\"1\"", false)]
    [InlineData("[1,2]", "[2,1]", false)]
    [InlineData("[1]", "[1,1]", false)]
    [InlineData("{\"a\":1}", "{\"a\":1,\"b\":1}", false)]
    [InlineData("{\"a\":1}", "{\"b\":1}", false)]
    [InlineData("true", "false", false)]
    [InlineData("\"yes\"", "\"Yes\"", false)]
    public void Json_is_equal_by_its_values_and_numbers_to_a_millionth(string left, string right, bool isEqual)
    {
        var (first, second) = (Bytes(left), Bytes(right));

        ValueResult.CompareJson(first, second).Outcome.Should().Be(isEqual ? Outcome.Match : Outcome.Mismatch);
        ValueResult.CompareJson(second, first).Outcome.Should().Be(isEqual ? Outcome.Match : Outcome.Mismatch);
        ValueResult.CompareJson(first, first).Outcome.Should().Be(Outcome.Match);
    }

    [Fact]
    public void Bytes_that_are_not_canonical_are_malformed_whatever_was_done_to_them() =>
        Gen.Select(Gen.Int[0, 9_999], Gen.Byte).Sample((place, value) =>
        {
            var good = Bytes("{\"a\":[1,2.5,\"x\"],\"b\":null}");
            var broken = good.ToArray();
            broken[place % good.Length] = value;

            var outcome = ValueResult.CompareJson(broken, good).Outcome;

            outcome.Should().Be(broken.SequenceEqual(good) ? Outcome.Match : Outcome.Mismatch);
            ValueResult.CompareJson(good, good.AsMemory(0, place % good.Length)).Side.Should().Be(Side.Checker);
        });

    [Fact]
    public void Text_with_spaces_was_not_hashed_as_canonical_and_no_bytes_are_missing()
    {
        byte[] spaced = [4, 3, 0, 0, 0, (byte)'[', (byte)' ', (byte)']'];

        ValueResult.CompareJson(spaced, spaced).Reason.Should().Be(ComparisonReason.EvidenceMalformed);
        ValueResult.CompareJson(Array.Empty<byte>(), spaced).Reason.Should().Be(ComparisonReason.EvidenceMissing);
        Bytes("[ ]").Should().Equal(4, 2, 0, 0, 0, (byte)'[', (byte)']');
    }

    [Theory]
    [InlineData("yes", " yes\n", Outcome.Match)]
    [InlineData("yes", "no", Outcome.Mismatch)]
    [InlineData("yes", "Yes", Outcome.Mismatch)]
    [InlineData("", "", Outcome.Mismatch)]
    [InlineData("yes", " ", Outcome.Mismatch)]
    public void One_difference_decides_labels(string left, string right, Outcome expected) =>
        ValueResult.CompareLabels(left, right).Outcome.Should().Be(expected);

    [Fact]
    public void Answers_with_few_possible_values_are_compared_as_values()
    {
        ValueResult.IsValue(2).Should().BeTrue();
        ValueResult.IsValue((1 << 20) - 1).Should().BeTrue();
        ValueResult.IsValue(1 << 20).Should().BeFalse();
    }

    private static byte[] Bytes(string text) => ValueResult.EncodeJson(Encoding.UTF8.GetBytes(text))!;
}
