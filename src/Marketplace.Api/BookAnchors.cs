using Marketplace.Escrow;
using Marketplace.OrderBook;
using Marketplace.Settlement;

namespace Marketplace.Api;

/// <summary>Each batch fixes the public command log as far as it is on disk.</summary>
public sealed class BookAnchors(BookLoop book) : IAnchorSource
{
    public BatchAnchor Current => BatchAnchor.OfBook(book.PublicHead.Count, book.PublicHead.Root);
}
