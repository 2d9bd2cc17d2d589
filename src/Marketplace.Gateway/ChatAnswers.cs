using System.Globalization;
using System.Text.Json.Nodes;
using Marketplace.Escrow;
using Marketplace.Inference;
using Marketplace.Kernel;

namespace Marketplace.Gateway;

/// <summary>The JSON that OpenAI clients expect, and what we add to it.</summary>
public static class ChatAnswers
{
    public static JsonObject Error(
        string code, string message, string? param = null, string type = "invalid_request_error") =>
        new()
        {
            ["error"] = new JsonObject { ["message"] = message, ["type"] = type, ["param"] = param, ["code"] = code },
        };

    public static JsonObject Completion(StoredPurchase purchase, InferenceResult result, DateTimeOffset now) => new()
    {
        ["id"] = IdOf(purchase.ClientOrderId),
        ["object"] = "chat.completion",
        ["created"] = now.ToUnixTimeSeconds(),
        ["model"] = purchase.Bid.Model,
        ["choices"] = new JsonArray(new JsonObject
        {
            ["index"] = 0,
            ["message"] = new JsonObject { ["role"] = "assistant", ["content"] = result.Text },
            ["finish_reason"] = FinishOf(result),
        }),
        ["usage"] = Usage(purchase, result),
        ["settlement"] = Settlement(purchase),
    };

    public static JsonObject Chunk(
        string clientOrderId, string model, DateTimeOffset now, string? text, string? finish) => new()
        {
            ["id"] = IdOf(clientOrderId),
            ["object"] = "chat.completion.chunk",
            ["created"] = now.ToUnixTimeSeconds(),
            ["model"] = model,
            ["choices"] = new JsonArray(new JsonObject
            {
                ["index"] = 0,
                ["delta"] = text is null
                ? new JsonObject()
                : new JsonObject { ["role"] = "assistant", ["content"] = text },
                ["finish_reason"] = finish,
            }),
        };

    public static JsonObject UsageChunk(StoredPurchase purchase, InferenceResult result, DateTimeOffset now) => new()
    {
        ["id"] = IdOf(purchase.ClientOrderId),
        ["object"] = "chat.completion.chunk",
        ["created"] = now.ToUnixTimeSeconds(),
        ["model"] = purchase.Bid.Model,
        ["choices"] = new JsonArray(),
        ["usage"] = Usage(purchase, result),
        ["settlement"] = Settlement(purchase),
    };

    /// <summary>What <c>GET /v1/generation</c> tells of a purchase.</summary>
    public static JsonObject Generation(StoredPurchase purchase, IReadOnlyList<JobTicket> tickets)
    {
        var result = purchase.Canonical is null ? null : CanonicalText.Decode(purchase.Canonical);
        return new JsonObject
        {
            ["id"] = IdOf(purchase.ClientOrderId),
            ["model"] = purchase.Bid.Model,
            ["state"] = purchase.State,
            ["error"] = purchase.EndCode.Length == 0 ? null : purchase.EndMessage,
            ["text"] = result?.Text,
            ["digest"] = purchase.Canonical is null ? null : Keccak256.Hash(purchase.Canonical).ToString(),
            ["runs"] = purchase.Runs,
            ["quorum"] = purchase.Bid.Quorum,
            ["usage"] = result is null ? null : Usage(purchase, result),
            ["settlement"] = Settlement(purchase),
            ["legs"] = new JsonArray([.. tickets.Select(LegOf)]),
        };
    }

    private static JsonNode LegOf(JobTicket ticket) => new JsonObject
    {
        ["job_no"] = ticket.JobNo.Value,
        ["provider"] = ticket.ProviderId.Value,
        ["amount"] = ticket.Amount.ToString(),
        ["fee"] = ticket.MaxFee.ToString(),
        ["assignment"] = ticket.AssignmentId.ToString(),
    };

    public static string FinishOf(InferenceResult result) => result.Finish == FinishReason.Length ? "length" : "stop";

    public static string IdOf(string clientOrderId) => $"chatcmpl-{clientOrderId}";

    // The cost is written as a JSON number from its own decimal text: it never was a floating point number.
    private static JsonObject Usage(StoredPurchase purchase, InferenceResult result) => new()
    {
        ["prompt_tokens"] = result.PromptTokens,
        ["completion_tokens"] = result.CompletionTokens,
        ["total_tokens"] = (long)result.PromptTokens + result.CompletionTokens,
        ["cost"] = JsonNode.Parse(purchase.Cost.ToString()),
        ["cost_micro"] = purchase.Cost.Micro.ToString(CultureInfo.InvariantCulture),
    };

    // Less than a micro-token rounds down to nothing, and of nothing there is nothing to settle.
    private static string SettlementStateOf(StoredPurchase purchase) => purchase switch
    {
        { State: "ended" } => "refunded",
        { State: "open" } => "running",
        { Cost.IsZero: true } => "free",
        { SettledTx: not null } => "settled",
        { IsInStatement: true } => "signed",
        _ => "verified",
    };

    private static JsonObject Settlement(StoredPurchase purchase) => new()
    {
        ["job"] = purchase.JobId?.Value,
        ["state"] = SettlementStateOf(purchase),
        ["tx"] = purchase.SettledTx?.ToString(),
    };
}
