using Marketplace.Ethereum;
using Marketplace.OrderBook.Entry;

namespace Marketplace.Bench;

/// <summary>How often one core does one thing of order entry.</summary>
/// <param name="Operation">What is counted.</param>
/// <param name="BestPerSecond">Per second of CPU time in the best round.</param>
/// <param name="BytesEach">Allocated bytes for each, in the last round.</param>
public sealed record EntryFigures(string Operation, long BestPerSecond, long MedianPerSecond, long BytesEach);

/// <summary>Measures the way in of an order: each operation once to warm up, then rounds of all in turn.</summary>
public static class EntryBench
{
    /// <param name="scale">Per cent of the usual number of operations.</param>
    public static IReadOnlyList<EntryFigures> Run(int rounds, int scale, IProgress<string> progress)
    {
        var operations = Operations(scale).ToList();
        var measured = operations.ToDictionary(operation => operation, _ => new List<EntryRound>());
        foreach (var operation in operations)
        {
            progress.Report($"{operation.Name}: warming up");
            operation.Run(Math.Max(1, operation.Count / 4));
        }

        for (var round = 1; round <= rounds; round++)
        {
            progress.Report($"round {round} of {rounds}");
            foreach (var operation in operations)
            {
                measured[operation].Add(Time(operation));
            }
        }

        return [.. operations.Select(operation => Summarise(operation, measured[operation]))];
    }

    private static IEnumerable<EntryOperation> Operations(int scale)
    {
        var signed = new SignedWork();
        var native = NativeSecp256k1.TryLoad();
        List<EntryOperation> all =
        [
            new("HMAC order, one a batch", 400_000, new HmacWork(1).Admit),
            new("HMAC order, 256 a batch", 1_024_000, new HmacWork(EntryBatch.MostOrders).Admit),
            new("MAC of one order alone", 400_000, new HmacWork(1).Authenticate),
            new("EIP-712 digest of one order alone", 100_000, signed.Hash),
            new("EIP-712 order, BouncyCastle", 1_000, count => signed.Recover(new ManagedSecp256k1(), count)),
            new("fingerprint, look and remember in the window", 4_000_000, WindowWork.Remember),
            new("rate limit of one of 1,000 sources", 4_000_000, LimitWork.Take),
        ];
        if (native is not null)
        {
            all.Add(new($"EIP-712 order, {native.Name}", 5_000, count => signed.Recover(native, count)));
        }

        return all.Select(operation => operation with { Count = Math.Max(1, operation.Count / 100 * scale) });
    }

    private static EntryRound Time(EntryOperation operation)
    {
        var allocated = GC.GetAllocatedBytesForCurrentThread();
        var cpu = Environment.CpuUsage.TotalTime;
        operation.Run(operation.Count);
        cpu = Environment.CpuUsage.TotalTime - cpu;
        return new EntryRound(cpu, GC.GetAllocatedBytesForCurrentThread() - allocated);
    }

    private static EntryFigures Summarise(EntryOperation operation, List<EntryRound> rounds)
    {
        var sorted = rounds.Select(round => round.Cpu).Order().ToList();
        return new EntryFigures(
            operation.Name,
            PerSecond(operation.Count, sorted[0]),
            PerSecond(operation.Count, sorted[sorted.Count / 2]),
            rounds[^1].AllocatedBytes / operation.Count);
    }

    private static long PerSecond(int count, TimeSpan time) =>
        count * TimeSpan.TicksPerSecond / Math.Max(1, time.Ticks);

    private sealed record EntryOperation(string Name, int Count, Action<int> Run);

    private sealed record EntryRound(TimeSpan Cpu, long AllocatedBytes);
}
