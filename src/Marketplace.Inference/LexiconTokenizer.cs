using System.Text;
using System.Text.RegularExpressions;

namespace Marketplace.Inference;

/// <summary>Byte-level BPE as in GPT-2, with the vocabulary and the merges of the model file.</summary>
public sealed partial class LexiconTokenizer
{
    public const uint End = 0;
    public const uint User = 1;
    public const uint Assistant = 2;
    private const uint FirstOrdinary = 4;

    private static readonly char[] CharOfByte = ByteCharacters();

    private readonly byte[][] bytesOfToken;
    private readonly Dictionary<string, uint> tokens;
    private readonly Dictionary<(string, string), int> ranks;

    internal LexiconTokenizer(IReadOnlyList<string> vocabulary, IReadOnlyList<string> merges)
    {
        var byteOfChar = CharOfByte.Select((character, value) => (character, value))
            .ToDictionary(pair => pair.character, pair => (byte)pair.value);
        tokens = vocabulary.Select((token, id) => (token, id)).ToDictionary(pair => pair.token, pair => (uint)pair.id);
        bytesOfToken = vocabulary.Select((token, id) => id < FirstOrdinary
            ? []
            : token.Select(character => byteOfChar[character]).ToArray()).ToArray();
        ranks = merges.Select((merge, rank) => (Pair: merge.Split(' '), rank))
            .ToDictionary(entry => (entry.Pair[0], entry.Pair[1]), entry => entry.rank);
    }

    public IReadOnlyList<uint> Encode(string text)
    {
        var ids = new List<uint>();
        var at = 0;
        foreach (Match piece in Pieces().Matches(text))
        {
            EncodePiece(text[at..piece.Index], ids); // what no alternative takes, such as an underscore
            EncodePiece(piece.Value, ids);
            at = piece.Index + piece.Length;
        }

        EncodePiece(text[at..], ids);
        return ids;
    }

    /// <summary>The text of tokens; special tokens have none, and bytes that are no UTF-8 become U+FFFD.</summary>
    public string Decode(IEnumerable<uint> ids) =>
        Encoding.UTF8.GetString(ids.SelectMany(id => bytesOfToken[id]).ToArray());

    /// <summary>The tokens of a prompt: the model knows one turn, so that of the last user message.</summary>
    public IReadOnlyList<uint> EncodePrompt(IReadOnlyList<ChatMessage> messages)
    {
        var question = messages.LastOrDefault(message => message.Role == "user")?.Content ?? "";
        return [User, .. Encode(question.Trim()), Assistant];
    }

    public int CountPromptTokens(IReadOnlyList<ChatMessage> messages) => EncodePrompt(messages).Count;

    internal ReadOnlySpan<byte> BytesOf(uint id) => bytesOfToken[id];

    private void EncodePiece(string piece, List<uint> ids)
    {
        var symbols = Encoding.UTF8.GetBytes(piece).Select(value => CharOfByte[value].ToString()).ToList();
        while (symbols.Count > 1)
        {
            var best = Enumerable.Range(0, symbols.Count - 1)
                .MinBy(index => ranks.GetValueOrDefault((symbols[index], symbols[index + 1]), int.MaxValue));
            if (!ranks.ContainsKey((symbols[best], symbols[best + 1])))
            {
                break;
            }

            symbols[best] += symbols[best + 1];
            symbols.RemoveAt(best + 1);
        }

        ids.AddRange(symbols.Where(tokens.ContainsKey).Select(symbol => tokens[symbol]));
    }

    /// <summary>GPT-2's printable stand-in for every byte.</summary>
    private static char[] ByteCharacters()
    {
        var characters = new char[256];
        var next = 256;
        for (var value = 0; value < characters.Length; value++)
        {
            var isPrintable = value is (>= '!' and <= '~') or (>= 0xA1 and <= 0xAC) or (>= 0xAE and <= 0xFF);
            characters[value] = isPrintable ? (char)value : (char)next++;
        }

        return characters;
    }

    [GeneratedRegex(@"'s|'t|'re|'ve|'m|'ll|'d| ?[^\W\d_]+| ?\d+| ?[^\s\w]+|\s+", RegexOptions.CultureInvariant)]
    private static partial Regex Pieces();
}
