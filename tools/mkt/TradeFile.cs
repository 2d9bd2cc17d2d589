using System.Globalization;
using Marketplace.Matching;

namespace Marketplace.Cli;

/// <summary>Counts the trades of a replay and writes them, one a line, when a file is wanted.</summary>
public sealed class TradeFile : IDisposable
{
    private readonly StreamWriter? file;

    public TradeFile(string? path)
    {
        file = path is null ? null : new StreamWriter(path);
        file?.WriteLine("seq,market,bid,ask,bid_account,ask_account,leg,tick,units,escrowed_micro,released_micro");
    }

    public long Count { get; private set; }

    public long Units { get; private set; }

    public void Add(ReadOnlySpan<MatchEvent> events)
    {
        foreach (ref readonly var trade in events)
        {
            if (trade.Kind == MatchEventKind.Traded)
            {
                Count++;
                Units += trade.Quantity;
                file?.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{trade.Seq},{trade.Market},{trade.Order},{trade.Other},{trade.Account},{trade.OtherAccount},"
                    + $"{trade.LegNo},{trade.Tick},{trade.Quantity},{trade.Amount},{trade.Released}"));
            }
        }
    }

    public void Dispose() => file?.Dispose();
}
