using System.Text;
using Marketplace.Kernel;

namespace Marketplace.OrderBook;

/// <summary>The digest by which a replayed state is compared with the one that was lived.</summary>
public sealed partial class BookEngine
{
    /// <summary>Keccak-256 of the whole state in a fixed order and the journal's notation.</summary>
    public Hash32 Digest()
    {
        var text = new StringBuilder();
        foreach (var account in budgets.Values)
        {
            Line(text, "budget", ViewOf(account));
            Line(text, "settled", account.Settlements);
        }

        foreach (var bid in bids.Values)
        {
            Line(text, "bid", bid.View);
            Line(text, "answered", bid.FirstAnswer);
            Line(text, "ended", bid.Job?.End);
            Line(text, "by", bid.Session);
        }

        foreach (var (market, known) in markets)
        {
            Line(text, "market", market);
            Line(text, "fee", known.FeeBps);
        }

        Line(text, "matching", MatchingHash());
        foreach (var (provider, desk) in desks)
        {
            Line(text, "provider", provider);
            foreach (var (terms, answer) in desk.Values.OrderBy(ask => ask.Answer.Order.Value))
            {
                Line(text, "terms", terms);
                Line(text, "answered", answer);
            }
        }

        foreach (var ask in asks.Values)
        {
            Line(text, "ask", ask.Terms);
            Line(text, "handle", ask.Handle.Raw);
            Line(text, "by", ask.Session);
        }

        foreach (var session in granted.Values)
        {
            Line(text, "session", session.Answer);
            Line(text, "terms", session.Terms);
            Line(text, "state", (session.IsPaused, session.IsEnded, session.Used.Micro).ToString());
        }

        Line(text, "sessions", lastSession);
        Line(text, "windows", windows.Hash());
        return Keccak256.Hash(text.ToString());
    }

    /// <summary>The hash of the matching engine alone, which a replay of the public log comes to as well.</summary>
    public Hash32 MatchingHash() => matching.StateHash();

    private static void Line<T>(StringBuilder text, string subject, T part) =>
        text.Append(subject).Append(' ').Append(BookCommandCodec.Text(part)).Append('\n');
}
