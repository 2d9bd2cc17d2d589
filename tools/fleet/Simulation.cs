using Marketplace.Fleet.Policies;
using Marketplace.Kernel;
using Marketplace.Verification;

namespace Marketplace.Fleet;

/// <summary>Runs a stream of jobs through a fleet under one policy (verification 7, E2).</summary>
/// <remarks>
/// One stream of jobs, one price, checks that are decided at once, and a comparer that always sees a difference.
/// Cheaters that are ejected are not replaced.
/// </remarks>
public sealed class Simulation
{
    private const int ReportEvery = 100_000;

    private readonly FleetTerms terms;
    private readonly ulong seed;
    private readonly SplitMix64 random;
    private readonly Roster roster = new();
    private readonly Holds holds = new();
    private readonly IPolicy policy;
    private readonly List<Ballot> ballots = [];
    private long executions;
    private long wrong;
    private int cheatersEjected;
    private int honestEjected;
    private int references;

    private Simulation(FleetTerms terms, ulong seed)
    {
        this.terms = terms;
        this.seed = seed;
        random = new SplitMix64(seed);
        policy = FleetPolicies.Make(terms, holds, random);
        var cheaters = (int)((terms.Providers * (long)terms.Cheaters.Value + 500_000) / PartsPerMillion.Whole);
        for (var provider = 0; provider < terms.Providers; provider++)
        {
            roster.Add(cheats: provider < cheaters);
        }
    }

    /// <param name="progress">Told the number of jobs done, now and then.</param>
    /// <exception cref="OperationCanceledException"><paramref name="ct"/> was cancelled.</exception>
    public static FleetRun Run(FleetTerms terms, ulong seed, IProgress<int> progress, CancellationToken ct)
    {
        Invariant.Holds(terms.Refusal is null, "terms are checked where they come in");

        var simulation = new Simulation(terms, seed);
        for (var job = 1; job <= terms.Jobs; job++)
        {
            simulation.RunJob();
            simulation.Churn(job);
            if (job % ReportEvery == 0)
            {
                ct.ThrowIfCancellationRequested();
                progress.Report(job);
            }
        }

        return simulation.Finish();
    }

    private void RunJob()
    {
        var isRingsJob = random.Happens(terms.CheatRate);
        ballots.Clear();
        RunOnce(roster.Draw(random), isRingsJob);

        var ruling = policy.Decide(ballots);
        while (ruling is AskMore more)
        {
            for (var asked = 0; asked < more.Count; asked++)
            {
                RunOnce(roster.Draw(random, who => policy.MayCheck(who, ballots)), isRingsJob);
            }

            ruling = policy.Decide(ballots);
        }

        Settle(ruling);
    }

    private void RunOnce(int provider, bool isRingsJob)
    {
        executions++;
        var isSuspected = terms.IsAdaptive && policy.IsSuspected(provider);
        var answer = roster.All[provider].Run(terms, isRingsJob, isSuspected, random);
        ballots.Add(new Ballot(provider, answer));
    }

    private void Settle(Ruling ruling)
    {
        if (ruling is AcceptAnswer accepted)
        {
            foreach (var ballot in ballots)
            {
                Record(ballot.Provider, ballot.Answer == accepted.Answer ? accepted.Agreed : accepted.Differed);
            }
        }
        else
        {
            Invariant.Holds(ruling is AskReference, "a job ends with an answer or at the reference");
            executions++;
            references++;
        }

        var isWrong = ruling is AcceptAnswer { Answer.IsRight: false };
        Hold(ballots[0].Provider, new HeldRun(isWrong, ballots.Count > 1));
    }

    private void Record(int provider, Mark mark)
    {
        if (mark == Mark.None || !roster.Serves(provider))
        {
            return;
        }

        var aftermath = policy.Record(provider, mark);
        foreach (var run in holds.Forfeit(provider, aftermath.ForfeitedJobs))
        {
            Count(run);
        }

        if (aftermath.IsEjected)
        {
            Eject(provider, aftermath.Backtracks);
        }
    }

    private void Eject(int provider, bool backtracks)
    {
        roster.Remove(provider);
        _ = roster.All[provider].Cheats ? cheatersEjected++ : honestEjected++;
        foreach (var run in holds.Empty(provider))
        {
            if (backtracks && !run.IsChecked)
            {
                executions++;
            }
            else
            {
                Count(run);
            }
        }
    }

    private void Hold(int provider, HeldRun run)
    {
        if (!roster.Serves(provider))
        {
            Count(run);
        }
        else if (holds.Hold(provider, run, MostHeld) is { } settled)
        {
            Count(settled);
        }
    }

    // Pay is let go when enough is held besides it, and never sooner than the window that was asked for.
    private int MostHeld => terms.NeedsHeldPay ? Math.Max(terms.HoldJobs, Ours.RequiredJobsUp) : terms.HoldJobs;

    private void Count(HeldRun run) => wrong += run.IsWrong ? 1 : 0;

    private void Churn(int job)
    {
        if (terms.ChurnJobs == 0 || job % terms.ChurnJobs != 0)
        {
            return;
        }

        var leaver = roster.Draw(random);
        roster.Remove(leaver);
        CountAll(leaver);
        roster.Add(roster.All[leaver].Cheats);
    }

    private void CountAll(int provider)
    {
        foreach (var run in holds.Empty(provider))
        {
            Count(run);
        }
    }

    private FleetRun Finish()
    {
        foreach (var provider in roster.All)
        {
            CountAll(provider.Id);
        }

        var cheaters = roster.All.Count(provider => provider.Cheats);
        return new FleetRun(
            seed, terms.Jobs, executions, wrong, cheaters, cheatersEjected, roster.All.Count - cheaters, honestEjected,
            references);
    }
}
