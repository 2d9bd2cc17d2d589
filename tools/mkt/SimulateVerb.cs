using System.CommandLine;
using System.Globalization;
using Marketplace.Fleet;
using Spectre.Console;

namespace Marketplace.Cli;

/// <summary><c>mkt simulate fleet</c>: what checking costs and lets through, under our rules and the rivals'.</summary>
public static class SimulateVerb
{
    private static readonly Option<string> Policy = Text("--policy", "ours", "Who decides what is checked");
    private static readonly Option<int> Providers = Number("--providers", 1_000, "How many serve");
    private static readonly Option<int> Jobs = Number("--jobs", 3_000_000, "How many jobs are bought");
    private static readonly Option<string> Seeds = Text("--seeds", "11-16", "One run for each: a seed, or first-last");
    private static readonly Option<string> Cheaters = Text("--cheaters", "5%", "The share of providers that cheat");
    private static readonly Option<string> CheatRate = Text("--cheat-rate", "5%", "Of their runs, the wrong ones");
    private static readonly Option<bool> Collude = Flag("--collude", "Cheaters are one ring with one wrong answer");
    private static readonly Option<int> Sleep = Number("--sleep", 0, "Runs that a cheater is honest first");
    private static readonly Option<string> Noise = Text("--noise", "0", "Honest runs that are taken for wrong");
    private static readonly Option<bool> Adaptive = Flag("--adaptive", "Cheaters stop while they are suspected");
    private static readonly Option<int> Churn = Number("--churn", 0, "Jobs after which one provider is replaced");
    private static readonly Option<string> Floor = Text("--floor", "5%", "The least share of jobs that is checked");
    private static readonly Option<int> Hold = Number("--hold", 500, "Unsettled jobs of each provider");
    private static readonly Option<int> Trust = Number("--trust", 10, "What iExec's workers must outweigh");
    private static readonly Option<bool> NoHeldPay = Flag("--no-held-pay", "Trust needs no held pay, as in E2");
    private static readonly Option<bool> All = Flag("--all", "The table of experiment E2 in this size");
    private static readonly Option<string?> Report = new("--report") { Description = "A file for the figures, JSON" };
    private static readonly Option<string?> Chart = new("--chart") { Description = "A file for the chart, SVG" };

    public static Command Make()
    {
        Policy.Description += $": one of {string.Join(", ", FleetPolicies.Names)}";
        var fleet = new Command("fleet", "Simulate providers, honest and not, under a policy")
        {
            Policy, Providers, Jobs, Seeds, Cheaters, CheatRate, Collude, Sleep, Noise, Adaptive, Churn, Floor, Hold,
            Trust, NoHeldPay, All, Report, Chart,
        };
        fleet.SetAction(Run);
        return new Command("simulate", "Try the market's rules on simulated providers") { fleet };
    }

    private static Task<int> Run(ParseResult parsed, CancellationToken ct)
    {
        var terms = Terms(parsed);
        var seeds = Share.Seeds(parsed.GetValue(Seeds)!);
        if (seeds.Count == 0)
        {
            throw new UsageException("--seeds is a number, or two like 11-16 that are at most a hundred apart");
        }

        var scenarios = parsed.GetValue(All) ? FleetScenario.Table(terms) : [new FleetScenario(Name(terms), terms)];
        var command = "mkt " + string.Join(' ', Replayed(parsed));
        var report = FleetReport.Make(command, scenarios, seeds, Screen.Progress, ct);
        Write(parsed.GetValue(Report), report.ToJson());
        Write(parsed.GetValue(Chart), FleetChart.Draw(report.Rows));
        Show(report);
        return Task.FromResult(ExitCodes.Ok);
    }

    private static FleetTerms Terms(ParseResult parsed)
    {
        var terms = new FleetTerms(parsed.GetValue(Policy)!, parsed.GetValue(Providers), parsed.GetValue(Jobs))
        {
            Cheaters = ReadShare(parsed, Cheaters),
            CheatRate = ReadShare(parsed, CheatRate),
            Colludes = parsed.GetValue(Collude),
            SleepRuns = parsed.GetValue(Sleep),
            Noise = ReadShare(parsed, Noise),
            IsAdaptive = parsed.GetValue(Adaptive),
            ChurnJobs = parsed.GetValue(Churn),
            Floor = ReadShare(parsed, Floor),
            HoldJobs = parsed.GetValue(Hold),
            NeedsHeldPay = !parsed.GetValue(NoHeldPay),
            Trust = parsed.GetValue(Trust),
        };
        if (!FleetPolicies.Names.Contains(terms.Policy))
        {
            throw new UsageException($"--policy is one of {string.Join(", ", FleetPolicies.Names)}");
        }

        return terms.Refusal is { } refusal ? throw new UsageException(refusal) : terms;
    }

    private static Verification.PartsPerMillion ReadShare(ParseResult parsed, Option<string> option) =>
        Share.TryParse(parsed.GetValue(option)!, out var share)
            ? share
            : throw new UsageException($"{option.Name} is a share in whole millionths, like 5% or 1e-4");

    // Where the figures are written to is no part of what they are.
    private static IEnumerable<string> Replayed(ParseResult parsed)
    {
        var words = parsed.Tokens.Select(token => token.Value).ToList();
        foreach (var file in new[] { "--report", "--chart" })
        {
            var at = words.IndexOf(file);
            if (at >= 0)
            {
                words.RemoveRange(at, Math.Min(2, words.Count - at));
            }
        }

        return words;
    }

    private static void Write(string? path, string text)
    {
        if (path is not null)
        {
            File.WriteAllText(path, text);
        }
    }

    private static void Show(FleetReport report)
    {
        if (!Screen.IsJson)
        {
            var table = new Table();
            table.AddColumns(
                "fleet", "overhead", "wrong per million", "worst seed", "per cheater", "ejected", "honest ejected");
            foreach (var row in report.Rows)
            {
                table.AddRow(
                    row.Name, Thousandths(row.Means.OverheadPpm / 100, 4), Thousandths(row.Means.WrongPerBillion, 3),
                    Thousandths(row.Means.WorstWrongPerBillion, 3), Thousandths(row.Means.WrongPerCheaterMilli, 3),
                    $"{row.Runs.Sum(run => run.CheatersEjected)} of {row.Runs.Sum(run => run.Cheaters)}",
                    $"{row.Runs.Sum(run => run.HonestEjected)} of {row.Runs.Sum(run => run.Honest)}");
            }

            AnsiConsole.Write(table);
        }

        Screen.Show("Overhead: executions by jobs. Means over the seeds.", report);
    }

    private static string Thousandths(long number, int decimals)
    {
        var scale = (long)Math.Pow(10, decimals);
        var rest = (number % scale).ToString(CultureInfo.InvariantCulture).PadLeft(decimals, '0');
        return $"{(number / scale).ToString("N0", CultureInfo.InvariantCulture)}.{rest}";
    }

    private static string Name(FleetTerms terms) => terms.Policy + (terms.Colludes ? ", ring" : "");

    private static Option<string> Text(string name, string usual, string description) =>
        new(name) { Description = description, DefaultValueFactory = _ => usual };

    private static Option<int> Number(string name, int usual, string description) =>
        new(name) { Description = description, DefaultValueFactory = _ => usual };

    private static Option<bool> Flag(string name, string description) => new(name) { Description = description };
}
