using System.Numerics;
using CsCheck;
using FluentAssertions;
using Marketplace.Kernel;
using Xunit;

namespace Marketplace.Tests.Units;

/// <summary>Money is a checked 63-bit count: it overflows loudly, and each rounding is the one in the name.</summary>
public sealed class UnitArithmeticTests
{
    private static readonly Gen<long> Count = Gen.OneOf(
        Gen.Long[0, long.MaxValue], Gen.Long[0, 5_000_000], Gen.Const(long.MaxValue));

    private static readonly Gen<BasisPoints> Share = Gen.Int[0, 10_000].Select(value => new BasisPoints(value));

    [Theory]
    [InlineData(200_000, 1, 0, 1)]
    [InlineData(200_000, 5, 1, 1)]
    [InlineData(200_000, 9, 1, 2)]
    [InlineData(1_000_000, 7, 7, 7)]
    [InlineData(1, 1_000_000, 1, 1)]
    [InlineData(0, 1_000_000, 0, 0)]
    [InlineData(1_000_000, 0, 0, 0)]
    public void A_cost_is_paid_rounded_down_and_held_rounded_up(long price, long units, long paid, long held)
    {
        new UnitPrice(price).CostDown(new Quantity(units)).Micro.Should().Be(paid);
        new UnitPrice(price).CostUp(new Quantity(units)).Micro.Should().Be(held);
    }

    [Fact]
    public void A_cost_is_exact_to_the_micro_token_or_throws() =>
        Gen.Select(Count, Count).Sample((price, units) =>
        {
            var exact = (BigInteger)price * units;
            var down = exact / 1_000_000;
            var up = (exact + 999_999) / 1_000_000;

            OrOverflow(() => new UnitPrice(price).CostDown(new Quantity(units)).Micro).Should().Be(OrOverflow(down));
            OrOverflow(() => new UnitPrice(price).CostUp(new Quantity(units)).Micro).Should().Be(OrOverflow(up));
        });

    [Fact]
    public void What_is_held_covers_legs_at_any_price_up_to_the_limit_and_the_fee_on_them() =>
        Gen.Select(Gen.Long[1, 10_000_000], Gen.Long[0, 10_000_000], Gen.Long[1, 10_000_000], Gen.Int[1, 16], Share)
            .Sample((limit, below, units, legs, fee) =>
            {
                var held = new UnitPrice(limit).CostUp(new Quantity(units)) * legs;
                var price = new UnitPrice(Math.Max(0, limit - below));
                var paid = price.CostDown(new Quantity(units)) * legs;

                (paid + fee.FeeDown(paid)).Should().BeLessThanOrEqualTo(held + fee.FeeUp(held));
            });

    [Fact]
    public void A_fee_and_the_rest_add_up_to_the_whole() => Gen.Select(Count, Share).Sample((micro, share) =>
    {
        var amount = new TokenAmount(micro);
        var down = share.FeeDown(amount);
        var up = share.FeeUp(amount);

        (down + (amount - down)).Should().Be(amount);
        (up + (amount - up)).Should().Be(amount);
        (up - down).Micro.Should().Be((BigInteger)micro * share.Value % 10_000 == 0 ? 0 : 1);
    });

    [Fact]
    public void Two_shares_that_are_the_whole_split_a_count_without_loss() =>
        Gen.Select(Count, Share).Sample((units, share) =>
        {
            var quantity = new Quantity(units);
            var rest = new BasisPoints(10_000 - share.Value);

            (share.ShareDown(quantity) + rest.ShareUp(quantity)).Should().Be(quantity);
        });

    [Fact]
    public void Sums_and_differences_are_exact_or_throw() => Gen.Select(Count, Count).Sample((left, right) =>
    {
        var sum = OrOverflow((BigInteger)left + right);

        OrOverflow(() => (new TokenAmount(left) + new TokenAmount(right)).Micro).Should().Be(sum);
        OrOverflow(() => (new Quantity(left) + new Quantity(right)).Units).Should().Be(sum);
        OrOverflow(() => TokenAmount.Sum([new TokenAmount(left), new TokenAmount(right)]).Micro).Should().Be(sum);
        OrNegative(() => (new TokenAmount(left) - new TokenAmount(right)).Micro).Should().Be(OrNegative(left - right));
        OrNegative(() => (new Quantity(left) - new Quantity(right)).Units).Should().Be(OrNegative(left - right));
    });

    [Fact]
    public void A_product_is_exact_or_throws() => Gen.Select(Count, Gen.Int[0, int.MaxValue]).Sample((micro, times) =>
        OrOverflow(() => (new TokenAmount(micro) * times).Micro).Should().Be(OrOverflow((BigInteger)micro * times)));

    [Fact]
    public void Nothing_is_negative()
    {
        Constructing(() => new TokenAmount(-1)).Should().Throw<ArgumentOutOfRangeException>();
        Constructing(() => new Quantity(-1)).Should().Throw<ArgumentOutOfRangeException>();
        Constructing(() => new UnitPrice(-1)).Should().Throw<ArgumentOutOfRangeException>();
        Constructing(() => new BasisPoints(-1)).Should().Throw<ArgumentOutOfRangeException>();
        Constructing(() => new BasisPoints(10_001)).Should().Throw<ArgumentOutOfRangeException>();
        Constructing(() => new TokenAmount(1) * -1).Should().Throw<ArgumentOutOfRangeException>();
    }

    [Fact]
    public void Units_are_ordered_as_their_counts_are() => Gen.Select(Count, Count).Sample((left, right) =>
    {
        var order = left.CompareTo(right);

        Math.Sign(new TokenAmount(left).CompareTo(new TokenAmount(right))).Should().Be(order);
        Math.Sign(new UnitPrice(left).CompareTo(new UnitPrice(right))).Should().Be(order);
        Math.Sign(new Quantity(left).CompareTo(new Quantity(right))).Should().Be(order);
        TokenAmount.Min(new TokenAmount(left), new TokenAmount(right)).Micro.Should().Be(Math.Min(left, right));
        Quantity.Min(new Quantity(left), new Quantity(right)).Units.Should().Be(Math.Min(left, right));
        (new TokenAmount(left) < new TokenAmount(right), new TokenAmount(left) <= new TokenAmount(right))
            .Should().Be((order < 0, order <= 0));
        (new UnitPrice(left) > new UnitPrice(right), new UnitPrice(left) >= new UnitPrice(right))
            .Should().Be((order > 0, order >= 0));
    });

    private static Func<object> Constructing<T>(Func<T> make) => () => make()!;

    // The result, or null where it must not exist.
    private static long? OrOverflow(BigInteger exact) => exact > long.MaxValue ? null : (long)exact;

    private static long? OrOverflow(Func<long> calculate)
    {
        try
        {
            return calculate();
        }
        catch (OverflowException)
        {
            return null;
        }
    }

    private static long? OrNegative(long difference) => difference < 0 ? null : difference;

    private static long? OrNegative(Func<long> calculate)
    {
        try
        {
            return calculate();
        }
        catch (ArgumentOutOfRangeException)
        {
            return null;
        }
    }
}
