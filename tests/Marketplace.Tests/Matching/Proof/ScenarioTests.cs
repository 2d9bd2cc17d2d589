using System.Reflection;
using System.Text.Json;
using FluentAssertions;
using Marketplace.Matching;
using Xunit;

namespace Marketplace.Tests.Matching.Proof;

/// <summary>Every scenario file, case by case, on the naive book and on the engine.</summary>
public sealed class ScenarioTests
{
    private const string Folder = "Scenarios/";

    private static readonly Assembly Files = typeof(ScenarioTests).Assembly;

    private static readonly List<ScenarioCase> Cases = [.. Files.GetManifestResourceNames()
        .Where(name => name.StartsWith(Folder, StringComparison.Ordinal)).Order(StringComparer.Ordinal)
        .SelectMany(Read)];

    public static TheoryData<string, string> Names
    {
        get
        {
            var names = new TheoryData<string, string>();
            Cases.ForEach(one => names.Add(one.File, one.Setting.Scenario!));
            return names;
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void The_rules_give_what_the_scenario_says(string file, string scenario) => Check(file, scenario, "rules");

    [Theory]
    [MemberData(nameof(Names))]
    public void The_engine_gives_what_the_scenario_says(string file, string scenario) =>
        Check(file, scenario, "engine");

    [Fact]
    public void The_scenarios_are_many_and_show_every_refusal_every_event_and_every_end()
    {
        var tally = new Tally();
        foreach (var one in Cases)
        {
            var run = new ScenarioRun(new NaiveBook(), one.Setting, tally);
            foreach (var line in one.Lines)
            {
                run.Run(line);
            }
        }

        Cases.Should().HaveCountGreaterThanOrEqualTo(150)
            .And.OnlyHaveUniqueItems(one => $"{one.File} {one.Setting.Scenario}");
        Enum.GetNames<MatchRefusal>().Concat(Enum.GetNames<MatchEventKind>()).Concat(Enum.GetNames<EndReason>())
            .Distinct().Where(what => !tally.Counts.ContainsKey(what)).Should().BeEmpty();
    }

    [Fact]
    public void A_member_that_no_line_has_is_seen()
    {
        var misspelt = () => ScenarioCase.Parse("""{"bid":"b1","qty":5}""");

        misspelt.Should().Throw<JsonException>();
    }

    [Fact]
    public void An_outcome_that_differs_is_seen()
    {
        var run = new ScenarioRun(new NaiveBook(), new ScenarioLine(), new Tally());
        var line = ScenarioCase.Parse("""{"bid":"b1","at":10,"for":5,"refused":"InvalidTick"}""");

        var real = run.Run(line);

        real.Refused.Should().BeNull();
    }

    private static IEnumerable<ScenarioCase> Read(string resource)
    {
        using var reader = new StreamReader(Files.GetManifestResourceStream(resource)!);
        return ScenarioCase.Read(resource[Folder.Length..], reader).ToList();
    }

    private static void Check(string file, string scenario, string book)
    {
        var one = Cases.Single(one => one.File == file && one.Setting.Scenario == scenario);
        var run = new ScenarioRun(LawTests.Open(book), one.Setting, new Tally());

        foreach (var line in one.Lines)
        {
            run.Run(line).Should().BeEquivalentTo(line, options => options.WithStrictOrdering());
        }
    }
}
