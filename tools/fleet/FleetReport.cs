using System.Text.Json;
using Marketplace.Fleet.Policies;

namespace Marketplace.Fleet;

/// <summary>All numbers of a run's terms, flat and whole: what is needed to run it again.</summary>
public sealed record FleetParameters(
    string Policy,
    int Providers,
    int Jobs,
    int CheatersPpm,
    int CheatRatePpm,
    bool Colludes,
    int SleepRuns,
    int NoisePpm,
    bool IsAdaptive,
    int ChurnJobs,
    int FloorPpm,
    int HoldJobs,
    bool NeedsHeldPay,
    int RequiredHeldJobs,
    int Trust)
{
    public static FleetParameters Of(FleetTerms terms) => new(
        terms.Policy,
        terms.Providers,
        terms.Jobs,
        terms.Cheaters.Value,
        terms.CheatRate.Value,
        terms.Colludes,
        terms.SleepRuns,
        terms.Noise.Value,
        terms.IsAdaptive,
        terms.ChurnJobs,
        terms.Floor.Value,
        terms.HoldJobs,
        terms.NeedsHeldPay,
        terms.NeedsHeldPay ? Ours.RequiredJobsUp : 0,
        terms.Trust);
}

/// <summary>What the runs of one row have in common.</summary>
public sealed record FleetMeans(
    long OverheadPpm, long WrongPerBillion, long WorstWrongPerBillion, long WrongPerCheaterMilli)
{
    public static FleetMeans Of(IReadOnlyList<FleetRun> runs) => new(
        runs.Sum(run => run.OverheadPpm) / runs.Count,
        runs.Sum(run => run.WrongPerBillion) / runs.Count,
        runs.Max(run => run.WrongPerBillion),
        runs.Sum(run => run.WrongPerCheaterMilli) / runs.Count);
}

/// <summary>One fleet under one policy, run with one or several seeds.</summary>
public sealed record FleetRow(
    string Name, FleetParameters Parameters, FleetMeans Means, IReadOnlyList<FleetRun> Runs);

/// <summary>What a simulation came to; nothing in it depends on when or where it ran.</summary>
/// <param name="Command">The command line that runs it again.</param>
public sealed record FleetReport(string Command, IReadOnlyList<FleetRow> Rows)
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    /// <summary>Runs every scenario with every seed, in order.</summary>
    /// <param name="progress">Told what runs, and what it came to.</param>
    /// <exception cref="OperationCanceledException"><paramref name="ct"/> was cancelled.</exception>
    public static FleetReport Make(
        string command,
        IReadOnlyList<FleetScenario> scenarios,
        IReadOnlyList<ulong> seeds,
        IProgress<string> progress,
        CancellationToken ct)
    {
        var rows = new List<FleetRow>();
        foreach (var scenario in scenarios)
        {
            var runs = seeds.Select(seed => Run(scenario, seed, progress, ct)).ToList();
            rows.Add(new FleetRow(
                scenario.Name, FleetParameters.Of(scenario.Terms), FleetMeans.Of(runs), runs));
        }

        return new FleetReport(command, rows);
    }

    public string ToJson() => JsonSerializer.Serialize(this, Options) + "\n";

    private static FleetRun Run(FleetScenario scenario, ulong seed, IProgress<string> progress, CancellationToken ct)
    {
        var run = Simulation.Run(
            scenario.Terms, seed, new Percent($"{scenario.Name}, seed {seed}", scenario.Terms.Jobs, progress), ct);
        progress.Report(
            $"{scenario.Name}, seed {seed}: overhead {run.OverheadPpm} ppm, wrong {run.WrongPerBillion} per 10^9, "
            + $"ejected {run.CheatersEjected} of {run.Cheaters} cheaters, {run.HonestEjected} of {run.Honest} honest");
        return run;
    }

    /// <summary>Says every fifth of a run.</summary>
    private sealed class Percent(string what, int jobs, IProgress<string> progress) : IProgress<int>
    {
        private int said;

        public void Report(int value)
        {
            var fifths = (int)(value * 5L / jobs);
            if (fifths > said && fifths < 5)
            {
                said = fifths;
                progress.Report($"{what}: {fifths * 20} %");
            }
        }
    }
}
