using System.Diagnostics;
using Marketplace.Matching;

namespace Marketplace.Bench;

/// <summary>
/// Says when commands are due and how long it took from then until they were durable. One thread waits for what is due,
/// another tells what is durable.
/// </summary>
internal sealed class AcknowledgementClock(MatchCommand[] messages, int perSecond) : IDisposable
{
    /// <summary>One command in so many is timed: looking at the clock costs time too.</summary>
    private const int Sampled = 16;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(1);

    private readonly long[] takenAt = new long[messages.Length / Sampled + 1];
    private readonly ManualResetEventSlim never = new();
    private long begin;
    private int acknowledged;

    /// <summary>Of every sixteenth command, in ticks of the stopwatch.</summary>
    public List<long> Times { get; } = new(messages.Length / Sampled + 1);

    public int Batches { get; private set; }

    public void Dispose() => never.Dispose();

    public long Start() => begin = Stopwatch.GetTimestamp();

    /// <summary>Waits, without spinning, until a command of the open loop is due; no other waits.</summary>
    public void WaitUntilDue(int index)
    {
        if (index % Sampled != 0)
        {
            return;
        }

        var due = perSecond == 0
            ? Stopwatch.GetTimestamp()
            : begin + (long)index * Stopwatch.Frequency / perSecond;
        Volatile.Write(ref takenAt[index / Sampled], due);
        while (Stopwatch.GetTimestamp() < due)
        {
            never.Wait(Pause);
        }
    }

    /// <summary>Everything up to this number is durable.</summary>
    public void OnDurable(long seq)
    {
        var now = Stopwatch.GetTimestamp();
        Batches++;
        for (; acknowledged < messages.Length && messages[acknowledged].Seq <= seq; acknowledged++)
        {
            if (acknowledged % Sampled == 0)
            {
                Times.Add(now - Volatile.Read(ref takenAt[acknowledged / Sampled]));
            }
        }
    }
}
