using Marketplace.Escrow;
using Marketplace.OrderBook;
using Marketplace.Settlement;

namespace Marketplace.Api;

/// <summary>Each batch fixes the public command log as far as it is on disk.</summary>
public sealed class BookAnchors(BookLoop book) : IAnchorSource
{
    public BatchAnchor Current
    {
        get
        {
            // Read once: the log may go on between two reads, and a count belongs to its own root.
            var head = book.PublicHead;
            return BatchAnchor.OfBook(head.Count, head.Root);
        }
    }
}
