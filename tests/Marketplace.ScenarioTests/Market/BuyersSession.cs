using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Marketplace.Api;
using Marketplace.Cli;
using Marketplace.Ethereum;
using Marketplace.Kernel;
using Marketplace.Matching;
using Marketplace.OrderBook.Entry;

namespace Marketplace.ScenarioTests.Market;

/// <summary>A session of the market's buyer, as his own bot opens and uses it over HTTP.</summary>
internal sealed class BuyersSession
{
    private static ulong lastNonce;

    public const int TickMicro = 10;

    private static readonly Hash32 Secret = Keccak256.Hash("a secret that is no secret");
    private static readonly EntryKey Key = new(Secret.ToBytes());

    private readonly MarketFixture fixture;
    private readonly uint number;
    private readonly uint account;

    private BuyersSession(MarketFixture fixture, JsonObject opened)
    {
        this.fixture = fixture;
        number = opened["session"]!.GetValue<uint>();
        account = opened["account"]!.GetValue<uint>();
        MarketNo = (ushort)opened["markets"]![0]!["no"]!.GetValue<int>();
    }

    public ushort MarketNo { get; }

    /// <remarks>Nonces rise in whatever order the tests run: a lower one than before is refused.</remarks>
    public static async Task<BuyersSession> OpenAsync(MarketFixture fixture, CancellationToken ct)
    {
        var (budget, signer, domain) = await BuyerAsync(fixture, ct);
        var grant = new SessionGrant(
            EntryRole.Buyer, budget, Key.SecretHash, true, [], new UnitPrice(100_000_000), MarketFixture.Cap, 1,
            (1UL << 40) - 1, Interlocked.Increment(ref lastNonce));
        using var response = await fixture.Http.PostAsJsonAsync(
            new Uri(fixture.Market.Url, EntryRoutes.Sessions),
            new SessionBody(
                GrantBody.Of(grant), Hex.Encode(signer.Sign(grant.Digest(domain)).ToCompact()), Secret.ToString()),
            ct);
        return new BuyersSession(fixture, (await BodyAsync(response, ct)).Body);
    }

    /// <summary>The buyer's budget, the key that signs for it, and where.</summary>
    public static async Task<(uint Budget, PrivateKey Signer, Eip712Domain Domain)> BuyerAsync(
        MarketFixture fixture, CancellationToken ct)
    {
        var budget = BudgetFile.Read(fixture.Market.Buyer);
        var signer = new UserFolder(fixture.Market.Buyer, fixture.Market.Url).Key(
            MoneyVerbs.SessionName(budget.Session));
        using var chain = await ChainAccess.OfOperatorAsync(fixture.Market.Url, ct);
        return (budget.BudgetNo, signer, (await chain.ContractAsync(ct)).Domain);
    }

    public async Task<HttpStatusCode> DepositAsync(Hash32 input, byte[] request, CancellationToken ct)
    {
        using var message = new HttpRequestMessage(
            HttpMethod.Put, new Uri(fixture.Market.Url, $"{EntryRoutes.Requests}/{input}"));
        message.Content = new ByteArrayContent(request);
        message.Headers.Add(SessionRoutes.SessionHeader, number.ToString(CultureInfo.InvariantCulture));
        message.Headers.Add(SessionRoutes.MacHeader, Hex.Encode(SessionNote.Deposit(number, input).Mac(Key)));
        using var response = await fixture.Http.SendAsync(message, ct);
        return response.StatusCode;
    }

    /// <summary>Bids for one leg at this tick.</summary>
    public async Task<(HttpStatusCode Status, JsonObject Body)> BidAsync(
        BidPayload bid, int tick, long units, CancellationToken ct, ulong clientSeq = 1)
    {
        var command = new MatchCommand
        {
            Kind = CommandKind.Place,
            Side = Side.Bid,
            EscrowsLimit = true,
            Replicas = 1,
            Market = MarketNo,
            Session = number,
            Account = account,
            ClientSeq = clientSeq,
            Tick = tick,
            Quantity = units,
        };
        using var content = new ByteArrayContent(
            EntryBatch.Encode(number, [new OutgoingOrder(command, bid.Encode())], Key));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        using var response = await fixture.Http.PostAsync(
            new Uri(fixture.Market.Url, EntryRoutes.Orders), content, ct);
        return await BodyAsync(response, ct);
    }

    public async Task<HttpStatusCode> EndAsync(CancellationToken ct)
    {
        using var message = new HttpRequestMessage(
            HttpMethod.Delete, new Uri(fixture.Market.Url, $"{EntryRoutes.Sessions}/{number}"));
        message.Headers.Add(SessionRoutes.MacHeader, Hex.Encode(SessionNote.End(number).Mac(Key)));
        using var response = await fixture.Http.SendAsync(message, ct);
        return response.StatusCode;
    }

    public static async Task<(HttpStatusCode Status, JsonObject Body)> BodyAsync(
        HttpResponseMessage response, CancellationToken ct) =>
        (response.StatusCode, JsonNode.Parse(await response.Content.ReadAsStringAsync(ct))!.AsObject());
}
