using System.CommandLine;
using Marketplace.Audit;
using Spectre.Console;

namespace Marketplace.Cli;

/// <summary><c>mkt audit balances</c>: every balance rebuilt from logs and compared with storage.</summary>
public static class AuditVerb
{
    public static Command Make()
    {
        var url = new Option<string>("--operator") { DefaultValueFactory = _ => "http://127.0.0.1:8080" };
        var balances = new Command("balances", "Rebuild every balance from the chain's logs") { url };
        balances.SetAction(async (parsed, ct) =>
            await RunAsync(new Uri(parsed.GetValue(url)!), ct) ? ExitCodes.Ok : ExitCodes.FailedCheck);
        return new Command("audit", "Check without trusting anybody") { balances };
    }

    /// <returns>Whether every balance agrees.</returns>
    public static async Task<bool> RunAsync(Uri url, CancellationToken ct)
    {
        using var chain = await ChainAccess.OfOperatorAsync(url, ct);
        var report = await new BalanceAudit(await chain.ContractAsync(ct), chain.Info.StartBlock).RunAsync(ct);
        var table = new Table().Border(TableBorder.Rounded).Title($"Balances at final block {report.Block}")
            .AddColumns("what", "from logs", "in storage", "");
        foreach (var row in report.Rows)
        {
            table.AddRow(
                Markup.Escape(row.What),
                Markup.Escape(row.Expected),
                Markup.Escape(row.Found),
                row.IsEqual ? "equal" : "DIFFERS");
        }

        AnsiConsole.Write(table);
        Console.WriteLine(report.IsClean
            ? $"audit   {report.Rows.Count} of {report.Rows.Count} balances agree to the last micro-token"
            : $"audit   {report.Rows.Count(row => !row.IsEqual)} balances DIFFER");
        return report.IsClean;
    }
}
