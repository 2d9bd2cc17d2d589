using System.Text.Json;
using System.Xml.Linq;
using FluentAssertions;
using Marketplace.Fleet;
using Xunit;

namespace Marketplace.Tests.Fleet;

public sealed class FleetReportTests
{
    private static readonly FleetTerms Terms = new("ours", 50, 4_000);

    [Fact]
    public void A_report_holds_the_command_all_terms_and_every_seed_and_nothing_of_the_day()
    {
        var json = Report([new FleetScenario("ours", Terms)], [1, 2]).ToJson();

        var row = JsonDocument.Parse(json).RootElement.GetProperty("rows")[0];
        row.GetProperty("parameters").GetProperty("cheatersPpm").GetInt32().Should().Be(50_000);
        row.GetProperty("runs").EnumerateArray().Select(run => run.GetProperty("seed").GetInt32()).Should().Equal(1, 2);
        json.Should().Be(Report([new FleetScenario("ours", Terms)], [1, 2]).ToJson());
    }

    [Fact]
    public void The_chart_has_a_point_and_a_name_for_each_row_of_the_table()
    {
        var scenarios = FleetScenario.Table(Terms with { Jobs = 500 });
        var rows = Report(scenarios, [1]).Rows;

        var svg = XDocument.Parse(FleetChart.Draw(rows));

        svg.Descendants().Count(element => element.Name.LocalName == "circle").Should().Be(scenarios.Count);
        svg.Descendants().Select(element => element.Value).Should().Contain(scenarios.Select(each => each.Name));
    }

    [Fact]
    public void Rates_are_counted_in_whole_parts()
    {
        var run = new FleetRun(1, 4_000_000, 4_200_000, 44, 50, 50, 950, 0, 0);

        (run.OverheadPpm, run.WrongPerBillion, run.WrongPerCheaterMilli).Should().Be((1_050_000, 11_000, 880));
    }

    [Theory]
    [InlineData("5%", 50_000)]
    [InlineData("0.05", 50_000)]
    [InlineData("1e-4", 100)]
    [InlineData("0", 0)]
    [InlineData("100%", 1_000_000)]
    public void Shares_are_read_as_people_write_them(string text, int millionths)
    {
        Share.TryParse(text, out var share).Should().BeTrue();
        share.Value.Should().Be(millionths);
    }

    [Theory]
    [InlineData("")]
    [InlineData("-1%")]
    [InlineData("101%")]
    [InlineData("1e-7")]
    [InlineData("5,0%")]
    [InlineData("1.5")]
    public void What_is_no_share_in_whole_millionths_is_refused(string text) =>
        Share.TryParse(text, out _).Should().BeFalse();

    [Theory]
    [InlineData("11", "11")]
    [InlineData("11-13", "11 12 13")]
    [InlineData("13-11", "")]
    [InlineData("1-2-3", "")]
    [InlineData("1-500", "")]
    [InlineData("x", "")]
    public void Seeds_are_one_or_a_span(string text, string seeds) =>
        string.Join(' ', Share.Seeds(text)).Should().Be(seeds);

    private static FleetReport Report(IReadOnlyList<FleetScenario> scenarios, IReadOnlyList<ulong> seeds) =>
        FleetReport.Make("mkt simulate fleet", scenarios, seeds, new Silence(), CancellationToken.None);

    private sealed class Silence : IProgress<string>
    {
        public void Report(string value)
        {
        }
    }
}
