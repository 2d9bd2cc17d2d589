using System.Net.Http.Headers;
using System.Text.Json;

namespace Marketplace.Ethereum;

/// <summary>One call of a batch.</summary>
public sealed record RpcCall(string Method, object?[] Args);

/// <summary>JSON-RPC 2.0 over HTTP. Never retries: whether a call may be repeated is the caller's knowledge.</summary>
/// <param name="timeout">From the request to the last byte of its reply.</param>
public sealed class JsonRpcClient(HttpClient http, Uri endpoint, TimeSpan timeout)
{
    private const int MaxReplyBytes = 64 * 1024 * 1024;

    private static readonly MediaTypeHeaderValue JsonType = new("application/json");

    private long lastId;

    /// <exception cref="RpcTransportException">No connection, an HTTP error or a reply that is no JSON-RPC.</exception>
    /// <exception cref="RpcTimeoutException">No reply in time.</exception>
    /// <exception cref="RpcErrorException">The node refused.</exception>
    public async Task<JsonElement> CallAsync(string method, object?[] args, CancellationToken ct)
    {
        var request = NewRequest(new RpcCall(method, args));
        var reply = await PostAsync(method, request, ct);
        if (!HasId(reply, out var id) || id != request.Id)
        {
            throw ErrorOf(reply)
                ?? (Exception)new RpcTransportException($"The reply to {method} is to something else.");
        }

        return ResultOf(reply);
    }

    /// <summary>Makes all calls in one request; the results come in the order of <paramref name="calls"/>.</summary>
    /// <exception cref="RpcErrorException">The node refused one of the calls, or the batch.</exception>
    public async Task<IReadOnlyList<JsonElement>> BatchAsync(IReadOnlyList<RpcCall> calls, CancellationToken ct)
    {
        if (calls.Count == 0)
        {
            return [];
        }

        var requests = calls.Select(NewRequest).ToArray();
        var reply = await PostAsync($"A batch of {calls.Count}", requests, ct);
        if (reply.ValueKind != JsonValueKind.Array)
        {
            throw ErrorOf(reply) ?? (Exception)new RpcTransportException("The reply to a batch is no array.");
        }

        var replies = ById(reply);
        return [.. requests.Select(request => replies.TryGetValue(request.Id, out var one)
            ? ResultOf(one)
            : throw new RpcTransportException($"The batch has no reply to {request.Method}."))];
    }

    private static Dictionary<long, JsonElement> ById(JsonElement batch)
    {
        var replies = new Dictionary<long, JsonElement>();
        foreach (var reply in batch.EnumerateArray())
        {
            if (!HasId(reply, out var id) || !replies.TryAdd(id, reply))
            {
                throw new RpcTransportException("A reply of the batch has no id of its own.");
            }
        }

        return replies;
    }

    private RpcRequest NewRequest(RpcCall call) =>
        new("2.0", Interlocked.Increment(ref lastId), call.Method, call.Args);

    private async Task<JsonElement> PostAsync<T>(string method, T body, CancellationToken ct)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(ct);
        deadline.CancelAfter(timeout);
        try
        {
            var json = JsonSerializer.SerializeToUtf8Bytes(body, JsonSerializerOptions.Web);
            using var content = new ByteArrayContent(json);
            content.Headers.ContentType = JsonType;
            using var request = new HttpRequestMessage(HttpMethod.Post, endpoint) { Content = content };
            using var response = await http.SendAsync(
                request, HttpCompletionOption.ResponseHeadersRead, deadline.Token);
            response.EnsureSuccessStatusCode();
            await response.Content.LoadIntoBufferAsync(MaxReplyBytes, deadline.Token);
            return JsonSerializer.Deserialize<JsonElement>(await response.Content.ReadAsByteArrayAsync(deadline.Token));
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            throw new RpcTimeoutException(method, timeout);
        }
        catch (Exception failure) when (failure is HttpRequestException or JsonException or IOException)
        {
            throw new RpcTransportException($"{method} failed: {failure.Message}", failure);
        }
    }

    private static bool HasId(JsonElement reply, out long id)
    {
        id = 0;
        return reply.ValueKind == JsonValueKind.Object
            && reply.TryGetProperty("id", out var found)
            && found.ValueKind == JsonValueKind.Number
            && found.TryGetInt64(out id);
    }

    private static JsonElement ResultOf(JsonElement reply)
    {
        if (ErrorOf(reply) is { } error)
        {
            throw error;
        }

        return reply.TryGetProperty("result", out var result)
            ? result
            : throw new RpcTransportException("The reply has neither a result nor an error.");
    }

    private static RpcErrorException? ErrorOf(JsonElement reply)
    {
        if (reply.ValueKind != JsonValueKind.Object
            || !reply.TryGetProperty("error", out var error)
            || error.ValueKind != JsonValueKind.Object)
        {
            return null;
        }

        var code = error.TryGetProperty("code", out var number) && number.ValueKind == JsonValueKind.Number
            && number.TryGetInt32(out var found) ? found : 0;
        var message = error.TryGetProperty("message", out var text) ? text.ToString() : "";
        return new RpcErrorException(code, message, DataOf(error));
    }

    private static string? DataOf(JsonElement error)
    {
        if (!error.TryGetProperty("data", out var data))
        {
            return null;
        }

        // Some nodes wrap the revert data in an object of their own.
        var isWrapped = data.ValueKind == JsonValueKind.Object && data.TryGetProperty("data", out data);
        return isWrapped || data.ValueKind == JsonValueKind.String ? data.ToString() : null;
    }

    private sealed record RpcRequest(string Jsonrpc, long Id, string Method, object?[] Params);
}
