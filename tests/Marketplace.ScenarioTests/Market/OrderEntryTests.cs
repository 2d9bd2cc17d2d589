using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using FluentAssertions;
using Marketplace.Api;
using Marketplace.Cli;
using Marketplace.Ethereum;
using Marketplace.Kernel;
using Marketplace.Matching;
using Marketplace.OrderBook.Entry;
using Marketplace.OrderBook.PublicLog;
using Xunit;

namespace Marketplace.ScenarioTests.Market;

/// <summary>A provider sends orders over HTTP to an operator that runs, and a gateway buys what they offer.</summary>
public sealed class OrderEntryTests(MarketFixture fixture) : IClassFixture<MarketFixture>
{
    private static readonly TimeSpan Bound = TimeSpan.FromMinutes(5);
    private static readonly EntryKey Key = new(Keccak256.Hash("a secret that is no secret").ToBytes());

    /// <summary>Far below all that the fixture's providers ask.</summary>
    private const int Cheap = 1_000_000;

    [Fact]
    public async Task An_ask_sent_over_http_sells_a_gateways_request_and_a_flood_of_forgeries_changes_nothing()
    {
        using var deadline = new CancellationTokenSource(Bound);
        var ct = deadline.Token;
        var signer = new Wallet(Path.Combine(fixture.Market.FolderOf("provider-3"), "keys")).Open("provider");
        var provider = fixture.Market.ProviderIdOf(3);
        using var chain = await ChainAccess.OfOperatorAsync(fixture.Market.Url, ct);
        var domain = (await chain.ContractAsync(ct)).Domain;

        var stranger = PrivateKey.FromBytes(Key.SecretHash.ToBytes());
        var (wrongStatus, wrong) = await OpenAsync(provider, stranger, domain, ct);
        var (status, opened) = await OpenAsync(provider, signer, domain, ct);
        var (_, again) = await OpenAsync(provider, signer, domain, ct);

        (wrongStatus, TitleOf(wrong)).Should().Be((HttpStatusCode.Unauthorized, "WrongGranter"));
        status.Should().Be(HttpStatusCode.OK, opened.ToJsonString());
        NumberOf(again, "session").Should().Be(NumberOf(opened, "session"));
        opened["orders"]!.AsArray().Should().ContainSingle("the ask of its connection is the account's too");

        var placed = (await SendAsync(Batch(opened, Ask(opened, 1), Ask(opened, 2)), ct)).Body["answers"]!.AsArray();
        var (bought, body) = await fixture.AskAsync(MarketFixture.Request("what is escrow"), ct);

        bought.Should().Be(HttpStatusCode.OK, body.ToJsonString());
        var generation = await fixture.GenerationAsync(MarketFixture.JobOf(body), ct);
        generation["legs"]!.AsArray().Select(leg => (uint)NumberOf(leg!, "provider")).Should().Equal(
            [provider.Value], "over its connection it asks the most of all");

        var count = await LogCountAsync(ct);
        var forged = Batch(opened, Ask(opened, 3));
        forged[^1] ^= 1;
        var flood = Enumerable.Range(0, 300).Select(_ => SendAsync(forged, ct)).ToList();
        var cancelled = await SendAsync(Batch(opened, Cancel(opened, 4, placed[1]!)), ct);
        var refused = await Task.WhenAll(flood);

        cancelled.Body["answers"]![0]!["order"]!.GetValue<string>()
            .Should().Be(placed[1]!["order"]!.GetValue<string>());
        refused.Should().OnlyContain(reply => reply.Status == HttpStatusCode.Unauthorized);
        await fixture.Market.UntilAsync(
            "the cancel in the public log",
            TimeSpan.FromSeconds(30),
            async token => await LogCountAsync(token) == count + 1,
            ct);
    }

    private async Task<(HttpStatusCode Status, JsonObject Body)> OpenAsync(
        ProviderId provider, PrivateKey signer, Eip712Domain domain, CancellationToken ct)
    {
        var grant = new SessionGrant(
            EntryRole.Provider, provider.Value, Key.SecretHash, true, [], new UnitPrice(1), TokenAmount.Zero, 0,
            (1UL << 40) - 1, 1);
        var signature = Hex.Encode(signer.Sign(grant.Digest(domain)).ToCompact());
        var secret = Keccak256.Hash("a secret that is no secret").ToString();
        using var response = await fixture.Http.PostAsJsonAsync(
            new Uri(fixture.Market.Url, EntryRoutes.Sessions),
            new SessionBody(GrantBody.Of(grant), signature, secret),
            ct);
        return (response.StatusCode, JsonNode.Parse(await response.Content.ReadAsStringAsync(ct))!.AsObject());
    }

    private async Task<(HttpStatusCode Status, JsonObject Body)> SendAsync(byte[] batch, CancellationToken ct)
    {
        using var content = new ByteArrayContent(batch);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        using var response = await fixture.Http.PostAsync(
            new Uri(fixture.Market.Url, EntryRoutes.Orders), content, ct);
        return (response.StatusCode, JsonNode.Parse(await response.Content.ReadAsStringAsync(ct))!.AsObject());
    }

    private async Task<long> LogCountAsync(CancellationToken ct) =>
        (await fixture.Http.GetByteArrayAsync(new Uri(fixture.Market.Url, "/v1/book/log"), ct)).Length
            / PublicRecord.Length;

    private static byte[] Batch(JsonObject session, params MatchCommand[] orders) => EntryBatch.Encode(
        (uint)NumberOf(session, "session"), [.. orders.Select(order => new OutgoingOrder(order))], Key);

    private static MatchCommand Ask(JsonObject session, ulong clientSeq) => new()
    {
        Kind = CommandKind.Place,
        Side = Side.Ask,
        Market = (ushort)NumberOf(session["markets"]![0]!, "no"),
        Session = (uint)NumberOf(session, "session"),
        Account = (uint)NumberOf(session, "account"),
        ClientSeq = clientSeq,
        Tick = Cheap / 10,
        Quantity = 100_000,
    };

    private static MatchCommand Cancel(JsonObject session, ulong clientSeq, JsonNode placed) => new()
    {
        Kind = CommandKind.Cancel,
        Session = (uint)NumberOf(session, "session"),
        Account = (uint)NumberOf(session, "account"),
        ClientSeq = clientSeq,
        Target = new OrderHandle(ulong.Parse(
            placed["order"]!.GetValue<string>(), NumberStyles.HexNumber, CultureInfo.InvariantCulture)),
    };

    private static long NumberOf(JsonNode body, string name) => body[name]!.GetValue<long>();

    private static string TitleOf(JsonObject body) => body["title"]!.GetValue<string>();
}
