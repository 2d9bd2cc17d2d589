using System.Globalization;
using System.Text.Json;
using Marketplace.Matching;

namespace Marketplace.Bench;

/// <summary>What a workload comes to: a run that differs from its reference measures nothing.</summary>
/// <param name="Notional">Tick times units of all trades, as text since it may exceed 64 bits.</param>
/// <param name="Escrowed">Micro-tokens.</param>
public sealed record RunResult(
    int Messages, long Trades, long Quantity, string Notional, long Escrowed, string StateHash)
{
    /// <summary>Runs a workload once and adds up its trades.</summary>
    public static RunResult Of(Workload workload)
    {
        var engine = workload.Prepare();
        var events = new MatchEvents();
        var (trades, quantity, notional, escrowed) = (0L, 0L, (Int128)0, 0L);
        foreach (ref readonly var command in workload.Messages.AsSpan())
        {
            events.Clear();
            engine.Apply(command, events);
            foreach (ref readonly var each in events.All)
            {
                if (each.Kind == MatchEventKind.Traded)
                {
                    trades++;
                    quantity += each.Quantity;
                    notional += (Int128)each.Tick * each.Quantity;
                    escrowed += each.Amount;
                }
            }
        }

        return new RunResult(
            workload.Messages.Length,
            trades,
            quantity,
            notional.ToString(CultureInfo.InvariantCulture),
            escrowed,
            engine.StateHash().ToString());
    }
}

/// <summary>The results that an independent, plain book has given for each workload.</summary>
public static class References
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    /// <summary>By workload; one of another number of messages has none.</summary>
    public static SortedDictionary<string, RunResult> Read()
    {
        using var stream = typeof(References).Assembly.GetManifestResourceStream("references.json")!;
        return JsonSerializer.Deserialize<SortedDictionary<string, RunResult>>(stream, Options)!;
    }

    /// <summary>Puts a result among those of a file, in the place of an earlier one of the same workload.</summary>
    public static void Learn(string path, string workload, RunResult result)
    {
        var all = File.Exists(path)
            ? JsonSerializer.Deserialize<SortedDictionary<string, RunResult>>(File.ReadAllText(path), Options)!
            : [];
        all[workload] = result;
        File.WriteAllText(path, JsonSerializer.Serialize(all, Options) + "\n");
    }
}
