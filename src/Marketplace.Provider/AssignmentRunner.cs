using System.Buffers.Binary;
using System.Text.Json;
using Marketplace.Escrow;
using Marketplace.Ethereum;
using Marketplace.Inference;
using Marketplace.Kernel;
using Marketplace.Protocol;

namespace Marketplace.Provider;

/// <summary>What an assignment needs from outside.</summary>
public sealed record ProviderSurroundings(
    TimeProvider Time, Func<int, byte[]> RandomBytes, Microsoft.Extensions.Logging.ILogger Logger);

/// <summary>Runs one assignment: checks it, runs the engine, signs commit and result, stores both.</summary>
public sealed class AssignmentRunner(
    ProviderOptions options, PrivateKey signer, IInferenceEngine engine, ProviderJournal journal,
    ProviderSurroundings surroundings)
{
    private int runs;

    /// <returns>The frame to answer with: a commit, or why there is none.</returns>
    public async Task<Frame> RunAsync(
        AssignmentOffer offer, Eip712Domain domain, Func<Frame, ValueTask> send, CancellationToken ct)
    {
        if (await journal.FindAsync(offer.AssignmentId, ct) is { } earlier)
        {
            return earlier.Commit;
        }

        if (JobRequest.HashOf(offer.Request) != offer.InputHash)
        {
            return Failed(offer, "bad_input", "The request's bytes are not those of its hash.", isRequestsFault: false);
        }

        if (offer.Price < options.Price)
        {
            return Failed(offer, "price", $"The ask is {options.Price} per Mtok.", isRequestsFault: false);
        }

        return await RunCheckedAsync(offer, domain, send, ct);
    }

    private async Task<Frame> RunCheckedAsync(
        AssignmentOffer offer, Eip712Domain domain, Func<Frame, ValueTask> send, CancellationToken ct)
    {
        try
        {
            var startedAt = surroundings.Time.GetUtcNow();
            var index = 0;
            var answer = await engine.RunAsync(
                Translate(JobRequest.Decode(offer.Request)),
                piece => offer.IsStreamed
                    ? send(new TextDelta(offer.AssignmentId, index++, piece))
                    : ValueTask.CompletedTask,
                ct);
            if (!answer.TryGet(out var result))
            {
                return Failed(offer, "invalid_request", MessageOf(answer.Rejection), isRequestsFault: true);
            }

            var claimed = CorruptAtTimes(result);
            if (offer.IsStreamed && claimed.Text.Length > result.Text.Length)
            {
                await send(new TextDelta(offer.AssignmentId, index, claimed.Text[result.Text.Length..]));
            }

            return await SignAsync(offer, domain, claimed, startedAt, ct);
        }
        catch (EngineFaultException fault)
        {
            return Failed(offer, "engine", fault.Message, isRequestsFault: false);
        }
        catch (JsonException)
        {
            return Failed(offer, "bad_input", "The request is not canonical JSON.", isRequestsFault: true);
        }
    }

    private async Task<Frame> SignAsync(
        AssignmentOffer offer,
        Eip712Domain domain,
        InferenceResult result,
        DateTimeOffset startedAt,
        CancellationToken ct)
    {
        var canonical = CanonicalText.Encode(result);
        var salt = new Hash32(surroundings.RandomBytes(Hash32.Length));
        var finishedAt = surroundings.Time.GetUtcNow();
        var revealed = new JobResult(
            offer.AssignmentId,
            options.ProviderId,
            offer.InputHash,
            Keccak256.Hash(canonical),
            Commitment.NoEvidence,
            salt,
            result.PromptTokens,
            result.CompletionTokens,
            (ulong)startedAt.ToUnixTimeSeconds(),
            (ulong)finishedAt.ToUnixTimeSeconds(),
            offer.Price);
        var commit = new ResultCommit(
            offer.AssignmentId,
            options.ProviderId,
            Commitment.Compute(
                domain,
                offer.AssignmentId,
                offer.InputHash,
                signer.Address,
                revealed.ResultDigest,
                revealed.EvidenceRoot,
                salt));
        var answer = new SignedAnswer(
            new CommitFrame(commit, signer.Sign(commit.Digest(domain)).ToCompact()),
            new RevealFrame(revealed, signer.Sign(revealed.Digest(domain)).ToCompact(), canonical));
        return (await journal.KeepAsync(offer.AssignmentId, answer, finishedAt, ct)).Commit;
    }

    private InferenceResult CorruptAtTimes(InferenceResult result)
    {
        var run = new byte[2 * sizeof(int)];
        BinaryPrimitives.WriteInt32BigEndian(run, options.CorruptSeed);
        BinaryPrimitives.WriteInt32BigEndian(run.AsSpan(sizeof(int)), Interlocked.Increment(ref runs));
        var draw = BinaryPrimitives.ReadUInt32BigEndian(Keccak256.Hash(run).ToBytes()) % 1_000;
        return draw < options.CorruptPerMille ? result with { Text = result.Text + " (or so)" } : result;
    }

    private static InferenceRequest Translate(JobRequest request) => new(
        request.Model,
        request.Messages.Select(message => new ChatMessage(message.Role, message.Content)).ToList(),
        request.MaxTokens,
        request.TemperatureMilli,
        request.TopPMilli,
        request.Seed,
        request.Stop);

    private static string MessageOf(InferenceRejection rejection) => rejection switch
    {
        InferenceRejection.UnknownModel => "The engine has no such model; see /v1/models.",
        InferenceRejection.PromptTooLong => "The prompt is longer than the model's context: shorten it.",
        _ => "The request needs a user message and at least one token.",
    };

    private static AssignmentFailed Failed(AssignmentOffer offer, string code, string message, bool isRequestsFault) =>
        new(offer.AssignmentId, code, message, isRequestsFault);
}
