namespace Marketplace.Gateway;

/// <summary>What a client is told when it cannot buy, so that it repeats only what it may (experience 2.2).</summary>
public sealed partial class ChatRoute
{
    private static ApiError ErrorOf(Purchase purchase) => purchase.Code switch
    {
        "model_not_found" => new ApiError(404, purchase.Code, purchase.Message, "model"),
        "no_match" => new ApiError(402, "price_cap", purchase.Message),
        "insufficient_budget" or "budget_closed" => new ApiError(402, purchase.Code, purchase.Message),
        "busy" => new ApiError(503, purchase.Code, purchase.Message),
        "unknown_attribute" => new ApiError(400, purchase.Code, purchase.Message, "provider"),
        "invalid_request" or "invalid_bid" => new ApiError(400, purchase.Code, purchase.Message),
        _ => new ApiError(422, purchase.Code, purchase.Message),
    };

    private static Task AnswerAsync(HttpContext http, ApiError error, bool wasLocked)
    {
        // After the lock a status that clients repeat would buy twice.
        var isFinal = wasLocked && error.Status is 408 or 409 or 429 or >= 500;
        return GatewayHttp.RefuseAsync(http, isFinal ? error with { Status = 422 } : error);
    }
}
