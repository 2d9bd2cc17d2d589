using FluentAssertions;
using Xunit;

namespace Marketplace.Tests.Architecture;

/// <summary>The style, as far as a text shows it. Beside each rule stands an example that breaks it.</summary>
public sealed class ConventionTests
{
    /// <summary>Log events are numbered by slice, so that a number in a log names its part of the market.</summary>
    private static readonly Dictionary<string, int> Thousands = new()
    {
        ["Marketplace.OrderBook"] = 1,
        ["Marketplace.Gateway"] = 2,
        ["Marketplace.Provider"] = 3,
        ["Marketplace.Execution"] = 4,
        ["Marketplace.Api"] = 5,
        ["Marketplace.Settlement"] = 6,
    };

    private static IEnumerable<SourceFile> Code => Repository.Under("", ".cs", ".sol");

    private static IEnumerable<SourceFile> Texts => Repository.All
        .Where(file => !file.Path.EndsWith("packages.lock.json", StringComparison.Ordinal));

    private static IEnumerable<SourceFile> Sql => Repository.Under("migrations/", ".sql");

    private static string[] ProjectNames =>
        [.. Repository.Under("src/", ".csproj").Select(file => Path.GetFileNameWithoutExtension(file.Name))];

    [Fact]
    public void A_line_has_120_characters_at_most()
    {
        Conventions.LongLines(Cs(new string('x', 121))).Should().Equal("src/Marketplace.Escrow/Example.cs:1");
        Conventions.LongLines(Cs(new string('x', 120))).Should().BeEmpty();

        Code.SelectMany(Conventions.LongLines).Listed().Should().BeEmpty();
    }

    [Fact]
    public void A_file_has_300_lines_at_most_and_a_contract_500()
    {
        Conventions.TooLong(Cs(Lines(301))).Should().ContainSingle();
        Conventions.TooLong(Cs(Lines(300))).Should().BeEmpty();
        Conventions.TooLong(new SourceFile("contracts/Example.sol", Lines(501))).Should().ContainSingle();
        Conventions.TooLong(new SourceFile("contracts/Example.sol", Lines(500))).Should().BeEmpty();

        Code.SelectMany(Conventions.TooLong).Listed().Should().BeEmpty();
    }

    [Fact]
    public void No_test_is_skipped_or_run_alone()
    {
        Conventions.SkippedTests(Cs("it." + "only(\"pays\", () => {});")).Should().ContainSingle();
        Conventions.SkippedTests(Cs("[Fact(Skip" + " = \"flaky\")]")).Should().ContainSingle();
        Conventions.SkippedTests(Cs("rows.Skip(1).Where(row => row.Skip == 2)")).Should().BeEmpty();

        Repository.Under("", ".cs", ".sol", ".js", ".mjs").SelectMany(Conventions.SkippedTests)
            .Listed().Should().BeEmpty();
    }

    [Fact]
    public void What_is_left_to_do_has_a_number()
    {
        Conventions.UnnumberedTodos(Cs("// TO" + "DO: handle reorgs")).Should().ContainSingle();
        Conventions.UnnumberedTodos(Cs("// TO" + "DO #12: handle reorgs")).Should().BeEmpty();

        Texts.SelectMany(Conventions.UnnumberedTodos).Listed().Should().BeEmpty();
    }

    [Fact]
    public void No_file_is_folded_into_regions()
    {
        Conventions.Regions(Cs("    #" + "region Fields")).Should().ContainSingle();

        Code.SelectMany(Conventions.Regions).Listed().Should().BeEmpty();
    }

    [Fact]
    public void No_floating_point_number_comes_near_money()
    {
        Conventions.FloatingMoney(Cs("public decimal Price { get; }")).Should().ContainSingle();
        Conventions.FloatingMoney(Cs("var fee = amount * 0.1m;")).Should().ContainSingle();
        Conventions.FloatingMoney(Cs("System.Double price;")).Should().ContainSingle();
        Conventions.FloatingMoney(Cs("var all = lines[1..2]; // a double count, \"0.1\"")).Should().BeEmpty();
        Conventions.FloatingMoney(new SourceFile("src/Marketplace.Inference/A.cs", "float x;")).Should().BeEmpty();

        Repository.Under("src/", ".cs").SelectMany(Conventions.FloatingMoney).Listed().Should().BeEmpty();
    }

    [Fact]
    public void Names_say_what_a_thing_does_and_hide_no_namespace()
    {
        Conventions.EmptyNames(Cs("public static class PriceHelpers { }"), []).Should().ContainSingle();
        Conventions.EmptyNames(Cs("internal sealed record struct BudgetManager(int Id);"), []).Should().ContainSingle();
        Conventions.EmptyNames(Cs("public sealed class Audit;"), ["Marketplace.Audit"]).Should().ContainSingle();
        Conventions.EmptyNames(new SourceFile("src/StringUtils.cs", ""), []).Should().ContainSingle();
        Conventions.EmptyNames(Cs("// a class Helper\npublic sealed class Price;"), []).Should().BeEmpty();

        Repository.Under("", ".cs").SelectMany(file => Conventions.EmptyNames(file, ProjectNames))
            .Listed().Should().BeEmpty();
    }

    [Fact]
    public void No_file_knows_the_machine_it_was_written_on()
    {
        Conventions.MachinePaths(Cs("var data = \"/ho" + "me/someone/data\";")).Should().ContainSingle();
        Conventions.MachinePaths(Cs("var data = @\"C:" + "\\data\";")).Should().ContainSingle();
        Conventions.MachinePaths(Cs("map.Get(\"/v1/work/{id}\"); // https://a.org/home/b")).Should().BeEmpty();

        Texts.SelectMany(Conventions.MachinePaths).Listed().Should().BeEmpty();
    }

