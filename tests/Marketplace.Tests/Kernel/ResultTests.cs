using FluentAssertions;
using Marketplace.Kernel;
using Xunit;

namespace Marketplace.Tests.Units;

public sealed class ResultTests
{
    private enum Refusal
    {
        TooLate = 1,
        TooMuch,
    }

    [Fact]
    public void A_value_is_given_and_matched()
    {
        Result<int, Refusal> result = 7;

        (result.IsOk, result.Value).Should().Be((true, 7));
        (result.TryGet(out var found), found).Should().Be((true, 7));
        result.Match(ok => $"{ok}", refusal => $"{refusal}").Should().Be("7");
        result.ToString().Should().Be("Ok(7)");
    }

    [Fact]
    public void A_refusal_has_a_reason_and_no_value()
    {
        Result<int, Refusal> result = Refusal.TooMuch;

        (result.IsOk, result.Rejection).Should().Be((false, Refusal.TooMuch));
        result.TryGet(out _).Should().BeFalse();
        result.Match(ok => $"{ok}", refusal => $"{refusal}").Should().Be("TooMuch");
        result.ToString().Should().Be("Refused(TooMuch)");
        FluentActions.Invoking(() => result.Value)
            .Should().Throw<InvariantViolationException>().WithMessage("*TooMuch*");
    }

    [Fact]
    public void Results_are_equal_when_their_outcomes_are()
    {
        Result<int, Refusal> zero = 0;
        Result<int, Refusal> late = Refusal.TooLate;

        (zero == 0).Should().BeTrue();
        (late == Refusal.TooLate).Should().BeTrue();
        (late != Refusal.TooMuch).Should().BeTrue();
        (zero == late).Should().BeFalse("a refusal is not the value zero");
        zero.Equals((object)late).Should().BeFalse();
        late.GetHashCode().Should().Be(((Result<int, Refusal>)Refusal.TooLate).GetHashCode());
    }

    [Fact]
    public void An_uninitialised_result_is_no_value() =>
        FluentActions.Invoking(() => default(Result<int, Refusal>).Value).Should().Throw<InvariantViolationException>();

    [Fact]
    public void A_value_may_be_known_by_its_interface() =>
        Result<IReadOnlyList<int>, Refusal>.Ok([1, 2]).Value.Should().Equal(1, 2);

    [Fact]
    public void A_broken_invariant_says_why_and_a_kept_one_says_nothing()
    {
        Invariant.Holds(true, "never seen");

        FluentActions.Invoking(() => Invariant.Holds(false, "water is wet"))
            .Should().Throw<InvariantViolationException>().WithMessage("water is wet");
    }
}
