using Marketplace.Kernel;
using Marketplace.Matching;

namespace Marketplace.OrderBook;

/// <summary>A copy of a book's whole state, which another thread may write while the book goes on.</summary>
/// <remarks>The written form: the matching engine's own, and to the end the rest in the journal's notation.</remarks>
public sealed class BookImage
{
    private readonly EngineImage matching;
    private readonly SavedBook book;

    internal BookImage(EngineImage matching, SavedBook book) => (this.matching, this.book) = (matching, book);

    /// <summary>Writes what <see cref="BookEngine.Load"/> reads.</summary>
    public void WriteTo(Stream target)
    {
        matching.WriteTo(target);
        BookCommandCodec.Write(target, book);
    }

    /// <summary>
    /// The copied book's <see cref="BookEngine.Digest"/>. The matching engine is read back for it, so a copy of which
    /// nothing could be made shows here; it needs the memory of one more engine.
    /// </summary>
    /// <exception cref="InvalidDataException">The copy cannot be read back.</exception>
    public Hash32 Digest()
    {
        using var copy = new MemoryStream();
        matching.WriteTo(copy);
        copy.Position = 0;
        return book.Digest(MatchingEngine.Load(copy).StateHash());
    }
}
