using System.Text.Json.Nodes;

namespace Marketplace.Gateway;

/// <summary>
/// Server-sent events by hand: the framework's own cannot write the comments that keep a connection alive.
/// </summary>
public sealed class SseStream(HttpContext http)
{
    public async Task StartAsync(CancellationToken ct)
    {
        http.Response.ContentType = "text/event-stream";
        http.Response.Headers.CacheControl = "no-cache";
        await http.Response.StartAsync(ct);

        // The client learns at once that it bought, and not with the first piece.
        await http.Response.Body.FlushAsync(ct);
    }

    public Task SendAsync(JsonObject data, CancellationToken ct) => WriteAsync($"data: {data.ToJsonString()}\n\n", ct);

    public Task CommentAsync(string comment, CancellationToken ct) => WriteAsync($": {comment}\n\n", ct);

    public Task DoneAsync(CancellationToken ct) => WriteAsync("data: [DONE]\n\n", ct);

    private async Task WriteAsync(string text, CancellationToken ct)
    {
        await http.Response.WriteAsync(text, ct);
        await http.Response.Body.FlushAsync(ct);
    }
}
