using Marketplace.OrderBook;
using Marketplace.OrderBook.Answers;
using Marketplace.OrderBook.Feeds;

namespace Marketplace.Api;

/// <summary>Tells a buyer why a bid found nobody: what failed, the nearest offer, and what would fill now.</summary>
public sealed class NoMatch(BookMirror book)
{
    /// <summary>The refusal's code on the wire.</summary>
    public const string Code = "no_match";

    private const string Plain = "No offer that suits came in time. Nothing is charged.";

    /// <param name="asked">What the bid asked for; null when nobody knows any more.</param>
    public async Task<string> TellAsync(OrderQuestion? asked, CancellationToken ct)
    {
        if (asked is null)
        {
            return Plain;
        }

        try
        {
            var why = await book.WhyAsync(asked, ct);

            // What came into the book since may be enough by now: then there is nothing to explain.
            return why.TryGet(out var answer) && answer.Found.State == FillState.WouldNotFill
                ? $"{Plain} {OneLine(asked, answer)}"
                : Plain;
        }
        catch (BookStoppedException)
        {
            return Plain;
        }
    }

    private static string OneLine(OrderQuestion asked, MarketAnswer<FillExplanation> answer) =>
        MarketAttributes.TextFor(asked.Side, answer.TickSize).Tell(asked, answer.Found).Replace('\n', ' ');
}
