using System.Buffers;
using System.Net;
using System.Text.Json;
using Marketplace.OrderBook.Entry;

namespace Marketplace.Api;

/// <summary>What the routes of order entry have in common.</summary>
internal static class EntryHttp
{
    /// <summary>The whole body, or as much of it as shows that it is too long.</summary>
    public static async Task<byte[]> BodyAsync(HttpRequest request, int mostBytes, CancellationToken ct)
    {
        while (true)
        {
            var read = await request.BodyReader.ReadAsync(ct);
            if (read.IsCompleted || read.Buffer.Length > mostBytes)
            {
                var bytes = read.Buffer.Slice(0, Math.Min(read.Buffer.Length, mostBytes + 1)).ToArray();
                request.BodyReader.AdvanceTo(read.Buffer.End);
                return bytes;
            }

            request.BodyReader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }

    /// <summary>Null when the bytes are not such a body.</summary>
    public static T? Read<T>(byte[] bytes)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize<T>(bytes, JsonSerializerOptions.Web);
        }
        catch (Exception malformed) when (malformed is JsonException or FormatException or OverflowException
            or ArgumentOutOfRangeException)
        {
            return null;
        }
    }

    /// <summary>A server that listens on no address, as in-memory ones do, has one source.</summary>
    public static EntrySource SourceOf(HttpContext http) =>
        EntrySource.Of(http.Connection.RemoteIpAddress ?? IPAddress.Loopback);

    public static IResult Of(BatchReply reply) => reply switch
    {
        { IsBusy: true } => EntryProblems.Busy,
        { Verdict.IsAdmitted: false } => EntryProblems.Of(reply.Verdict),
        _ => new OrderAnswers(reply.Answers),
    };
}
