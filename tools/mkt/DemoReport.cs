using System.Globalization;
using System.Text.Json.Nodes;
using Marketplace.Execution;
using Marketplace.Kernel;

namespace Marketplace.Cli;

/// <summary>One bought job of the demo.</summary>
public sealed class DemoJob(long jobId, DateTimeOffset askedAt)
{
    public long JobId => jobId;

    public DateTimeOffset AskedAt => askedAt;

    /// <summary>What the gateway tells of it, once it is settled.</summary>
    public JsonObject? Generation { get; private set; }

    public DateTimeOffset SettledAt { get; private set; }

    public void Settle(JsonObject generation, DateTimeOffset at) => (Generation, SettledAt) = (generation, at);
}

/// <summary>The demo's figures: a line a job, then the totals.</summary>
public sealed class DemoReport(LocalMarket market, HttpClient http, IReadOnlyList<DemoJob> jobs)
{
    private const int DigestShown = 12;

    public async Task PrintAsync(CancellationToken ct)
    {
        var views = new List<JobView>();
        foreach (var job in jobs)
        {
            var view = await http.GetFromJsonAsync<JobView>(new Uri(market.Url, $"/v1/jobs/{job.JobId}"), ct)
                ?? throw new DemoFailedException($"The operator does not know job {job.JobId}.");
            views.Add(view);
            Print(job, view);
        }

        using var chain = await ChainAccess.OfOperatorAsync(market.Url, ct);
        await PrintGasAsync(chain, ct);
        await PrintEarningsAsync(chain, views, ct);
    }

    private static void Print(DemoJob job, JobView view)
    {
        var generation = job.Generation!;
        long Since(long unixMilliseconds) => unixMilliseconds - job.AskedAt.ToUnixTimeMilliseconds();
        var settled = (job.SettledAt - job.AskedAt).TotalSeconds;
        var providers = string.Join(", ", view.Legs.Select(leg => (LegStatus)leg.Status switch
        {
            LegStatus.Accepted => $"{leg.ProviderId}",
            LegStatus.Outvoted => $"{leg.ProviderId} outvoted",
            _ => $"{leg.ProviderId} dropped",
        }));
        var price = generation["usage"]!["cost"]!.ToString();
        var digest = generation["digest"]!.GetValue<string>();
        var (locked, verified) = (Since(view.MatchedAt), Since(view.VerifiedAt));
        Screen.Show(
            string.Create(
                CultureInfo.InvariantCulture,
                $"job {job.JobId,-4}matched, locked {locked} ms > run, verified {verified} ms")
            + string.Create(
                CultureInfo.InvariantCulture,
                $" > settled {settled:F1} s   price {price}   providers {providers}   digest {digest[..DigestShown]}"),
            new
            {
                job.JobId,
                lockedMs = locked,
                verifiedMs = verified,
                settledMs = (long)(job.SettledAt - job.AskedAt).TotalMilliseconds,
                price,
                view.Legs,
                digest,
            });
    }

    private async Task PrintGasAsync(ChainAccess chain, CancellationToken ct)
    {
        var contract = await chain.ContractAsync(ct);
        var transactions = jobs.Select(job => job.Generation!["settlement"]!["tx"]?.GetValue<string>()).OfType<string>()
            .Distinct().ToList();
        ulong gas = 0;
        foreach (var transaction in transactions)
        {
            gas += (await contract.ReceiptAsync(new TxHash(Hash32.Parse(transaction)), ct))?.GasUsed ?? 0;
        }

        var perJob = gas / (ulong)Math.Max(1, jobs.Count);
        Screen.Show(
            $"total   {jobs.Count} jobs in {transactions.Count} transactions with {gas} gas: {perJob} gas a job",
            new { jobs = jobs.Count, transactions = transactions.Count, gas, gasPerJob = perJob });
    }

    private async Task PrintEarningsAsync(ChainAccess chain, List<JobView> views, CancellationToken ct)
    {
        var contract = await chain.ContractAsync(ct);
        for (var index = 1; index <= DemoVerb.Providers; index++)
        {
            var id = market.ProviderIdOf(index);
            var runs = views.SelectMany(view => view.Legs).Where(leg => leg.ProviderId == id.Value).ToList();
            var outvoted = runs.Count(leg => (LegStatus)leg.Status == LegStatus.Outvoted);
            var earned = await contract.CreditAsync(id, null, ct);
            var perRun = new TokenAmount(earned.Micro / Math.Max(1, runs.Count));
            var kind = index == DemoVerb.Cheater ? "cheats" : "honest";
            Screen.Show(
                $"earned  provider {id} ({kind})  {earned} for {runs.Count} runs, {outvoted} outvoted: {perRun} a run",
                new { provider = id.Value, kind, earnedMicro = earned.Micro, runs = runs.Count, outvoted });
        }
    }
}
