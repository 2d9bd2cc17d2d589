using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Marketplace.Kernel;

namespace Marketplace.Protocol;

/// <summary>One message of a conversation.</summary>
public sealed record JobMessage(
    [property: JsonPropertyOrder(1)] string Content,
    [property: JsonPropertyOrder(2)] string Role);

/// <summary>
/// What a provider is asked to run. Its canonical bytes are JSON after RFC 8785: members in the order of their names,
/// no white space, integers only; their Keccak-256 is the input hash (verification 5.4).
/// </summary>
/// <param name="TemperatureMilli">Thousandths; 0 is greedy.</param>
/// <param name="TopPMilli">Thousandths; 1,000 is all.</param>
public sealed record JobRequest(
    [property: JsonPropertyOrder(1)] int MaxTokens,
    [property: JsonPropertyOrder(2)] IReadOnlyList<JobMessage> Messages,
    [property: JsonPropertyOrder(3)] string Model,
    [property: JsonPropertyOrder(4)] uint Seed,
    [property: JsonPropertyOrder(5)] IReadOnlyList<string> Stop,
    [property: JsonPropertyOrder(6)] int TemperatureMilli,
    [property: JsonPropertyOrder(7)] int TopPMilli)
{
    private const int MostTemperatureMilli = 2_000;
    private const int MostTopPMilli = 1_000;

    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
    };

    public byte[] Encode() => JsonSerializer.SerializeToUtf8Bytes(this, Options);

    /// <remarks>
    /// A buyer chose these bytes and providers run them: whatever passes here, an engine must be able to take.
    /// </remarks>
    /// <exception cref="JsonException">The bytes are not a request.</exception>
    public static JobRequest Decode(ReadOnlySpan<byte> bytes)
    {
        var request = JsonSerializer.Deserialize<JobRequest>(bytes, Options)
            ?? throw new JsonException("A request is an object.");
        return IsRunnable(request)
            ? request
            : throw new JsonException("A request has messages, and limits in their ranges.");
    }

    private static bool IsRunnable(JobRequest request) =>
        request.MaxTokens >= 1
        && request.Messages.Count > 0 && request.Messages.All(message => message is not null)
        && request.Stop.All(stop => !string.IsNullOrEmpty(stop))
        && request.TemperatureMilli is >= 0 and <= MostTemperatureMilli
        && request.TopPMilli is >= 0 and <= MostTopPMilli;

    public static Hash32 HashOf(ReadOnlySpan<byte> canonical) => Keccak256.Hash(canonical);
}
