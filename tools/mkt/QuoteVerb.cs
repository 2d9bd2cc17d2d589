using System.CommandLine;
using System.Globalization;
using Marketplace.Api;

namespace Marketplace.Cli;

/// <summary><c>mkt quote MODEL</c>: what a bid would cost now, and from whom.</summary>
public static class QuoteVerb
{
    public static Command Make()
    {
        var (model, url) = (Options.Model(), Options.Operator());
        var terms = new OrderTermOptions();
        var quote = new Command("quote", "Say what a bid would cost now, and from whom; it binds nobody")
        {
            model, url, terms.Units, terms.Limit, terms.Replicas, terms.Require,
        };
        quote.SetAction(async (parsed, ct) =>
        {
            using var data = new MarketData(Options.ReadUrl(parsed.GetValue(url)!), parsed.GetValue(model)!)
            {
                Wanted = terms.MarketQuery(parsed),
            };
            var answer = await data.AskAsync<QuoteAnswer>($"quote?{terms.Query(parsed)}", ct);
            Screen.Show(Text(answer), answer);
            return ExitCodes.Ok;
        });
        return quote;
    }

    private static string Text(QuoteAnswer quote) => string.Join('\n', Lines(quote));

    private static IEnumerable<string> Lines(QuoteAnswer quote)
    {
        foreach (var fill in quote.Fills)
        {
            var seller = fill.Seller is null ? string.Empty : $"  seller {fill.Seller}";
            yield return string.Create(
                CultureInfo.InvariantCulture,
                $"{fill.Quantity.Units,16:N0} units at {fill.Price} per Mtok  {fill.Cost} tokens{seller}");
        }

        yield return quote.IsFull
            ? $"cost    {quote.Cost} tokens and a fee of {quote.Fee}; a budget must have {quote.Hold} free"
            : string.Create(
                CultureInfo.InvariantCulture,
                $"no      {quote.Missing.Units:N0} units find no seller: mkt book why says what would help");
    }
}
