using System.Text.Json;
using Marketplace.Escrow;
using Marketplace.Ethereum;
using Marketplace.Execution;
using Marketplace.Inference;
using Marketplace.Kernel;
using Marketplace.Protocol;

namespace Marketplace.ScenarioTests.Execution;

/// <summary>
/// One provider's process: it keeps what it signed and answers the same question with the same bytes.
/// </summary>
public sealed class FakeProvider(uint number)
{
    private readonly Dictionary<AssignmentId, (CommitFrame Commit, RevealFrame Reveal)> journal = [];

    public ProviderId Id { get; } = new(number);

    public PrivateKey Key { get; } = JobWorld.KeyOf($"provider {number}");

    public UnitPrice Price { get; } = new(100_000_000 + (number * 1_000_000));

    public string Text { get; set; } = "Four.";

    public bool IsConnected { get; set; } = true;

    /// <summary>It takes assignments and never commits.</summary>
    public bool IsMute { get; set; }

    /// <summary>It commits and never shows its result.</summary>
    public bool HidesResult { get; set; }

    /// <summary>It says that the request is at fault.</summary>
    public bool BlamesRequest { get; set; }

    public List<Frame> Received { get; } = [];

    public Func<JobRunner, Task>? Take(Frame frame)
    {
        Received.Add(frame);
        return frame switch
        {
            AssignmentOffer when IsMute => null,
            AssignmentOffer offer when BlamesRequest => runner => runner.FailedAsync(
                Id,
                new AssignmentFailed(offer.AssignmentId, "invalid_request", "Too long.", true),
                CancellationToken.None),
            AssignmentOffer offer => runner =>
                runner.CommitReceivedAsync(Id, AnswerTo(offer).Commit, CancellationToken.None),
            RevealRequest request when !HidesResult => runner =>
                runner.RevealReceivedAsync(Id, journal[request.AssignmentId].Reveal, CancellationToken.None),
            _ => null,
        };
    }

    public (CommitFrame Commit, RevealFrame Reveal) AnswerTo(AssignmentOffer offer)
    {
        if (!journal.TryGetValue(offer.AssignmentId, out var answer))
        {
            journal[offer.AssignmentId] = answer = Sign(offer);
        }

        return answer;
    }

    private (CommitFrame Commit, RevealFrame Reveal) Sign(AssignmentOffer offer)
    {
        var canonical = CanonicalText.Encode(new InferenceResult(Text, [], FinishReason.Stop, 40, 3));
        var result = new JobResult(
            offer.AssignmentId, Id, offer.InputHash, Keccak256.Hash(canonical), Commitment.NoEvidence,
            Keccak256.Hash($"salt {Id} {offer.AssignmentId}"), 40, 3, 1_700_000_000, 1_700_000_001, offer.Price);
        var commit = new ResultCommit(offer.AssignmentId, Id, Commitment.Compute(
            JobWorld.Domain, offer.AssignmentId, offer.InputHash, Key.Address, result.ResultDigest, result.EvidenceRoot,
            result.Salt));
        return (
            new CommitFrame(commit, Key.Sign(commit.Digest(JobWorld.Domain)).ToCompact()),
            new RevealFrame(result, Key.Sign(result.Digest(JobWorld.Domain)).ToCompact(), canonical));
    }
}

/// <summary>
/// The buyer's gateway: it signs each delivery once and sends the same tickets until they are confirmed.
/// </summary>
public sealed class FakeGateway
{
    private readonly Dictionary<JobId, TicketFrame> issued = [];

    public PrivateKey Session { get; } = JobWorld.KeyOf("session");

    public bool IsConnected { get; set; } = true;

    public bool Refuses { get; set; }

    /// <summary>Its client is gone: it does not answer deliveries.</summary>
    public bool IsMute { get; set; }

    public List<Frame> Received { get; } = [];

    public IReadOnlyCollection<TicketFrame> Unconfirmed => issued.Values
        .Where(frame => !Received.OfType<TicketsStored>().Any(stored => stored.JobId == frame.JobId)).ToList();

    public Func<JobRunner, Task>? Take(Frame frame)
    {
        Received.Add(frame);
        return frame switch
        {
            Delivery when IsMute => null,
            Delivery delivery when Refuses => runner => runner.DeliveryRefusedAsync(
                JobWorld.Budget,
                new DeliveryRefused("order", delivery.JobId, "bad_delivery", "No."),
                CancellationToken.None),
            Delivery delivery => runner =>
                runner.TicketsReceivedAsync(JobWorld.Budget, TicketsFor(delivery), CancellationToken.None),
            _ => null,
        };
    }

    public TicketFrame TicketsFor(Delivery delivery)
    {
        if (!issued.TryGetValue(delivery.JobId, out var frame))
        {
            var isCompared = delivery.Legs.Count > 1;
            var tickets = delivery.Legs.Select((leg, index) => Sign(leg, (uint)index, isCompared)).ToList();
            issued[delivery.JobId] = frame = new TicketFrame(delivery.ClientOrderId, delivery.JobId, tickets);
        }

        return frame;
    }

    private SignedTicket Sign(DeliveredLeg leg, uint number, bool isCompared)
    {
        var result = leg.Result;
        var units = Metering.UnitsDown(result.TokensIn, result.TokensOut, JobWorld.InputWeight);
        var amount = result.Price.CostDown(units);
        var ticket = new JobTicket(
            JobWorld.Budget, new JobNo(number), new JobNo(number), leg.ProviderId, amount, JobWorld.Fee.FeeDown(amount),
            1_700_000_003, result.AssignmentId, result.InputHash, result.ResultDigest);
        var receipt = new Receipt(
            ticket.BudgetNo, ticket.JobNo, ticket.AssignmentId, ticket.ProviderId, amount, ticket.InputHash,
            ticket.ResultDigest, Keccak256.Hash(leg.CommitSignature), Keccak256.Hash(leg.ResultSignature),
            result.TokensIn, result.TokensOut, ticket.DeliveredAt,
            isCompared ? VerdictOutcome.Accepted : VerdictOutcome.Unchecked);
        return new SignedTicket(ticket, Session.Sign(ticket.Digest(JobWorld.Domain)).ToCompact(), receipt);
    }
}

/// <summary>The book's side: it sells each further leg once and remembers how the job's pot ended.</summary>
public sealed class FakeLedger(JobWorld world) : IJobLedger
{
    private readonly Dictionary<int, LegGrant> bought = [];

    public List<string> Ends { get; } = [];

    public Task<Result<LegGrant, LegRejection>> AddLegAsync(
        JobId job, int legNo, IReadOnlyList<ProviderId> exclude, CancellationToken ct)
    {
        world.Step("before leg");
        if (!bought.TryGetValue(legNo, out var grant))
        {
            if (!world.Asks.TryDequeue(out var provider))
            {
                return Task.FromResult<Result<LegGrant, LegRejection>>(LegRejection.NoAsk);
            }

            bought[legNo] = grant = new LegGrant(legNo, provider.Id, provider.Price);
        }

        world.Step("after leg");
        return Task.FromResult<Result<LegGrant, LegRejection>>(grant);
    }

    public Task CompleteAsync(JobId job, TokenAmount paid, TokenAmount fee, CancellationToken ct) =>
        EndAsync(JsonSerializer.Serialize(new { job, paid, fee }));

    public Task ReleaseAsync(JobId job, CancellationToken ct) => EndAsync($"released {job}");

    private Task EndAsync(string end)
    {
        world.Step("before end");
        Ends.Add(end);
        world.Step("after end");
        return Task.CompletedTask;
    }
}
