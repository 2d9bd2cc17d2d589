using System.Text.Json;
using System.Text.Json.Serialization;
using Marketplace.OrderBook.Answers;

namespace Marketplace.OrderBook;

/// <summary>Commands in the journal: JSON, so that an old one can be read by eye and by other code.</summary>
public static class BookCommandCodec
{
    private static readonly JsonSerializerOptions Options = new()
    {
        RespectRequiredConstructorParameters = true,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        DefaultIgnoreCondition = JsonIgnoreCondition.Never,
        Converters = { new JsonStringEnumConverter(), new AttributeMaskJson() },
    };

    public static byte[] Encode(BookCommand command) => JsonSerializer.SerializeToUtf8Bytes(command, Options);

    /// <exception cref="JsonException">The bytes are not a command of this version.</exception>
    public static BookCommand Decode(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return JsonSerializer.Deserialize<BookCommand>(bytes, Options) ?? throw new JsonException("Not a command.");
        }
        catch (NotSupportedException withoutKind)
        {
            throw new JsonException("A command says its kind.", withoutKind);
        }
    }

    /// <summary>Any part of the book's state, exactly and in the same notation.</summary>
    internal static string Text<T>(T part) => JsonSerializer.Serialize(part, Options);

    /// <inheritdoc cref="Text"/>
    internal static void Write<T>(Stream target, T part) => JsonSerializer.Serialize(target, part, Options);

    /// <summary>Reads what <see cref="Write"/> wrote, to the stream's end.</summary>
    /// <exception cref="JsonException">It is not such a part.</exception>
    internal static T Read<T>(Stream source) =>
        JsonSerializer.Deserialize<T>(source, Options) ?? throw new JsonException("Nothing is there.");
}