    [Fact]
    public void No_file_says_who_wrote_it_or_with_what()
    {
        Conventions.Bylines(Cs("// @auth" + "or someone")).Should().ContainSingle();
        Conventions.Bylines(Cs("// Gener" + "ated by a tool")).Should().ContainSingle();
        Conventions.Bylines(Cs("// Facts are written by the slice that owns them.")).Should().BeEmpty();

        Texts.SelectMany(Conventions.Bylines).Listed().Should().BeEmpty();
    }

    [Theory]
    [InlineData("public class Book { }", "Book")]
    [InlineData("internal partial class Book(TimeProvider time)", "Book")]
    [InlineData("    private record Row(int Id);", "Row")]
    [InlineData("class Book;", "Book")]
    public void A_class_that_is_not_sealed_is_seen(string code, string name) =>
        Conventions.OpenClasses(Cs(code)).Should().Equal($"src/Marketplace.Escrow/Example.cs: {name}");

    [Theory]
    [InlineData("public sealed partial class Book { }")]
    [InlineData("public static class Book { }")]
    [InlineData("public abstract record Command;")]
    [InlineData("public readonly record struct Price(long Micro);")]
    [InlineData("    where T : class")]
    [InlineData("public class Fake : DispatchProxy")] // the framework derives from it
    public void A_class_that_cannot_be_inherited_by_accident_is_fine(string code) =>
        Conventions.OpenClasses(Cs(code)).Should().BeEmpty();

    [Fact]
    public void Every_class_and_record_is_sealed_static_or_abstract() =>
        Repository.Under("", ".cs").SelectMany(Conventions.OpenClasses).Listed().Should().BeEmpty();

    [Fact]
    public void Every_log_event_has_a_number_of_its_slice_that_no_other_has()
    {
        Conventions.WrongLogEvents([Cs("[LoggerMessage(Level = LogLevel.Error)]")], Thousands).Should().ContainSingle();
        Conventions.WrongLogEvents([Settling("[LoggerMessage(4001, L)]")], Thousands).Should().ContainSingle();
        Conventions.WrongLogEvents([Settling("[LoggerMessage(6001, L)]\n[LoggerMessage(6001, L)]")], Thousands)
            .Should().ContainSingle();
        Conventions.WrongLogEvents([Settling("[LoggerMessage(6001, L)]\n[LoggerMessage(6002, L)]")], Thousands)
            .Should().BeEmpty();

        Conventions.WrongLogEvents(Repository.Product, Thousands).Listed().Should().BeEmpty();
    }

    [Fact]
    public void Migrations_are_numbered_named_and_say_why()
    {
        Conventions.WrongMigrations([Migration("0002_fact.sql", "-- Why.")]).Should().ContainSingle("0001 is missing");
        Conventions.WrongMigrations([Migration("0001-fact.sql", "-- Why.")]).Should().ContainSingle();
        Conventions.WrongMigrations([Migration("0001_fact.sql", "CREATE TABLE fact (")]).Should().ContainSingle();
        Conventions.WrongMigrations([Migration("0001_fact.sql", "-- Why.")]).Should().BeEmpty();

        Sql.Where(file => file.Name != "schema.sql").GroupBy(file => Path.GetDirectoryName(file.Path))
            .SelectMany(Conventions.WrongMigrations).Listed().Should().BeEmpty();
    }

    [Fact]
    public void Tables_are_strict_and_a_status_has_a_check()
    {
        var loose = Migration("0001_job.sql", "CREATE TABLE job (\n    state TEXT NOT NULL,\n    id INTEGER\n);");
        var strict = Migration("0001_job.sql", "CREATE TABLE job (\n    state TEXT CHECK (state = 'open')\n) STRICT;");

        Conventions.LooseTables(loose).Should().ContainSingle();
        Conventions.UncheckedStatuses(loose).Should().Equal("migrations/sqlite/operator/0001_job.sql: job.state");
        Conventions.LooseTables(strict).Concat(Conventions.UncheckedStatuses(strict)).Should().BeEmpty();

        Sql.SelectMany(Conventions.LooseTables).Listed().Should().BeEmpty();
        Sql.SelectMany(Conventions.UncheckedStatuses).Listed().Should().BeEmpty();
    }

    /// <summary>Every rule above is empty over no files; this one would be the first to notice.</summary>
    [Fact]
    public void The_rules_are_held_against_the_whole_repository()
    {
        Repository.Under("src/", ".cs").Should().HaveCountGreaterThan(100);
        Repository.Under("tools/", ".cs").Should().NotBeEmpty();
        Repository.Under("tests/", ".cs").Should().Contain(file => file.Name == "ConventionTests.cs");
        Repository.Under("contracts/", ".sol").Should().Contain(file => file.Name == "MarketEscrow.sol");
        Sql.Select(file => Path.GetDirectoryName(file.Path)).Distinct().Should().HaveCountGreaterThanOrEqualTo(3);
        Repository.All.Should().NotContain(file => file.Path.Contains("/obj/", StringComparison.Ordinal));
    }

    private static string Lines(int count) => string.Concat(Enumerable.Repeat("x\n", count));

    private static SourceFile Cs(string text) => new("src/Marketplace.Escrow/Example.cs", text);

    private static SourceFile Settling(string text) => new("src/Marketplace.Settlement/Example.cs", text);

    private static SourceFile Migration(string name, string text) => new($"migrations/sqlite/operator/{name}", text);
}
