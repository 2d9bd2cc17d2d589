using System.Globalization;
using Marketplace.Escrow;
using Marketplace.Execution;
using Marketplace.Kernel;
using Marketplace.OrderBook;
using Marketplace.Protocol;
using Marketplace.Settlement;

namespace Marketplace.Api;

/// <summary>The providers' connections: who they are, what they sell, what they answer.</summary>
public sealed partial class ProviderHub(
    IEscrowContract contract, BookLoop book, EntryStore entry, SettlementQueries settlement, OperatorOptions options,
    Live live)
    : IProviderLinks, IPayees
{
    private readonly Connections<ProviderId> connections = new();
    private long connectionCount;

    public int Count => connections.Count;

    public bool IsConnected(ProviderId id) => connections.IsConnected(id);

    public EthAddress? SignerOf(ProviderId id) => connections.KeyOf(id);

    public bool TrySend(ProviderId id, Frame frame) => connections.TrySend(id, frame);

    public void Tell(ProviderId payee, CosignedStatement statement) =>
        connections.TrySend(payee, new CosignedStatementFrame(
            statement.Row.Statement, statement.Row.SessionSignature.ToCompact(), statement.Cosignature.ToCompact()));

    /// <summary>Serves one connection until it ends.</summary>
    public async Task ServeAsync(FrameSocket socket, JobRunner jobs, CancellationToken ct)
    {
        var (challenge, hello) = await Handshake.GreetAsync<ProviderHello>(socket, contract, live.Time, ct);
        var final = await contract.FinalizedBlockAsync(ct);
        var provider = await contract.ProviderAsync(hello.ProviderId, final.Number, ct);
        var claim = new ConnectionProof(challenge, "provider", hello.ProviderId.Value);
        if (provider is null || !Handshake.IsProved(claim, hello.Proof, provider.Signer, contract.Domain))
        {
            await socket.SendAsync(RefusalOf(provider), ct);
            return;
        }

        using var connection = new Connection(socket);
        await socket.SendAsync(new ProviderWelcome(hello.ProviderId, options.FeeBps), ct);
        connections.Add(hello.ProviderId, connection, provider.Signer);
        LogJoined(live.Logger, hello.ProviderId, hello.Offers.Count);
        try
        {
            await TellAllAsync(hello.ProviderId, ct);
            await AskAsync(provider, hello.Offers, ct);
            await jobs.ProviderBackAsync(hello.ProviderId, ct);
            await connection.RunAsync((frame, token) => ReceiveAsync(jobs, hello.ProviderId, frame, token), ct);
        }
        finally
        {
            await LeaveAsync(hello.ProviderId, connection, jobs);
        }
    }

    private static Refused RefusalOf(ProviderEntry? provider) => provider is null
        ? new Refused("unknown-provider", "No such provider in a final block: register first, then wait for finality.")
        : new Refused("bad-proof", "The challenge was not signed by the provider's registered signer.");

    private static Task ReceiveAsync(JobRunner jobs, ProviderId id, Frame frame, CancellationToken ct) => frame switch
    {
        CommitFrame commit => jobs.CommitReceivedAsync(id, commit, ct),
        RevealFrame reveal => jobs.RevealReceivedAsync(id, reveal, ct),
        TextDelta text => jobs.TextReceivedAsync(id, text, ct),
        AssignmentFailed failed => jobs.FailedAsync(id, failed, ct),
        _ => throw new ConnectionEndedException($"A provider does not send {frame.GetType().Name}."),
    };

    /// <remarks>Once the connection is known: what is co-signed from then on is told by settlement.</remarks>
    private async Task TellAllAsync(ProviderId id, CancellationToken ct)
    {
        foreach (var statement in await settlement.UnsettledOfAsync(id, ct))
        {
            Tell(id, statement);
        }
    }

    private async Task AskAsync(ProviderEntry provider, IReadOnlyList<Offer> offers, CancellationToken ct)
    {
        await book.SubmitAsync(new CancelAsksOf(provider.ProviderId), ct);
        var number = Interlocked.Increment(ref connectionCount);
        for (var index = 0; index < offers.Count; index++)
        {
            var offer = offers[index];
            if (!MarketAttributes.OfAsk(offer.Attributes).TryGet(out var signature))
            {
                TellUnknown(provider.ProviderId, offer);
                continue;
            }

            var market = await entry.ListAsync(offer.Model, offer.DeterminismClass, offer.ContextTokens, ct);
            await book.SubmitAsync(new OpenMarket(market, options.FeeBps), ct);
            var clientOrderId = string.Create(CultureInfo.InvariantCulture, $"{live.Life}-{number}-{index}");
            var answer = await book.SubmitAsync(
                new PlaceAsk(market, provider.ProviderId, provider.Owner, offer.Price, offer.Capacity, clientOrderId)
                {
                    Signature = signature,
                },
                ct);
            if (!answer.IsOk)
            {
                connections.TrySend(
                    provider.ProviderId, new Refused(answer.Rejection.ToString(), "The ask was not taken."));
            }
        }
    }

    private void TellUnknown(ProviderId provider, Offer offer) => connections.TrySend(provider, new Refused(
        BidEntry.UnknownAttribute,
        $"{offer.Model} is not sold. {MarketAttributes.Mend(MarketAttributes.OfAsk(offer.Attributes).Rejection)}"));

    private async Task LeaveAsync(ProviderId id, Connection connection, JobRunner jobs)
    {
        if (!connections.Remove(id, connection))
        {
            return;
        }

        LogLeft(live.Logger, id);

        // The host may be stopping: what a vanished provider leaves behind is put in order all the same.
        await book.SubmitAsync(new CancelAsksOf(id), CancellationToken.None);
        await jobs.ProviderGoneAsync(id, CancellationToken.None);
    }

    [LoggerMessage(5001, LogLevel.Information, "Provider {Provider} joined with {Offers} offers")]
    private static partial void LogJoined(ILogger logger, ProviderId provider, int offers);

    [LoggerMessage(5002, LogLevel.Information, "Provider {Provider} left")]
    private static partial void LogLeft(ILogger logger, ProviderId provider);
}
