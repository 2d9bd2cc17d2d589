using System.Collections.Concurrent;
using Marketplace.Escrow;
using Marketplace.Ethereum;
using Marketplace.Execution;
using Marketplace.Kernel;
using Marketplace.OrderBook;
using Marketplace.Protocol;
using Marketplace.Settlement;

namespace Marketplace.Api;

/// <summary>
/// The gateways' connections: bids come in, deliveries go out, statements are signed at the other end.
/// </summary>
public sealed partial class GatewayHub(
    IEscrowContract contract, BookLoop book, BidEntry bids, OperatorOptions options, Live live)
    : IGatewayLinks, IStatementSigner
{
    private static readonly TimeSpan SigningPatience = TimeSpan.FromSeconds(10);

    private readonly Connections<BudgetNo> connections = new();
    private readonly ConcurrentDictionary<long, TaskCompletionSource<StatementReply>> signing = new();
    private long requestCount;

    public int Count => connections.Count;

    public bool IsConnected(BudgetNo budget) => connections.IsConnected(budget);

    public EthAddress? SessionOf(BudgetNo budget) => connections.KeyOf(budget);

    public bool TrySend(BudgetNo budget, Frame frame) => connections.TrySend(budget, frame);

    /// <summary>Serves one connection until it ends.</summary>
    public async Task ServeAsync(FrameSocket socket, JobRunner jobs, CancellationToken ct)
    {
        var (challenge, hello) = await Handshake.GreetAsync<GatewayHello>(socket, contract, live.Time, ct);
        var budget = await book.ReadAsync(state => state.Budget(hello.BudgetNo), ct);
        var claim = new ConnectionProof(challenge, "gateway", hello.BudgetNo.Value);
        if (budget is null || !Handshake.IsProved(claim, hello.Proof, budget.Session, contract.Domain))
        {
            await socket.SendAsync(RefusalOf(budget), ct);
            return;
        }

        using var connection = new Connection(socket);
        await socket.SendAsync(new GatewayWelcome(hello.BudgetNo, options.FeeBps, options.InputWeightBps), ct);
        connections.Add(hello.BudgetNo, connection, budget.Session);
        LogConnected(live.Logger, hello.BudgetNo);
        try
        {
            await jobs.GatewayBackAsync(hello.BudgetNo, ct);
            await connection.RunAsync((frame, token) => ReceiveAsync(jobs, hello.BudgetNo, frame, token), ct);
        }
        finally
        {
            connections.Remove(hello.BudgetNo, connection);
            LogDisconnected(live.Logger, hello.BudgetNo);
        }
    }

    /// <summary>Asks the budget's gateway to sign; no answer in time is the same as no gateway.</summary>
    public async Task<Result<EthSignature, StatementSigningRejection>> SignAsync(
        StatementProposal proposal, CancellationToken ct)
    {
        var number = Interlocked.Increment(ref requestCount);
        var reply = new TaskCompletionSource<StatementReply>(TaskCreationOptions.RunContinuationsAsynchronously);
        signing[number] = reply;
        try
        {
            var request = new StatementRequest(number, proposal.Statement, proposal.Receipts);
            if (!connections.TrySend(proposal.Statement.BudgetNo, request))
            {
                return StatementSigningRejection.GatewayOffline;
            }

            return Read(await reply.Task.WaitAsync(SigningPatience, live.Time, ct));
        }
        catch (TimeoutException)
        {
            return StatementSigningRejection.GatewayOffline;
        }
        finally
        {
            signing.TryRemove(number, out _);
        }
    }

    private static Refused RefusalOf(BudgetView? budget) => budget is null
        ? new Refused("unknown-budget", "No such budget in a final block: open it, then wait for finality.")
        : new Refused("bad-proof", "The challenge was not signed by the budget's session key.");

    private Result<EthSignature, StatementSigningRejection> Read(StatementReply reply)
    {
        if (reply.Code.Length == 0 && EthSignature.TryFromCompact(reply.Signature, out var signature))
        {
            return signature;
        }

        LogNotSigned(live.Logger, reply.Code, reply.Message);
        return reply.Code == "missing-tickets"
            ? StatementSigningRejection.MissingTickets
            : StatementSigningRejection.Refused;
    }

    private Task ReceiveAsync(JobRunner jobs, BudgetNo budget, Frame frame, CancellationToken ct) => frame switch
    {
        BidFrame bid => AnswerAsync(jobs, budget, bids.EnterAsync(budget, bid, ct), ct),
        OrderInquiry inquiry => AnswerAsync(jobs, budget, bids.AskedAsync(budget, inquiry.ClientOrderId, ct), ct),
        Protocol.CancelBid cancel => bids.CancelAsync(budget, cancel.ClientOrderId, ct),
        TicketFrame tickets => jobs.TicketsReceivedAsync(budget, tickets, ct),
        DeliveryRefused refused => jobs.DeliveryRefusedAsync(budget, refused, ct),
        StatementReply reply => Complete(reply),
        _ => throw new ConnectionEndedException($"A gateway does not send {frame.GetType().Name}."),
    };

    private async Task AnswerAsync(
        JobRunner jobs, BudgetNo budget, Task<Protocol.BidAnswer> answering, CancellationToken ct)
    {
        var answer = await answering;
        connections.TrySend(budget, answer);
        if (answer.JobId is { } job)
        {
            // An order that is asked after may have become a job whose end the gateway missed: its hold comes free
            // there.
            await jobs.AskedAfterAsync(budget, job, ct);
        }
    }

    private Task Complete(StatementReply reply)
    {
        if (signing.TryGetValue(reply.RequestNo, out var waiting))
        {
            waiting.TrySetResult(reply);
        }

        return Task.CompletedTask;
    }

    [LoggerMessage(5011, LogLevel.Information, "Gateway of budget {Budget} connected")]
    private static partial void LogConnected(ILogger logger, BudgetNo budget);

    [LoggerMessage(5012, LogLevel.Information, "Gateway of budget {Budget} disconnected")]
    private static partial void LogDisconnected(ILogger logger, BudgetNo budget);

    [LoggerMessage(5013, LogLevel.Warning, "The gateway did not sign a statement: {Code} {Message}")]
    private static partial void LogNotSigned(ILogger logger, string code, string message);
}
