using System.CommandLine;
using Marketplace.Kernel;

namespace Marketplace.Cli;

/// <summary>The options that many verbs share, read once and in one way.</summary>
public static class Options
{
    public static Option<string> Operator() => new("--operator")
    {
        Description = "The operator's address",
        DefaultValueFactory = _ => "http://127.0.0.1:8080",
    };

    public static Argument<string> Model() => new("model") { Description = "The model, as /v1/markets names it" };

    public static Option<string> Data(string usual) => new("--data")
    {
        Description = "Folder of keys and state",
        DefaultValueFactory = _ => usual,
    };

    public static Option<string?> Rpc() => new("--rpc")
    {
        Description = "A node of your own; without it the operator's, or the last one known, is asked",
    };

    /// <param name="name">With the dashes.</param>
    public static Option<string[]> Attributes(string name, string description) => new(name)
    {
        Description = $"{description}, such as region=eu; once for each attribute (/v1/attributes lists them)",
        DefaultValueFactory = _ => [],
    };

    /// <exception cref="UsageException">One is not a name and its values.</exception>
    public static IReadOnlyList<NamedValues> ReadAttributes(string name, string[] texts) => texts.Select(text =>
        NamedValues.TryParse(text, out var named)
            ? named
            : throw new UsageException($"{name} is an attribute and its values, like region=eu,us")).ToList();

    /// <exception cref="UsageException">It is no web address.</exception>
    public static Uri ReadUrl(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var url) && (url.Scheme is "http" or "https")
            ? url
            : throw new UsageException($"'{text}' is no address: give one like http://127.0.0.1:8080");

    /// <exception cref="UsageException">It is no amount above zero.</exception>
    public static TokenAmount ReadAmount(string name, string text) =>
        TokenAmount.TryParse(text, out var amount) && !amount.IsZero
            ? amount
            : throw new UsageException($"{name} is tokens with at most six decimals and above zero, like 2.5");

    /// <exception cref="UsageException">It is no price above zero.</exception>
    public static UnitPrice ReadPrice(string name, string text) =>
        UnitPrice.TryParse(text, out var price) && price.MicroPerMillionUnits > 0
            ? price
            : throw new UsageException($"{name} is tokens per million tokens of output, like 0.25");
}
