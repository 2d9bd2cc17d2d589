using System.Text.Json;

namespace Marketplace.Gateway;

/// <summary>
/// What <c>POST /v1/purchases</c> asks for: a chat request, the id of the bid that its buyer will place, and how long
/// it may take him.
/// </summary>
/// <param name="ClientOrderId">
/// 1 to 64 letters, digits, <c>-</c> and <c>_</c>; fresh for each bid of the budget.
/// </param>
/// <param name="ValidTime">1 second to 1 day.</param>
public sealed record PurchaseOrder(string ClientOrderId, ChatOrder Chat, TimeSpan ValidTime)
{
    private const int LongestId = 64;
    private const int UsualValidSeconds = 600;
    private const int MostValidSeconds = 86_400;

    /// <summary>Reads the body.</summary>
    /// <returns>The order, or the error that says how to mend it.</returns>
    public static (PurchaseOrder? Order, ApiError? Error) Read(JsonElement body, GatewayOptions options)
    {
        var (chat, error) = ChatOrder.Read(body, options);
        if (chat is null)
        {
            return (null, error);
        }

        if (chat.IsStream)
        {
            return Bad("stream", "What is bought by a bid of your own is not streamed: leave 'stream' out.");
        }

        // The operator decides so for bids that come without a gateway; tickets for anything else would not be taken.
        if (chat.Quorum != (chat.Replicas / 2) + 1)
        {
            return Bad("quorum", "The majority of the legs decides: leave 'quorum' out.");
        }

        return (IdOf(body), ValidSecondsOf(body)) switch
        {
            (null, _) => Bad(
                "client_order_id", $"'client_order_id' is 1 to {LongestId} letters, digits, '-' and '_'."),
            (_, null) => Bad("valid_seconds", $"'valid_seconds' is a whole number from 1 to {MostValidSeconds}."),
            var (id, seconds) => (new PurchaseOrder(id, chat, TimeSpan.FromSeconds(seconds.Value)), null),
        };
    }

    private static (PurchaseOrder? Order, ApiError? Error) Bad(string field, string message) =>
        (null, new ApiError(400, "invalid_request", message, field));

    /// <summary>Only what stands in a path as it is.</summary>
    private static string? IdOf(JsonElement body) =>
        body.TryGetProperty("client_order_id", out var value) && value.ValueKind == JsonValueKind.String
            && value.GetRawText()[1..^1] is { Length: >= 1 and <= LongestId } id
            && id.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_') ? id : null;

    private static int? ValidSecondsOf(JsonElement body)
    {
        if (!body.TryGetProperty("valid_seconds", out var value) || value.ValueKind == JsonValueKind.Null)
        {
            return UsualValidSeconds;
        }

        return value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var seconds)
            && seconds is >= 1 and <= MostValidSeconds ? seconds : null;
    }
}
