using System.Globalization;
using System.Text;
using Marketplace.Kernel;

namespace Marketplace.OrderBook;

/// <summary>The digest by which a replayed state is compared with the one that was lived.</summary>
public sealed partial class BookEngine
{
    /// <summary>Keccak-256 of the whole state in a fixed order and notation.</summary>
    public Hash32 Digest()
    {
        var text = new StringBuilder();
        foreach (var account in budgets.Values)
        {
            Line(text, $"{account.View}");
        }

        foreach (var bid in bids.Values)
        {
            Line(text, $"{bid.Id} {bid.Terms} {bid.State} {bid.Hold} {bid.FirstAnswer?.State} {bid.Job?.End}");
            bid.Job?.Legs.ForEach(leg => Line(text, $"  {leg}"));
        }

        foreach (var (market, book) in markets)
        {
            Line(text, $"market {market}");
            book.Resting().ToList().ForEach(order => Line(text, $"  {order}"));
        }

        foreach (var (provider, desk) in desks)
        {
            Line(text, $"provider {provider}");
            desk.OrderBy(entry => entry.Key, StringComparer.Ordinal).ToList().ForEach(e => Line(text, $"  {e.Value}"));
        }

        return Keccak256.Hash(text.ToString());
    }

    private static void Line(StringBuilder text, FormattableString line) =>
        text.AppendLine(line.ToString(CultureInfo.InvariantCulture));
}
