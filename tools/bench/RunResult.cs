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

/// <summary>
/// The results that an independent, plain book has given for each workload: in full, and for a short one of so many
/// messages that a test can afford it.
/// </summary>
public static class References
{
    /// <summary>How many messages a workload is asked for in its short form.</summary>
    public const int ShortMessages = 4_000;

    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    /// <summary>By workload, the short one first.</summary>
    public static SortedDictionary<string, List<RunResult>> Read()
    {
        using var stream = typeof(References).Assembly.GetManifestResourceStream("references.json")!;
        return JsonSerializer.Deserialize<SortedDictionary<string, List<RunResult>>>(stream, Options)!;
    }

    /// <summary>Of a workload with exactly so many messages; null if the plain book has not run it.</summary>
    public static RunResult? Find(string workload, int messages) =>
        Read().GetValueOrDefault(workload)?.Find(result => result.Messages == messages);

    /// <summary>Puts a result among those of a file, in the place of an earlier one of as many messages.</summary>
    public static void Learn(string path, string workload, RunResult result)
    {
        var all = File.Exists(path)
            ? JsonSerializer.Deserialize<SortedDictionary<string, List<RunResult>>>(File.ReadAllText(path), Options)!
            : [];
        var others = all.GetValueOrDefault(workload, []).Where(other => other.Messages != result.Messages);
        all[workload] = [.. others.Append(result).OrderBy(each => each.Messages)];
        File.WriteAllText(path, JsonSerializer.Serialize(all, Options) + "\n");
    }
}
