using System.Text.RegularExpressions;
using System.Xml.Linq;
using FluentAssertions;
using Xunit;

namespace Marketplace.Tests.Architecture;

/// <summary>Who may know whom. Project files are read, so a reference that the compiler drops is seen too.</summary>
public sealed class LayeringTests
{
    // The whole architecture in one table: a project references exactly these, no more and no fewer.
    private static readonly Project[] Table =
    [
        new(0, "Kernel", [], ["BouncyCastle.Cryptography"]),
        new(1, "Matching", ["Kernel"], []),
        new(1, "Verification", ["Kernel"], []),
        new(1, "Ethereum", ["Kernel"], ["BouncyCastle.Cryptography"]),
        new(1, "Storage", ["Kernel"], ["Dapper", "dbup-core", "dbup-sqlite", "Microsoft.Data.Sqlite"]),
        new(1, "Inference", ["Kernel"], []),
        new(2, "OrderBook", ["Kernel", "Matching", "Ethereum"], [Logging]),
        new(2, "Escrow", ["Kernel", "Ethereum"], []),
        new(3, "Protocol", ["Kernel", "Escrow"], []),
        new(3, "Settlement", ["Kernel", "Ethereum", "Storage", "Escrow"], ["Dapper", Logging]),
        new(3, "Audit", ["Kernel", "Escrow"], []),
        new(4, "Chain", ["Kernel", "Ethereum", "Escrow"], []),
        new(4, "Execution", ["Kernel", "Verification", "Ethereum", "Storage", "Escrow", "Protocol"],
            ["Dapper", Logging]),
        new(5, "Api", ["Kernel", "Matching", "Ethereum", "Storage", "OrderBook", "Escrow", "Protocol", "Settlement",
            "Execution"], ["Dapper", "Hangfire.AspNetCore", "Hangfire.InMemory"]),
        new(5, "Gateway", ["Kernel", "Ethereum", "Storage", "Inference", "Escrow", "Protocol"], ["Dapper"]),
        new(5, "Provider", ["Kernel", "Ethereum", "Storage", "Inference", "Escrow", "Protocol"], ["Dapper", Logging]),
        new(6, "Bench", ["Kernel", "Matching", "Ethereum", "OrderBook"], []),
        new(6, "Fleet", ["Kernel", "Verification"], []),
        new(7, "Cli", ["Kernel", "Ethereum", "Storage", "Inference", "Escrow", "Settlement", "Execution", "Audit",
            "Chain", "Api", "Gateway", "Provider", "Bench", "Fleet", "Matching", "OrderBook"],
            ["Spectre.Console", "System.CommandLine"]),
        new(8, "Tests", [EveryProjectOfSrc, "Bench", "Fleet"], [.. TestPackages]),
        new(8, "ScenarioTests", [EveryProjectOfSrc, "Cli"], [.. TestPackages, "OpenAI"]),
    ];

    private const string Logging = "Microsoft.Extensions.Logging.Abstractions";
    private const string EveryProjectOfSrc = "*";

    private static IEnumerable<string> TestPackages =>
        ["CsCheck", "FluentAssertions", "Microsoft.NET.Test.Sdk", "xunit", "xunit.runner.visualstudio"];

    [Fact]
    public void Every_project_references_exactly_the_projects_of_the_table() =>
        Projects().Select(file => Line(ShortName(file), ProjectReferences(Xml(file))))
            .Should().BeEquivalentTo(Table.Select(row => Line(row.Name, row.References)));

    [Fact]
    public void Every_project_references_exactly_the_packages_of_the_table() =>
        Projects().Select(file => Line(ShortName(file), PackageReferences(Xml(file))))
            .Should().BeEquivalentTo(Table.Select(row => Line(row.Name, row.Packages)));

    [Fact]
    public void All_projects_together_reference_nothing_but_an_analyzer()
    {
        var shared = Repository.Under("", ".props", ".targets").Select(Xml).ToList();

        shared.SelectMany(PackageReferences).Should().Equal("Microsoft.CodeAnalysis.BannedApiAnalyzers");
        shared.SelectMany(ProjectReferences).Should().BeEmpty();
    }

    [Fact]
    public void No_project_references_one_of_its_own_rank_or_above() =>
        Table.SelectMany(row => UpwardReferences(row, Table)).Listed().Should().BeEmpty();

    [Fact]
    public void The_solution_holds_every_project() =>
        SolutionProjects(Repository.All.Single(file => file.Path == "Marketplace.sln").Text)
            .Should().BeEquivalentTo(Projects().Select(file => file.Path));

