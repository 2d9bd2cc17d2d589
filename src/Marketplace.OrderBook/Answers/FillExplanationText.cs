using System.Globalization;
using Marketplace.Kernel;
using Marketplace.Matching;

namespace Marketplace.OrderBook.Answers;

/// <summary>
/// Tells an explanation to a person, one sentence a line. Amounts are in micro-tokens.
/// </summary>
/// <param name="offered">Names of what the other side offers and this order requires.</param>
/// <param name="own">Names of what this order offers and the other side requires.</param>
/// <param name="tickSize">Micro-tokens per 10^6 units of one tick; null to tell prices in ticks.</param>
public sealed class FillExplanationText(AttributeSchema offered, AttributeSchema own, long? tickSize = null)
{
    public string Tell(OrderQuestion order, FillExplanation why) => string.Join('\n', Lines(order, why));

    private IEnumerable<string> Lines(OrderQuestion order, FillExplanation why)
    {
        yield return why.State switch
        {
            FillState.WouldFill => $"This {Name(order)} would fill whole if it were placed now.",
            FillState.WaitsForAuction => $"This {Name(order)} waits for the next auction of its market.",
            _ => $"This {Name(order)} does not fill: "
                + $"{Text(why.WouldTrade)} of {Text(order.Total)} units would trade now.",
        };
        yield return why.Offers == 1
            ? $"1 {Other(order)} stands on the other side."
            : $"{Text(why.Offers)} {Other(order)}s stand on the other side.";
        foreach (var report in why.Constraints)
        {
            yield return Tell(order, report);
        }

        if (why.State == FillState.WouldNotFill)
        {
            yield return why.FillsAtTick is { } tick
                ? $"With all else as it is, it would fill at a limit of {Price(tick)}."
                : why.Together is { } together ? $"No limit alone is enough. It would fill with {Tell(together)}."
                : "Nothing that its owner can change would fill it now.";
        }
    }

    private string Tell(OrderQuestion order, ConstraintReport report)
    {
        var fail = report.Fails == 1 ? "fails" : "fail";
        var counts = $"{Text(report.Fails)} {fail} for {Reason(order, report.Constraint)}, "
            + $"{Text(report.FailsOnlyThis)} for nothing else";
        var nearest = report.Nearest;
        var effect = nearest.IsEnough ? "; that is enough" : "";
        return $"{counts}; nearest is {nearest.Offer}, by {Distance(report)}{effect}.";
    }

    private static string Reason(OrderQuestion order, FillConstraint constraint) => constraint switch
    {
        FillConstraint.Price => order.Side == Side.Bid ? "asking more than the limit" : "bidding less than the limit",
        FillConstraint.Requirements => "lacking what it requires",
        FillConstraint.Capabilities => "requiring what it lacks",
        FillConstraint.OnePiece => "having less than one leg in one piece",
        FillConstraint.Minimum => "not reaching its minimum",
        FillConstraint.OfferMinimum => "a minimum or leg of their own that is larger than its quantity",
        FillConstraint.OtherLegs => "lacking other sellers for their legs",
        FillConstraint.OwnerGroup => "being of the same owner",
        FillConstraint.Domain => "being in the domain of another leg",
        FillConstraint.Time => order.IsPast ? "its expiry" : "being past their expiry",
        FillConstraint.Money => "the account's money",
        _ => "there being too little",
    };

    private string Distance(ConstraintReport report)
    {
        var (amount, attributes) = (report.Nearest.Amount, report.Nearest.Attributes);
        return report.Constraint switch
        {
            FillConstraint.Price => tickSize is null ? Counted(amount, "tick") : Price(amount),
            FillConstraint.Requirements => offered.Describe(attributes),
            FillConstraint.Capabilities => own.Describe(attributes),
            FillConstraint.OtherLegs => Counted(amount, "leg"),
            FillConstraint.Money => Counted(amount, "micro-token"),
            FillConstraint.OwnerGroup => "its owner",
            FillConstraint.Domain => "its domain",
            FillConstraint.Time => "its end",
            _ => Counted(amount, "unit"),
        };
    }

    private string Tell(Relaxation relaxation)
    {
        var parts = new[]
        {
            relaxation.Tick is { } tick ? $"a limit of {Price(tick)}" : null,
            relaxation.WithoutRequirements == MaskBits.None ? null
                : $"no demand for {offered.Describe(relaxation.WithoutRequirements)}",
            relaxation.WithCapabilities == MaskBits.None ? null : own.Describe(relaxation.WithCapabilities),
            relaxation.Quantity is { } quantity ? $"a quantity of {Text(quantity)}" : null,
            relaxation.Replicas is { } replicas ? $"{Text(replicas)} legs" : null,
            relaxation.Minimum is { } minimum ? $"a minimum of {Text(minimum)}" : null,
            relaxation.IsByOtherOwner ? "another owner" : null,
            relaxation.IsWithoutExpiry ? "a later expiry" : null,
            relaxation.FreeMoney is { } money ? $"{Text(money)} micro-tokens free" : null,
        };
        return string.Join(" and ", parts.OfType<string>());
    }

    private string Name(OrderQuestion order)
    {
        var name = order.Side == Side.Bid ? "bid" : "ask";
        var legs = order.IsInLegs ? $"{Counted(order.Replicas, "leg")} of " : "";
        var limit = order.Tick is { } tick ? $" at {Price(tick)}" : " without a limit";
        return $"{name} for {legs}{Text(order.Quantity)} units{limit}";
    }

    private string Price(long ticks) =>
        tickSize is { } size ? $"{new UnitPrice(checked(ticks * size))} per Mtok" : Text(ticks);

    private static string Other(OrderQuestion order) => order.Side == Side.Bid ? "ask" : "bid";

    private static string Counted(long number, string unit) => $"{Text(number)} {unit}{(number == 1 ? "" : "s")}";

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
