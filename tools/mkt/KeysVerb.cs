using System.CommandLine;
using Marketplace.Gateway;
using Marketplace.Kernel;
using Marketplace.Storage;

namespace Marketplace.Cli;

/// <summary><c>mkt keys create</c>: a further API key for a gateway, with limits of its own.</summary>
public static class KeysVerb
{
    public static Command Make()
    {
        var data = Options.Data("data/buyer");
        var total = new Option<string?>("--total") { Description = "The most that the key may ever spend, in tokens" };
        var day = new Option<string?>("--day") { Description = "The most that it may spend a day (UTC), in tokens" };
        var create = new Command("create", "Make a key; it is shown once and stored nowhere") { data, total, day };
        create.SetAction(async (parsed, ct) =>
        {
            await using var database = Database.Open(
                Path.Combine(parsed.GetValue(data)!, "gateway.db"), MigrationSet.Gateway);
            var key = await new ApiKeys(new PurchaseStore(database)).CreateAsync(
                Limit("--total", parsed.GetValue(total)), Limit("--day", parsed.GetValue(day)), ct);
            Screen.Show(key, new { key });
            return ExitCodes.Ok;
        });
        return new Command("keys", "API keys of a gateway") { create };
    }

    private static TokenAmount? Limit(string name, string? text) =>
        text is null ? null : Options.ReadAmount(name, text);
}
