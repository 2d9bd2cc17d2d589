using System.Collections.Immutable;
using Marketplace.Kernel;
using Marketplace.Verification;
using Marketplace.Verification.Auditing;
using Marketplace.Verification.Deterrence;
using Marketplace.Verification.Judging;

namespace Marketplace.Tests.Verification.Deterrence;

/// <summary>A provider with a ring of funders, walked through its held pay and its record step by step.</summary>
public sealed class Walk(HeldPayRules rules)
{
    /// <summary>Funders below this are the provider's own.</summary>
    public const int FirstStranger = 10;

    private static readonly TokenAmount Price = new(1_000_000);

    private DateTimeOffset now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private Standing standing = Standing.Newcomer with { ValidInARow = 10_000 };
    private int delivered = 1_000;

    public HeldPay Held { get; set; } = HeldPay.None;

    public int Trusted { get; private set; }

    public int Released { get; private set; }

    public int Faults { get; private set; }

    public HashSet<ReleaseRefusal> Refusals { get; } = [];

    public static AssignmentId Id(int no) => new(Keccak256.Hash($"assignment {no}"));

    public static EthAddress Funder(int no) => new(Enumerable.Repeat((byte)(no + 1), 20).ToArray());

    /// <summary>Mostly deliveries; draws, verdicts, releases, pauses and a rare honest fault between them.</summary>
    public void Step(int kind, int choice)
    {
        switch (kind)
        {
            case < 70:
                // Every third job comes from the ring; one in sixteen names its provider.
                var funder = choice % 3 == 0 ? choice / 3 % FirstStranger : FirstStranger + (choice / 3 % 50);
                Deliver(funder, new TokenAmount(100_000 + (choice % 900_001)), namesProviders: choice % 16 == 0);
                break;
            case < 78:
                Change(job => job.Progress == CheckProgress.AwaitsDraw, job => IsDrawn(job, choice)
                    ? job with { Progress = CheckProgress.Checking } : job with { Progress = CheckProgress.Unchecked });
                break;
            case < 88:
                Change(job => job.Progress == CheckProgress.Checking, Right);
                break;
            case < 94:
                ReleaseAll();
                break;
            case < 99:
                now += TimeSpan.FromMinutes(choice % 1_000);
                break;
            case 99 when choice % 4 == 0:
                Fault();
                break;
        }
    }

    public void Deliver(int funder, TokenAmount pay, bool namesProviders)
    {
        var audit = AuditProbability.Of(
            new AuditStanding(standing.ValidInARow, standing.Suspicion.NanoNats, Held.Counted(rules)),
            rules.Required,
            AssuranceLevel.Spot,
            AuditRules.Default);
        Trusted += audit < PartsPerMillion.Always ? 1 : 0;
        Held = Held.Hold(new HeldJob(
            Id(delivered), Funder(funder), pay, namesProviders, audit, now, CheckProgress.AwaitsDraw));
        delivered++;
    }

    /// <summary>The undecided jobs of strangers on which the provider would rather have cheated.</summary>
    /// <remarks>The honest lose all that a fault takes; the cheat has its ring's part back.</remarks>
    public IReadOnlyList<HeldJob> JobsWhereCheatingPays() =>
        [.. Held.Jobs.Where(job => !job.IsDecided && !IsOfRing(job) && !HonestyPays(job))];

    private bool HonestyPays(HeldJob job)
    {
        var (_, forfeited) = new HeldPay(Held.Jobs.Remove(job)).Forfeit(rules);
        var terms = DeterrenceTerms.At(job.Pay);
        var cost = terms.Saving;

        return terms.HonestPayoff(cost, job.Audit, Sum(forfeited))
            > terms.CheatPayoff(cost, job.Audit, Sum(forfeited.Where(lost => !IsOfRing(lost))));
    }

    private static bool IsOfRing(HeldJob job) => job.Funder < Funder(FirstStranger) || job.NamesProviders;

    private static TokenAmount Sum(IEnumerable<HeldJob> jobs) => TokenAmount.Sum(jobs.Select(job => job.Pay));

    private static bool IsDrawn(HeldJob job, int choice) =>
        job.Audit == PartsPerMillion.Always || choice % 20 == 0;

    private HeldJob Right(HeldJob job)
    {
        standing = standing.AfterValid(SuspicionSteps.Exact);
        return job with { Progress = CheckProgress.Right };
    }

    private void Change(Func<HeldJob, bool> which, Func<HeldJob, HeldJob> how) => Held =
        new HeldPay(Held.Jobs.Select(job => which(job) ? how(job) : job).ToImmutableList());

    private void ReleaseAll()
    {
        foreach (var job in Held.Jobs)
        {
            var released = Held.Release(job.Id, now, rules);
            if (released.TryGet(out var rest))
            {
                Held = rest;
                Released++;
            }
            else
            {
                Refusals.Add(released.Rejection);
            }
        }
    }

    private void Fault()
    {
        var (after, consequence) = standing.AfterFault(FaultKind.Outvoted, SuspicionSteps.Exact);
        Faults++;
        // An ejected provider has no further jobs to cheat on: another takes its place, without a record.
        (Held, standing) = consequence.Ejects
            ? (HeldPay.None, Standing.Newcomer)
            : (Held.Forfeit(rules).Left, after);
    }
}
