using CsCheck;
using FluentAssertions;
using Marketplace.Escrow;
using Marketplace.Kernel;
using Xunit;

namespace Marketplace.Tests.Escrow;

public sealed class StatementLinesTests
{
    private const long TooMuch = 1L << 40;

    private static readonly Gen<ProviderLine> Line = Gen.Select(
        Gen.UInt[1, (1 << 24) - 1],
        Gen.Long[0, TooMuch - 1].Array[1, 255],
        (provider, amounts) => new ProviderLine(
            new ProviderId(provider), amounts.Select(amount => new TokenAmount(amount)).ToList()));

    [Fact]
    public void What_was_written_is_read() => Line.List[0, 5].Sample(lines =>
    {
        var bytes = StatementLines.Encode(lines);

        StatementLines.CanEncode(lines).Should().BeTrue();
        bytes.Length.Should().Be(lines.Sum(line => 4 + (5 * line.Amounts.Count)));
        StatementLines.Decode(bytes).Should().BeEquivalentTo(lines, options => options.WithStrictOrdering());
    });

    [Theory]
    [InlineData(1, 1, TooMuch)]
    [InlineData(1, 1, long.MaxValue)]
    [InlineData(0, 1, 5)]
    [InlineData(1 << 24, 1, 5)]
    [InlineData(1, 0, 5)]
    [InlineData(1, 256, 5)]
    public void What_does_not_fit_its_field_is_refused_and_never_cut(uint provider, int count, long amount)
    {
        var lines = new[]
        {
            new ProviderLine(new ProviderId(provider), Enumerable.Repeat(new TokenAmount(amount), count).ToList()),
        };

        var encode = () => StatementLines.Encode(lines);

        encode.Should().Throw<FieldOverflowException>();
        StatementLines.CanEncode(lines).Should().BeFalse();
    }

    [Fact]
    public void Any_bytes_are_lines_or_are_refused_as_such() => Gen.Byte.Array[0, 64].Sample(bytes =>
    {
        try
        {
            StatementLines.Encode(StatementLines.Decode(bytes)).Should().Equal(bytes, "there is one form of each");
        }
        catch (FormatException)
        {
            // The one refusal that there may be.
        }
    });
}
