using Marketplace.Matching;
using Marketplace.OrderBook.Entry;

namespace Marketplace.Api;

/// <summary>Refusals of market data and questions as problem answers (RFC 9457), like those of order entry.</summary>
internal static class MarketProblems
{
    public static readonly IResult UnknownMarket = Of(
        "UnknownMarket", "Use a number that /v1/markets tells; another fee is another number.", 404);

    public static readonly IResult BadLevel = Of("BadLevel", "Ask for level=l1, l2, l3 or trades.", 400);

    public static readonly IResult TooManyFeeds = Of(
        "TooManyFeeds", "Close another feed first: this address has as many open as it may.", 429);

    public static readonly IResult FeedsFull = Of(
        "FeedsFull", "Try again later: the operator serves as many feeds as it can.", 503);

    public static readonly IResult Closed = Of("Closed", "Try again in a second: the book is stopping.", 503);

    public static IResult BadQuestion(string mend) => Of("BadQuestion", mend, 400);

    /// <summary>Such an order would be refused, so there is nothing to say of it.</summary>
    public static IResult Refused(MatchRefusal refusal) => Of(refusal.ToString(), refusal.Mend(), 400);

    private static IResult Of(string code, string mend, int status) => Results.Problem(
        detail: mend, statusCode: status, title: code, type: $"urn:marketplace:market:{code}");
}
