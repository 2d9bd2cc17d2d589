using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Marketplace.Api;

namespace Marketplace.Cli;

/// <summary>What an operator says of one model's market.</summary>
public sealed class MarketData : IDisposable
{
    private readonly HttpClient http = new() { Timeout = Timeout.InfiniteTimeSpan };
    private readonly Uri url;
    private readonly string model;

    /// <summary>Attributes that the asks must have, as a query; empty for any.</summary>
    public string Wanted { get; init; } = string.Empty;

    /// <param name="url">The operator.</param>
    public MarketData(Uri url, string model) => (this.url, this.model) = (url, model);

    /// <summary>
    /// The model's market; of several determinism classes the one with the cheapest ask, which a bid would go to.
    /// </summary>
    /// <exception cref="UsageException">Nobody offers the model, or something else answers there.</exception>
    /// <exception cref="HttpRequestException">Nothing answers there.</exception>
    public async Task<ushort> NumberAsync(CancellationToken ct)
    {
        var markets = await ReadAsync<List<MarketView>>($"/v1/markets?{Wanted}", ct);
        return markets.Where(market => market.Model == model && market.Number is not null)
            .OrderBy(market => market.BestAsk?.MicroPerMillionUnits ?? long.MaxValue)
            .Select(market => market.Number).FirstOrDefault()
            ?? throw new UsageException(
                $"{url} has no market for '{model}'; it has: {string.Join(", ", markets.Select(one => one.Model))}");
    }

    /// <summary>One answer about the market, such as depth or a quote.</summary>
    /// <param name="what">The route's last part, with its query.</param>
    /// <exception cref="UsageException">The operator refused the question, and says how to mend it.</exception>
    /// <exception cref="HttpRequestException">Nothing answers there.</exception>
    public async Task<T> AskAsync<T>(string what, CancellationToken ct) =>
        await ReadAsync<T>(Route(await NumberAsync(ct), what), ct);

    /// <summary>Opens a feed of the market.</summary>
    /// <exception cref="UsageException">The operator refused it.</exception>
    /// <exception cref="HttpRequestException">Nothing answers there, or it serves no more feeds now.</exception>
    public async Task<Stream> OpenFeedAsync(string level, CancellationToken ct)
    {
        var route = new Uri(url, Route(await NumberAsync(ct), $"feed?level={level}"));
        var response = await http.GetAsync(route, HttpCompletionOption.ResponseHeadersRead, ct);
        await ThrowIfRefusedAsync(response, ct);
        return await response.Content.ReadAsStreamAsync(ct);
    }

    public void Dispose() => http.Dispose();

    /// <summary>A query of the terms that were given.</summary>
    public static string Query(params (string Name, string? Value)[] terms) => string.Join(
        '&',
        terms.Where(term => term.Value is not null).Select(term => $"{term.Name}={Uri.EscapeDataString(term.Value!)}"));

    private static string Route(ushort number, string what) =>
        string.Create(CultureInfo.InvariantCulture, $"/v1/markets/{number}/{what}");

    private async Task<T> ReadAsync<T>(string path, CancellationToken ct)
    {
        using var response = await http.GetAsync(new Uri(url, path), ct);
        await ThrowIfRefusedAsync(response, ct);
        try
        {
            return await response.Content.ReadFromJsonAsync<T>(ct)
                ?? throw new UsageException($"{url} is no operator of this market.");
        }
        catch (JsonException)
        {
            throw new UsageException($"{url} is no operator of this market.");
        }
    }

    private static async Task ThrowIfRefusedAsync(HttpResponseMessage response, CancellationToken ct)
    {
        if (response.StatusCode is HttpStatusCode.BadRequest or HttpStatusCode.NotFound)
        {
            var problem = await response.Content.ReadAsStringAsync(ct);
            throw new UsageException(problem.StartsWith('{')
                ? JsonNode.Parse(problem)?["detail"]?.GetValue<string>() ?? problem
                : $"{response.RequestMessage?.RequestUri} answers {(int)response.StatusCode}.");
        }

        response.EnsureSuccessStatusCode();
    }
}
