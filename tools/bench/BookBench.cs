using Marketplace.Matching;

namespace Marketplace.Bench;

/// <summary>What was measured of one workload.</summary>
/// <param name="BestPerSecond">Messages a second of CPU time in the best round; of wall time the last two.</param>
/// <param name="IsProved">The result equals the reference; null if there is none for so many messages.</param>
public sealed record BookFigures(
    string Workload,
    RunResult Result,
    bool? IsProved,
    int Bids,
    long BestPerSecond,
    long MedianPerSecond,
    long BestPerSecondWall,
    long MedianPerSecondWall,
    Percentiles Nanoseconds,
    Percentiles? BidNanoseconds,
    Footprint Footprint,
    long AllocatedBytes);

/// <summary>Measures the book on workloads: a warm-up pass of each, then rounds in turn.</summary>
public static class BookBench
{
    /// <param name="messages">Of each workload; 0 for the usual number.</param>
    public static IReadOnlyList<BookFigures> Run(
        IReadOnlyList<string> names, int rounds, int messages, IProgress<string> progress)
    {
        var entries = new List<Entry>();
        foreach (var name in names)
        {
            progress.Report($"{name}: generating");
            var workload = Workloads.Make(name, messages == 0 ? Workloads.UsualMessages(name) : messages);
            progress.Report($"{name}: warming up on {workload.Messages.Length:N0} messages");
            entries.Add(new Entry(workload, RunResult.Of(workload), []));
        }

        for (var round = 1; round <= rounds; round++)
        {
            foreach (var entry in entries)
            {
                progress.Report($"{entry.Workload.Name}: round {round} of {rounds}");
                entry.Rounds.Add(Measurement.Time(entry.Workload, entry.Result.StateHash));
            }
        }

        return [.. entries.Select(entry => Summarise(entry, progress))];
    }

    private static BookFigures Summarise(Entry entry, IProgress<string> progress)
    {
        var (workload, result, rounds) = entry;
        progress.Report($"{workload.Name}: timing single messages");
        var bids = workload.Messages.Count(IsBidInLegs);
        return new BookFigures(
            workload.Name,
            result,
            References.Find(workload.Name, result.Messages) is { } reference ? reference == result : null,
            bids,
            PerSecond(workload, rounds.Min(round => round.Cpu)),
            PerSecond(workload, Median(rounds.Select(round => round.Cpu))),
            PerSecond(workload, rounds.Min(round => round.Wall)),
            PerSecond(workload, Median(rounds.Select(round => round.Wall))),
            Measurement.TimeEach(workload, _ => true),
            bids == 0 ? null : Measurement.TimeEach(workload, IsBidInLegs),
            Measurement.Keep(workload),
            rounds[^1].AllocatedBytes);
    }

    private static bool IsBidInLegs(MatchCommand command) =>
        command is { Kind: CommandKind.Place, Side: Side.Bid, Replicas: > 0 };

    private static long PerSecond(Workload workload, TimeSpan time) =>
        workload.Messages.Length * TimeSpan.TicksPerSecond / Math.Max(1, time.Ticks);

    private static TimeSpan Median(IEnumerable<TimeSpan> times)
    {
        var sorted = times.Order().ToList();
        return sorted[sorted.Count / 2];
    }

    private sealed record Entry(Workload Workload, RunResult Result, List<Round> Rounds);
}
