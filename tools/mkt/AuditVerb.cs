using System.CommandLine;
using Marketplace.Audit;
using Spectre.Console;

namespace Marketplace.Cli;

/// <summary><c>mkt audit balances</c>: every balance rebuilt from logs and compared with storage.</summary>
public static class AuditVerb
{
    private const int LongestCell = 20;

    public static Command Make()
    {
        var url = Options.Operator();
        var rpc = new Option<string?>("--rpc")
        {
            Description = "A node of your own; without it the operator's is asked",
        };
        var balances = new Command("balances", "Rebuild every balance from the chain's logs and compare") { url, rpc };
        balances.SetAction(async (parsed, ct) =>
        {
            var own = parsed.GetValue(rpc) is { } text ? Options.ReadUrl(text) : null;
            return await RunAsync(Options.ReadUrl(parsed.GetValue(url)!), own, ct)
                ? ExitCodes.Ok : ExitCodes.FailedCheck;
        });
        return new Command("audit", "Check without trusting anybody") { balances };
    }

    /// <returns>Whether every balance agrees.</returns>
    public static async Task<bool> RunAsync(Uri url, Uri? rpc, CancellationToken ct)
    {
        using var chain = await ChainAccess.OfOperatorAsync(url, ct, rpc);
        var report = await new BalanceAudit(await chain.ContractAsync(ct), chain.Info.StartBlock).RunAsync(ct);
        Draw(report);
        var differing = report.Rows.Count(row => !row.IsEqual);
        Screen.Show(
            differing == 0
                ? $"audit   {report.Rows.Count} of {report.Rows.Count} balances agree to the last micro-token"
                : $"audit   {differing} of {report.Rows.Count} balances DIFFER",
            new { block = report.Block.Value, report.Rows, differing });
        return report.IsClean;
    }

    private static void Draw(AuditReport report)
    {
        var table = new Table().Border(TableBorder.Rounded).Title($"Balances at final block {report.Block}")
            .AddColumns("what", "from logs", "in storage", "");
        foreach (var row in report.Rows)
        {
            table.AddRow(
                Markup.Escape(row.What),
                Markup.Escape(Shorten(row.Expected)),
                Markup.Escape(Shorten(row.Found)),
                row.IsEqual ? "[green]equal[/]" : "[red]DIFFERS[/]");
        }

        if (!Screen.IsJson)
        {
            Screen.Draw(table);
        }
    }

    // A hash is compared in full and shown by its ends.
    private static string Shorten(string text) => text.Length <= LongestCell ? text : $"{text[..10]}…{text[^8..]}";
}
