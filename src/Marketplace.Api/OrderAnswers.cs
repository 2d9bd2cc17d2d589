using System.Buffers;
using System.Text.Json;
using Marketplace.Matching;
using Marketplace.OrderBook.Entry;

namespace Marketplace.Api;

/// <summary>
/// The answers to a batch as JSON, in the order of its orders: <c>{"answers":[{"seq":7,"order":"0010000100000002",
/// "traded":0,"open":500},{"seq":8,"refusal":"InvalidTick","mend":"Use a price of ..."}]}</c>.
/// </summary>
internal sealed class OrderAnswers(IReadOnlyList<EntryAnswer> answers) : IResult
{
    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var bytes = new ArrayBufferWriter<byte>(64 + 96 * answers.Count);
        using (var json = new Utf8JsonWriter(bytes))
        {
            Write(json);
        }

        httpContext.Response.ContentType = "application/json";
        httpContext.Response.ContentLength = bytes.WrittenCount;
        await httpContext.Response.Body.WriteAsync(bytes.WrittenMemory, httpContext.RequestAborted);
    }

    private void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteStartArray("answers");
        foreach (var answer in answers)
        {
            json.WriteStartObject();
            Write(json, answer);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    /// <remarks>What never reached its session's window has no place in the journal: its seq is 0.</remarks>
    private static void Write(Utf8JsonWriter json, in EntryAnswer answer)
    {
        json.WriteNumber("seq", answer.Seq);
        if (answer.Refusal != EntryRefusal.None)
        {
            json.WriteString("refusal", answer.Refusal.ToString());
            json.WriteString("mend", answer.Refusal.Mend());
        }
        else if (answer.BookRefusal != MatchRefusal.None)
        {
            json.WriteString("refusal", answer.BookRefusal.ToString());
            json.WriteString("mend", answer.BookRefusal.Mend());
        }
        else
        {
            json.WriteString("order", answer.Order.ToString());
            json.WriteNumber("traded", answer.Traded);
            json.WriteNumber("open", answer.Open);
        }
    }
}
