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

    /// <summary>20.5 tokens per million units: above the first provider's own price, below all others'.</summary>
    private const int Tick = 2_050_000;

    [Fact]
    public async Task An_ask_sent_over_http_sells_a_gateways_request_and_a_flood_of_forgeries_changes_nothing()
    {
        using var deadline = new CancellationTokenSource(Bound);
        var ct = deadline.Token;
        var signer = new Wallet(Path.Combine(fixture.Market.FolderOf("provider-1"), "keys")).Open("provider");
        var provider = fixture.Market.ProviderIdOf(1);
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

        // A provider runs nothing below its own price, so its first ask makes room for the dearer one.
        var sent = Batch(opened, Cancel(opened, 1, opened["orders"]![0]!), Ask(opened, 2), Ask(opened, 3));
        var placed = (await SendAsync(sent, ct)).Body["answers"]!.AsArray();
        placed.ToJsonString().Should().NotContain("refusal");
        var (bought, body) = await fixture.AskAsync(MarketFixture.Request("what is escrow"), ct);

        bought.Should().Be(HttpStatusCode.OK, body.ToJsonString());
        var generation = await fixture.GenerationAsync(MarketFixture.JobOf(body), ct);
        generation["legs"]!.AsArray().Select(leg => (uint)NumberOf(leg!, "provider")).Should().Equal(provider.Value);

        var forged = Batch(opened, Ask(opened, 4));
        forged[^1] ^= 1;
        var flood = Enumerable.Range(0, 300).Select(_ => SendAsync(forged, ct)).ToList();
        var cancelled = await SendAsync(Batch(opened, Cancel(opened, 5, placed[2]!)), ct);
        var refused = await Task.WhenAll(flood);

        cancelled.Body["answers"]![0]!["order"]!.GetValue<string>()
            .Should().Be(placed[2]!["order"]!.GetValue<string>());
        refused.Should().OnlyContain(reply => reply.Status == HttpStatusCode.Unauthorized);
        await fixture.Market.UntilAsync(
            "three providers' asks, two of the session, one bid and two cancels in the public log, and no more",
            TimeSpan.FromSeconds(30),
            async token => await LoggedAsync(token) == (6, 2),
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

    /// <summary>The orders and the cancels in the public log; a job's money moves there as well.</summary>
    private async Task<(int Places, int Cancels)> LoggedAsync(CancellationToken ct)
    {
        var log = await fixture.Http.GetByteArrayAsync(new Uri(fixture.Market.Url, "/v1/book/log"), ct);
        var kinds = log.Chunk(PublicRecord.Length).Select(record => PublicRecord.Read(record).Kind).ToList();
        return (kinds.Count(kind => kind == CommandKind.Place), kinds.Count(kind => kind == CommandKind.Cancel));
    }

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
        Tick = Tick,
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
