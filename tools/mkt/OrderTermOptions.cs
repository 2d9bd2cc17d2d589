using System.CommandLine;
using System.Globalization;

namespace Marketplace.Cli;

/// <summary>The terms of an order that is asked about, as several verbs take them.</summary>
public sealed class OrderTermOptions
{
    public Option<long> Units { get; } = new("--units")
    {
        Description = "Units: output tokens, and input tokens by their weight; of each leg",
        DefaultValueFactory = _ => 1_000_000,
    };

    public Option<string?> Limit { get; } = new("--limit")
    {
        Description = "Tokens per million tokens of output; without it any price will do",
    };

    public Option<int> Replicas { get; } = new("--replicas")
    {
        Description = "Providers that are to run the job, 1 to 16",
        DefaultValueFactory = _ => 1,
    };

    public Option<string[]> Require { get; } =
        Options.Attributes("--require", "What a provider must say of itself; of an ask what it says");

    /// <summary>The terms as the operator's routes take them.</summary>
    public string Query(ParseResult parsed) => MarketData.Query(
    [
        ("quantity", parsed.GetValue(Units).ToString(CultureInfo.InvariantCulture)),
        ("limit", parsed.GetValue(Limit)),
        ("replicas", parsed.GetValue(Replicas).ToString(CultureInfo.InvariantCulture)),
        .. Attributes(parsed),
    ]);

    /// <summary>The required attributes as the operator's routes take them.</summary>
    public string MarketQuery(ParseResult parsed) => MarketData.Query([.. Attributes(parsed)]);

    private IEnumerable<(string Name, string? Value)> Attributes(ParseResult parsed) =>
        Options.ReadAttributes("--require", parsed.GetValue(Require)!)
            .Select(named => ("attribute", (string?)named.ToString()));
}
