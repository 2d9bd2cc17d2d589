using System.Globalization;
using Marketplace.OrderBook.Entry;

namespace Marketplace.Api;

/// <summary>Refusals of order entry as problem answers (RFC 9457): a code for programs, a sentence that says how to
/// mend it.</summary>
internal static class EntryProblems
{
    private const int MillisecondsPerSecond = 1_000;

    public static readonly IResult Busy = new Waiting(
        Problem("Busy", "Send the same bytes again in a second: the book is behind.", 503, 0), MillisecondsPerSecond);

    public static IResult Of(EntryVerdict verdict)
    {
        var problem = Problem(
            verdict.Refusal.ToString(), verdict.Refusal.Mend(), StatusOf(verdict.Refusal), verdict.Index);
        return verdict.RetryAfterMilliseconds > 0 ? new Waiting(problem, verdict.RetryAfterMilliseconds) : problem;
    }

    public static IResult Malformed(string mend, int status) => Problem("Malformed", mend, status, 0);

    private static IResult Problem(string code, string mend, int status, int index) => Results.Problem(
        detail: mend,
        statusCode: status,
        title: code,
        type: $"urn:marketplace:entry:{code}",
        extensions: new Dictionary<string, object?> { ["index"] = index });

    private static int StatusOf(EntryRefusal refusal) => refusal switch
    {
        EntryRefusal.TooLong => StatusCodes.Status413PayloadTooLarge,
        EntryRefusal.SourceTooFast or EntryRefusal.SessionTooFast or EntryRefusal.TooManyRequests =>
            StatusCodes.Status429TooManyRequests,
        EntryRefusal.UnknownSession or EntryRefusal.BadMac or EntryRefusal.WrongGranter or EntryRefusal.WrongSecret
            or EntryRefusal.WrongSigner => StatusCodes.Status401Unauthorized,
        EntryRefusal.SessionExpired or EntryRefusal.ForeignAccount or EntryRefusal.ForeignSession
            or EntryRefusal.GrantExpired or EntryRefusal.SessionEnded or EntryRefusal.SideOutsideGrant
            or EntryRefusal.OrderExpired => StatusCodes.Status403Forbidden,
        EntryRefusal.GrantNonceUsed or EntryRefusal.ProviderNotConnected or EntryRefusal.RequestMissing
            or EntryRefusal.GatewayNotConnected or EntryRefusal.BudgetOver => StatusCodes.Status409Conflict,
        EntryRefusal.SignatureUnanswered => StatusCodes.Status503ServiceUnavailable,
        _ => StatusCodes.Status400BadRequest,
    };

    /// <summary>A problem that goes away by itself, and when: whole seconds, rounded up.</summary>
    private sealed class Waiting(IResult problem, long milliseconds) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext)
        {
            var seconds = (milliseconds + MillisecondsPerSecond - 1) / MillisecondsPerSecond;
            httpContext.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
            return problem.ExecuteAsync(httpContext);
        }
    }
}
