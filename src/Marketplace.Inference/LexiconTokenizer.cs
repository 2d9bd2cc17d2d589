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
    private readonly PairMerges merges;

    /// <exception cref="GgufFormatException">The tokens cannot spell every text, or a merge makes none.</exception>
    internal LexiconTokenizer(IReadOnlyList<string> vocabulary, IReadOnlyList<string> mergeLines)
    {
        tokens = [];
        bytesOfToken = new byte[vocabulary.Count][];
        for (var id = 0; id < vocabulary.Count; id++)
        {
            bytesOfToken[id] = id < FirstOrdinary ? [] : BytesOf(vocabulary[id]);
            Check(tokens.TryAdd(vocabulary[id], (uint)id), $"The token {vocabulary[id]} is there twice.");
        }

        Check(CharOfByte.All(character => tokens.ContainsKey(character.ToString())), "A byte has no token.");
        merges = new PairMerges(RanksOf(mergeLines));
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
        var bytes = Encoding.UTF8.GetBytes(piece).Select(value => CharOfByte[value].ToString()).ToList();
        ids.AddRange(merges.Join(bytes).Select(symbol => tokens[symbol]));
    }

    private Dictionary<(string Left, string Right), int> RanksOf(IReadOnlyList<string> lines)
    {
        var ranks = new Dictionary<(string Left, string Right), int>();
        foreach (var line in lines)
        {
            var pair = line.Split(' ');
            Check(pair.Length == 2 && tokens.ContainsKey(pair[0] + pair[1]), $"The merge '{line}' makes no token.");
            ranks.TryAdd((pair[0], pair[1]), ranks.Count);
        }

        return ranks;
    }

    private static byte[] BytesOf(string token)
    {
        var bytes = token.Select(character => Array.IndexOf(CharOfByte, character)).ToList();
        Check(!bytes.Contains(-1), $"The token {token} has a character that stands for no byte.");
        return bytes.Select(value => (byte)value).ToArray();
    }

    private static void Check(bool isSo, string otherwise)
    {
        if (!isSo)
        {
            throw new GgufFormatException(otherwise);
        }
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