    /// <summary>References flow on to who references their owner; this sees what is used without being named.</summary>
    [Fact]
    public void No_project_uses_another_that_it_does_not_reference()
    {
        var compiled = Table.Where(row => row.Rank <= 5).ToDictionary(row => row.Name, Uses);

        compiled.SelectMany(row => row.Value.Except(Row(row.Key).References).Select(used => $"{row.Key} uses {used}"))
            .Listed().Should().BeEmpty();
    }

    [Fact]
    public void No_project_references_another_that_it_does_not_use() =>
        Table.Where(row => row.Rank <= 5)
            .SelectMany(row => row.References.Except(Uses(row)).Select(other => $"{row.Name} does not use {other}"))
            .Listed().Should().BeEmpty();

    [Fact]
    public void A_reference_that_is_not_in_the_table_is_seen()
    {
        var project = XDocument.Parse(
            """
            <Project><ItemGroup>
              <ProjectReference Include="../Marketplace.Api/Marketplace.Api.csproj" />
            </ItemGroup></Project>
            """);

        var actual = ProjectReferences(project);

        actual.Should().Equal("Api");
        Line("Kernel", actual).Should().NotBe(Line("Kernel", Row("Kernel").References));
    }

    [Fact]
    public void A_package_that_is_not_in_the_table_is_seen_wherever_it_stands()
    {
        var project = XDocument.Parse(
            """
            <Project>
              <ItemGroup Condition="'$(EthereumClient)' == 'Nethereum'">
                <PackageReference Include="Nethereum.Web3" />
              </ItemGroup>
              <Target Name="Late"><ItemGroup><PackageReference Include="Hangfire.Core" /></ItemGroup></Target>
              <ItemGroup><Reference Include="Local.dll" /></ItemGroup>
            </Project>
            """);

        PackageReferences(project).Should().Equal("Nethereum.Web3", "Hangfire.Core", "Local.dll");
    }

    [Fact]
    public void A_project_that_is_missing_from_the_solution_is_seen()
    {
        const string solution =
            """Project("{F}") = "Kernel", "src\Marketplace.Kernel\Marketplace.Kernel.csproj", "{7}" """;

        var held = SolutionProjects(solution);

        held.Should().Equal("src/Marketplace.Kernel/Marketplace.Kernel.csproj");
        held.Should().NotBeEquivalentTo(Projects().Select(file => file.Path));
    }

    [Fact]
    public void A_reference_upwards_or_sideways_is_seen()
    {
        Project[] table =
        [
            new(1, "Matching", ["Verification"], []),
            new(1, "Verification", ["Api"], []),
            new(5, "Api", ["Matching"], []),
        ];

        table.SelectMany(row => UpwardReferences(row, table))
            .Should().Equal("Matching -> Verification", "Verification -> Api");
    }

    private static IEnumerable<string> UpwardReferences(Project row, Project[] table) =>
        from name in row.References
        where name != EveryProjectOfSrc && table.Single(other => other.Name == name).Rank >= row.Rank
        select $"{row.Name} -> {name}";

    private static Project Row(string name) => Table.Single(row => row.Name == name);

    private static IEnumerable<SourceFile> Projects() => Repository.Under("", ".csproj");

    private static XDocument Xml(SourceFile file) => XDocument.Parse(file.Text);

    private static string ShortName(SourceFile file) => ShortName(file.Path);

    private static string ShortName(string path) =>
        Path.GetFileNameWithoutExtension(path.Replace('\\', '/')).Replace("Marketplace.", "", StringComparison.Ordinal);

    private static string[] ProjectReferences(XDocument project) =>
        [.. Includes(project, "ProjectReference").Select(ShortName)];

    private static string[] PackageReferences(XDocument project) =>
        [.. Includes(project, "PackageReference", "FrameworkReference", "Reference")];

    private static IEnumerable<string> Includes(XDocument project, params string[] elements) => project.Descendants()
        .Where(item => elements.Contains(item.Name.LocalName)).Select(item => item.Attribute("Include")!.Value);

    private static string Line(string project, IEnumerable<string> references) =>
        $"{project}: {string.Join(", ", references.Order(StringComparer.Ordinal))}";

    private static IEnumerable<string> SolutionProjects(string solution) =>
        Regex.Matches(solution, "\"([^\"]+\\.csproj)\"").Select(match => match.Groups[1].Value.Replace('\\', '/'));

    private static IEnumerable<string> Uses(Project row) => System.Reflection.Assembly.Load($"Marketplace.{row.Name}")
        .GetReferencedAssemblies().Select(assembly => assembly.Name!)
        .Where(name => name.StartsWith("Marketplace.", StringComparison.Ordinal))
        .Select(name => name["Marketplace.".Length..]);

    private sealed record Project(int Rank, string Name, string[] References, string[] Packages);
}
