using System.Text.Json.Nodes;

namespace Marketplace.Gateway;

/// <summary>What the gateway's routes have in common.</summary>
internal static class GatewayHttp
{
    private const int MaxBodyBytes = 1_048_576;

    /// <summary>The body; empty when it is longer than 1 MiB.</summary>
    public static async Task<byte[]> ReadBodyAsync(HttpContext http, CancellationToken ct)
    {
        using var body = new MemoryStream();
        await http.Request.Body.CopyToAsync(body, ct);
        return body.Length <= MaxBodyBytes ? body.ToArray() : [];
    }

    public static Task WriteAsync(HttpContext http, int status, JsonObject body, CancellationToken ct)
    {
        http.Response.StatusCode = status;
        http.Response.ContentType = "application/json";
        return http.Response.WriteAsync(body.ToJsonString(), ct);
    }

    /// <summary>An error, and whether the client may repeat what it sent.</summary>
    public static Task RefuseAsync(HttpContext http, ApiError error)
    {
        if (error.Status is 429 or 503)
        {
            http.Response.Headers.RetryAfter = "1";
        }
        else
        {
            http.Response.Headers["x-should-retry"] = "false";
        }

        return WriteAsync(
            http, error.Status, ChatAnswers.Error(error.Code, error.Message, error.Param), http.RequestAborted);
    }
}
