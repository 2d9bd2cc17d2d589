using System.Diagnostics;
using System.Runtime.CompilerServices;
using Marketplace.Kernel;
using Marketplace.Matching;

namespace Marketplace.Bench;

/// <summary>One timed run of a workload.</summary>
public sealed record Round(TimeSpan Cpu, TimeSpan Wall, long AllocatedBytes);

/// <summary>Nanoseconds of single messages. The clock itself takes some 20 to 40 of them.</summary>
public sealed record Percentiles(long P50, long P90, long P99, long P999, long Worst)
{
    /// <summary>Sorts the times, in ticks of the stopwatch, and picks from them; all zero without any.</summary>
    public static Percentiles Of(List<long> times)
    {
        times.Sort();
        long At(long perMille) => times.Count == 0
            ? 0 : times[(int)Math.Min(times.Count - 1, times.Count * perMille / 1000)] * 1_000_000_000
                / Stopwatch.Frequency;
        return new Percentiles(At(500), At(900), At(990), At(999), At(1000));
    }
}

/// <summary>What stays in the book.</summary>
/// <param name="BytesPerOrder">The whole engine's memory by the orders left; 0 if none is.</param>
/// <param name="CaptureMicroseconds">Wall time of copying the state into an image that has the room.</param>
public sealed record Footprint(int Orders, long BytesPerOrder, long CaptureMicroseconds);

/// <summary>Times workloads. What is compared with a reference is measured elsewhere: here only the hash is.</summary>
public static class Measurement
{
    /// <summary>Runs all messages without looking at the clock in between.</summary>
    /// <exception cref="InvariantViolationException">The run came to another state than expected.</exception>
    public static Round Time(Workload workload, string expectedHash)
    {
        var engine = workload.Prepare();
        var events = new MatchEvents();
        GC.Collect();
        var allocated = GC.GetAllocatedBytesForCurrentThread();
        var cpu = Environment.CpuUsage.TotalTime;
        var begin = Stopwatch.GetTimestamp();
        ApplyAll(engine, workload.Messages, events);
        var wall = Stopwatch.GetElapsedTime(begin);
        cpu = Environment.CpuUsage.TotalTime - cpu;
        allocated = GC.GetAllocatedBytesForCurrentThread() - allocated;
        Invariant.Holds(engine.StateHash().ToString() == expectedHash, $"{workload.Name} comes to the same state.");
        return new Round(cpu, wall, allocated);
    }

    /// <summary>A second pass that reads the clock around each message that <paramref name="counts"/>.</summary>
    public static Percentiles TimeEach(Workload workload, Func<MatchCommand, bool> counts)
    {
        var engine = workload.Prepare();
        var events = new MatchEvents();
        var times = new List<long>(workload.Messages.Length);
        foreach (ref readonly var command in workload.Messages.AsSpan())
        {
            events.Clear();
            var begin = Stopwatch.GetTimestamp();
            engine.Apply(command, events);
            var end = Stopwatch.GetTimestamp();
            if (counts(command))
            {
                times.Add(end - begin);
            }
        }

        return Percentiles.Of(times);
    }

    /// <summary>What the engine keeps at the end of a workload, and how long a copy of it stops the writer.</summary>
    public static Footprint Keep(Workload workload)
    {
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var engine = workload.Prepare();
        ApplyAll(engine, workload.Messages, new MatchEvents());
        var kept = GC.GetTotalMemory(forceFullCollection: true) - before;
        var orders = engine.Market(Generator.Market).Orders;
        var image = engine.Capture(null);
        var begin = Stopwatch.GetTimestamp();
        engine.Capture(image);
        var pause = Stopwatch.GetElapsedTime(begin);
        return new Footprint(orders, orders == 0 ? 0 : kept / orders, pause.Ticks / TimeSpan.TicksPerMicrosecond);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void ApplyAll(MatchingEngine engine, MatchCommand[] messages, MatchEvents events)
    {
        const int ahead = 8;
        for (var i = 0; i < messages.Length; i++)
        {
            if (i + ahead < messages.Length)
            {
                engine.Expect(messages[i + ahead]);
            }

            events.Clear();
            engine.Apply(messages[i], events);
        }
    }
}
