using System.Text;

namespace Marketplace.Inference;

/// <summary>Turns bytes into text piece by piece, and ends it before the first stop sequence.</summary>
internal sealed class StreamedText(IEnumerable<string> stopSequences)
{
    private readonly Decoder decoder = Encoding.UTF8.GetDecoder();
    private readonly StringBuilder all = new();

    // An empty one would end every answer before it begins.
    private readonly string[] stops = [.. stopSequences.Where(stop => stop.Length > 0)];
    private int sent;

    public bool IsStopped { get; private set; }

    public string All => all.ToString();

    /// <returns>
    /// What may be sent on: never a beginning that could still become a stop sequence, nor half a character.
    /// </returns>
    public string Add(ReadOnlySpan<byte> bytes)
    {
        Append(bytes, flush: false);
        return IsStopped ? Release(all.Length) : Release(WholeCharacters(all.Length - LongestBeginning()));
    }

    /// <returns>What was kept back.</returns>
    public string End()
    {
        if (!IsStopped)
        {
            Append([], flush: true);
        }

        return Release(all.Length);
    }

    private void Append(ReadOnlySpan<byte> bytes, bool flush)
    {
        Span<char> characters = stackalloc char[Encoding.UTF8.GetMaxCharCount(bytes.Length)];
        all.Append(characters[..decoder.GetChars(bytes, characters, flush)]);
        var unsent = all.ToString(sent, all.Length - sent);
        var found = stops.Select(stop => unsent.IndexOf(stop, StringComparison.Ordinal)).Where(at => at >= 0).ToList();
        if (found.Count > 0)
        {
            all.Length = sent + found.Min();
            IsStopped = true;
        }
    }

    private int LongestBeginning()
    {
        var unsent = all.ToString(sent, all.Length - sent);
        return stops.Select(stop => Enumerable.Range(1, stop.Length - 1).LastOrDefault(length =>
            unsent.EndsWith(stop[..length], StringComparison.Ordinal))).DefaultIfEmpty(0).Max();
    }

    private int WholeCharacters(int until) =>
        until > sent && char.IsHighSurrogate(all[until - 1]) ? until - 1 : until;

    private string Release(int until)
    {
        var piece = all.ToString(sent, until - sent);
        sent = until;
        return piece;
    }
}
