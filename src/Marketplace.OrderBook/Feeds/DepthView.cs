using System.Globalization;
using System.Text;
using Marketplace.Matching;

namespace Marketplace.OrderBook.Feeds;

/// <summary>
/// A market as an order of one signature sees it. Of the other side: the orders it is compatible with. Of its own: its
/// rivals, the orders that ask for no more and can do no less, so that whatever it may trade with they may trade with
/// too. So any two orders of the view are compatible, and executable depth is not crossed in it, unless by the orders
/// of one owner, whom a feed does not know. The view "any" is that of signature 0: it shows the orders that ask for
/// nothing.
/// </summary>
public sealed class DepthView
{
    /// <summary>How many levels of each side the checksum covers.</summary>
    public const int ChecksumLevels = 10;

    private readonly MarketOrders market;
    private readonly FeedLadder[] ladders = [new(Side.Bid), new(Side.Ask)];

    public DepthView(MarketOrders market, Side side, ushort signature)
    {
        (this.market, Side, Signature) = (market, side, signature);
        foreach (var order in market.Resting.Where(Shows))
        {
            Ladder(order.Side).Add(order);
        }
    }

    public Side Side { get; }

    public ushort Signature { get; }

    public MarketOrders Market => market;

    public FeedLadder Ladder(Side side) => ladders[(int)side];

    /// <summary>Whether orders of that signature appear in this view.</summary>
    public bool Shows(Side side, ushort signature)
    {
        var own = market.Signatures(Side)[Signature];
        var other = market.Signatures(side)[signature];
        return side == Side
            ? other.Required.IsWithin(own.Required) && own.Capability.IsWithin(other.Capability)
            : own.IsCompatible(other);
    }

    /// <param name="touched">Gets the side and tick of every level that changed.</param>
    public void Apply(in BookChange change, ISet<(Side Side, int Tick)> touched)
    {
        Replace(change.Before, change.After, touched);
        Replace(change.AskBefore, change.AskAfter, touched);
    }

    /// <summary>The CRC-32 of the best ten levels; see <see cref="ChecksumText"/>.</summary>
    public uint Checksum() => Crc32.Of(Encoding.ASCII.GetBytes(ChecksumText(Ladder(Side.Bid), Ladder(Side.Ask))));

    /// <summary>
    /// What the checksum is taken of, in ASCII: each of the best ten bids as <c>tick:open:aside:orders;</c>, best
    /// first, then <c>|</c>, then the best ten asks likewise. Numbers are decimal without leading zeros.
    /// </summary>
    public static string ChecksumText(FeedLadder bids, FeedLadder asks)
    {
        var text = new StringBuilder();
        Append(text, bids);
        text.Append('|');
        Append(text, asks);
        return text.ToString();
    }

    private static void Append(StringBuilder text, FeedLadder ladder)
    {
        foreach (var level in ladder.Levels.Take(ChecksumLevels))
        {
            text.Append(
                CultureInfo.InvariantCulture, $"{level.Tick}:{level.Open}:{level.Aside}:{level.Orders};");
        }
    }

    private bool Shows(FeedOrder order) => Shows(order.Side, order.Signature);

    private void Replace(FeedOrder? before, FeedOrder? after, ISet<(Side Side, int Tick)> touched)
    {
        if (before is not null && Shows(before))
        {
            Ladder(before.Side).Remove(before);
            touched.Add((before.Side, before.Tick));
        }

        if (after is not null && Shows(after))
        {
            Ladder(after.Side).Add(after);
            touched.Add((after.Side, after.Tick));
        }
    }
}
