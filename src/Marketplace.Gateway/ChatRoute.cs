using System.Security.Cryptography;
using System.Text.Json;
using Marketplace.Inference;
using Marketplace.Kernel;
using Marketplace.Protocol;

namespace Marketplace.Gateway;

/// <summary><c>POST /v1/chat/completions</c>: read, reserve, bid, wait, answer.</summary>
public sealed partial class ChatRoute(
    GatewayOptions options, OperatorLink link, PurchaseStore purchases, PurchaseDesk desk, TimeProvider time)
    : IDisposable
{
    private const int MaxBodyBytes = 1_048_576;
    private static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan HangUpTime = TimeSpan.FromSeconds(1);

    private readonly SemaphoreSlim deciding = new(1, 1);

    public void Dispose() => deciding.Dispose();

    public async Task HandleAsync(HttpContext http, ApiKey key)
    {
        var ct = http.RequestAborted;
        var raw = await ReadBodyAsync(http, ct);
        var (order, error) = Parse(raw);
        if (order is null)
        {
            await AnswerAsync(http, error!, wasLocked: false);
            return;
        }

        (var purchase, error) = await AttachOrBuyAsync(order, key, DedupeKey(http, key, raw), ct);
        if (purchase is null)
        {
            await AnswerAsync(http, error!, wasLocked: false);
            return;
        }

        http.Response.Headers["x-verification"] = order.IsStrict ? "strict" : "optimistic";
        http.Response.Headers["x-replicas"] = $"{order.Replicas}";
        await (order.IsStream ? StreamAsync(http, order, purchase, ct) : WaitAsync(http, purchase, ct));
    }

    private (ChatOrder? Order, ApiError? Error) Parse(byte[] raw)
    {
        try
        {
            using var body = JsonDocument.Parse(raw);
            return ChatOrder.Read(body.RootElement, options);
        }
        catch (JsonException)
        {
            return (null, new ApiError(400, "invalid_json", "The body is not JSON."));
        }
    }

    /// <remarks>
    /// One at a time: two copies of a request that come together must not both find that there is none yet.
    /// </remarks>
    private async Task<(Purchase? Purchase, ApiError? Error)> AttachOrBuyAsync(
        ChatOrder order, ApiKey key, Hash32 dedupeKey, CancellationToken ct)
    {
        BidFrame? bid;
        await deciding.WaitAsync(ct);
        try
        {
            var attached = await purchases.AttachableAsync(dedupeKey, time.GetUtcNow() - options.AttachTime, ct);
            if (attached is not null && await desk.FindAsync(attached, ct) is { } purchase)
            {
                return (purchase, null);
            }

            (bid, var error) = await ReserveAsync(order, key, dedupeKey, ct);
            if (bid is null)
            {
                return (null, error);
            }
        }
        finally
        {
            deciding.Release();
        }

        return (await desk.SendAsync(bid, ct), null);
    }

    private async Task<(BidFrame? Bid, ApiError? Error)> ReserveAsync(
        ChatOrder order, ApiKey key, Hash32 dedupeKey, CancellationToken ct)
    {
        if (link.Welcome is not { } terms || !link.IsConnected)
        {
            return (
                null, new ApiError(503, "operator_unreachable", "The market cannot be reached; nothing was charged."));
        }

        var now = time.GetUtcNow();
        var perLeg = Metering.UnitsUp(
            PromptTokensUp(order.Request), (uint)order.Request.MaxTokens, terms.InputWeightBps);
        var cost = order.Limit.CostUp(perLeg) * order.Replicas;
        var bid = new BidFrame(
            Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(12)),
            order.Request.Model,
            order.Limit,
            perLeg,
            order.Replicas,
            order.Quorum,
            terms.FeeBps,
            order.Request.Encode(),
            order.IsStream && !order.IsStrict,
            (now + options.MatchTime).ToUnixTimeMilliseconds())
        {
            Requires = order.Requires,
        };
        var refusal = await purchases.ReserveAsync(key, dedupeKey, bid, cost + terms.FeeBps.FeeUp(cost), now, ct);
        return refusal switch
        {
            null => (bid, null),
            SpendRefusal.KeyLimit => (null, new ApiError(
                402,
                "key_limit",
                $"This could cost {cost}: more than is left of the key's limit. Raise it, or lower max_tokens.")),
            _ => (null, new ApiError(
                402, "day_limit", $"This could cost {cost}: more than is left of the key's limit for today.")),
        };
    }

    private static uint PromptTokensUp(JobRequest request)
    {
        var messages = request.Messages.Select(message => new ChatMessage(message.Role, message.Content)).ToList();
        return request.Model == DemoLexiconEngine.ModelName
            ? (uint)LexiconModel.Embedded.Tokenizer.CountPromptTokens(messages)
            : (uint)messages.Sum(message => System.Text.Encoding.UTF8.GetByteCount(message.Content) + PerMessage);
    }

    // What a chat template adds to a message at most; a token is at least one byte.
    private const int PerMessage = 16;

    private async Task WaitAsync(HttpContext http, Purchase purchase, CancellationToken ct)
    {
        await UntilOverAsync(purchase, _ => Task.CompletedTask, ct);
        if (purchase.Stage != PurchaseStage.Delivered)
        {
            await AnswerAsync(http, ErrorOf(purchase), purchase.WasLocked);
            return;
        }

        var stored = await purchases.FindAsync(purchase.ClientOrderId, ct);
        var result = CanonicalText.Decode(stored!.Canonical);
        http.Response.Headers["x-job-id"] = $"{stored.JobId}";
        http.Response.Headers["x-should-retry"] = "false";
        await WriteAsync(http, 200, ChatAnswers.Completion(stored, result, time.GetUtcNow()), ct);
        await purchases.CollectedAsync(purchase.ClientOrderId, ct);
        desk.Forget(purchase.ClientOrderId);
    }

    private async Task StreamAsync(HttpContext http, ChatOrder order, Purchase purchase, CancellationToken ct)
    {
        // Whoever fails before the lock gets an ordinary answer, which clients may repeat.
        while (purchase.Stage == PurchaseStage.Sent)
        {
            var (_, changed) = purchase.Read(0);
            if (purchase.Stage == PurchaseStage.Sent)
            {
                await changed.WaitAsync(options.AnswerTime, time, ct);
            }
        }

        if (purchase.Stage == PurchaseStage.Failed && !purchase.WasLocked)
        {
            await AnswerAsync(http, ErrorOf(purchase), wasLocked: false);
            return;
        }

        var stream = new SseStream(http);
        await stream.StartAsync(ct);
        var model = order.Request.Model;
        var sent = 0;
        await UntilOverAsync(
            purchase,
            async isQuiet =>
            {
                var (pieces, _) = order.IsStrict ? ([], Task.CompletedTask) : purchase.Read(sent);
                foreach (var piece in pieces)
                {
                    sent++;
                    await stream.SendAsync(
                        ChatAnswers.Chunk(purchase.ClientOrderId, model, time.GetUtcNow(), piece, null), ct);
                }

                if (isQuiet)
                {
                    await stream.CommentAsync($"waiting for {order.Quorum} of {order.Replicas} replicas", ct);
                }
            },
            ct);
        await FinishAsync(http, stream, order, purchase, sent, ct);
    }

    private async Task FinishAsync(
        HttpContext http, SseStream stream, ChatOrder order, Purchase purchase, int sent, CancellationToken ct)
    {
        if (purchase.Stage != PurchaseStage.Delivered)
        {
            // No [DONE] and a broken connection: the one form that every client takes for the error it is.
            await stream.SendAsync(ChatAnswers.Error(purchase.Code, purchase.Message, type: "market_error"), ct);

            // A reset may overtake what was sent. A client that understands the error hangs up by itself.
            await Task.Delay(HangUpTime, time, ct).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            http.Abort();
            return;
        }

        var stored = await purchases.FindAsync(purchase.ClientOrderId, ct);
        var result = CanonicalText.Decode(stored!.Canonical);
        var (now, model) = (time.GetUtcNow(), order.Request.Model);
        var already = order.IsStrict ? "" : string.Concat(purchase.Read(0).Pieces.Take(sent));
        var rest = result.Text[already.Length..];
        if (rest.Length > 0)
        {
            await stream.SendAsync(ChatAnswers.Chunk(purchase.ClientOrderId, model, now, rest, null), ct);
        }

        await stream.SendAsync(
            ChatAnswers.Chunk(purchase.ClientOrderId, model, now, null, ChatAnswers.FinishOf(result)), ct);
        if (order.WantsUsage)
        {
            await stream.SendAsync(ChatAnswers.UsageChunk(stored, result, now), ct);
        }

        await stream.DoneAsync(ct);
        await purchases.CollectedAsync(purchase.ClientOrderId, ct);
        desk.Forget(purchase.ClientOrderId);
    }

    private async Task UntilOverAsync(Purchase purchase, Func<bool, Task> onChange, CancellationToken ct)
    {
        var isQuiet = false;
        while (true)
        {
            var (_, changed) = purchase.Read(0);
            await onChange(isQuiet);
            if (purchase.IsOver)
            {
                return;
            }

            try
            {
                await changed.WaitAsync(KeepAlive, time, ct);
                isQuiet = false;
            }
            catch (TimeoutException)
            {
                isQuiet = true;
            }
        }
    }

    private static async Task<byte[]> ReadBodyAsync(HttpContext http, CancellationToken ct)
    {
        using var body = new MemoryStream();
        await http.Request.Body.CopyToAsync(body, ct);
        return body.Length <= MaxBodyBytes ? body.ToArray() : [];
    }

    /// <summary>
    /// The client's own key, or one from what it sent: a retry without a key is the same bytes again.
    /// </summary>
    private static Hash32 DedupeKey(HttpContext http, ApiKey key, byte[] raw)
    {
        var given = http.Request.Headers["Idempotency-Key"].ToString();
        var source = given.Length > 0 ? System.Text.Encoding.UTF8.GetBytes("key:" + given) : SHA256.HashData(raw);
        return new Hash32(SHA256.HashData([.. key.Hash.ToBytes(), .. source]));
    }
}
