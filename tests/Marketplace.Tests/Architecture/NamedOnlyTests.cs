using System.Text.RegularExpressions;
using FluentAssertions;
using Xunit;

namespace Marketplace.Tests.Architecture;

/// <summary>Libraries that one project alone knows, and what the pure projects may not know at all.</summary>
public sealed class NamedOnlyTests
{
    private static readonly string[] Pure = ["Marketplace.Kernel", "Marketplace.Matching", "Marketplace.Verification"];

    [Theory]
    [InlineData("Hangfire", "Marketplace.Api")]
    [InlineData("Sqlite", "Marketplace.Storage")]
    [InlineData("DbUp", "Marketplace.Storage")]
    [InlineData("Nethereum", "nowhere")]
    public void A_library_is_named_in_its_own_project_alone(string library, string owner) =>
        Repository.Product.Where(file => file.Project != owner).Where(file => Names(file, library))
            .Select(file => file.Path).Listed().Should().BeEmpty();

    [Fact]
    public void A_library_that_is_named_elsewhere_is_seen()
    {
        Names(Source("using Hangfire;"), "Hangfire").Should().BeTrue();
        Names(Source("var connection = new Microsoft.Data.Sqlite.SqliteConnection();"), "Sqlite").Should().BeTrue();
        Names(Source("// Hangfire may run this.\nvar log = \"Hangfire\";"), "Hangfire").Should().BeFalse();
    }

    /// <remarks>FaultPoints stops the process for crash tests: see DECISIONS.md.</remarks>
    [Fact]
    public void Pure_projects_know_no_clock_no_chance_no_files_no_network_and_no_waiting() =>
        Repository.Product.Where(file => Pure.Contains(file.Project) && file.Name != "FaultPoints.cs")
            .SelectMany(Impure).Listed().Should().BeEmpty();

    [Theory]
    [InlineData("public async Task RunAsync() { }")]
    [InlineData("public ValueTask<int> RunAsync() => default;")]
    [InlineData("private readonly ILogger<Book> logger;")]
    [InlineData("var now = DateTime.Parse(text);")]
    [InlineData("public Book(TimeProvider time) { }")]
    [InlineData("var dice = new Random(seed);")]
    [InlineData("var nonce = RandomNumberGenerator.GetBytes(32);")]
    [InlineData("File.WriteAllText(path, text);")]
    [InlineData("using System.IO;")]
    [InlineData("var stream = new FileStream(path, FileMode.Open);")]
    [InlineData("var http = new HttpClient();")]
    [InlineData("var home = Environment.GetEnvironmentVariable(name);")]
    [InlineData("new Thread(Run).Start();")]
    [InlineData("Console.WriteLine(price);")]
    public void What_a_pure_project_may_not_know_is_seen(string code) => Impure(Source(code)).Should().NotBeEmpty();

    [Fact]
    public void An_instant_as_an_argument_is_pure() =>
        Impure(Source("public Verdict Judge(DateTimeOffset now) => new(now); // no Task, no File")).Should().BeEmpty();

    private static bool Names(SourceFile file, string library) =>
        file.Code.Contains(library, StringComparison.OrdinalIgnoreCase);

    private static IEnumerable<string> Impure(SourceFile file) => Regex.Matches(
        file.Code,
        @"\b(I?Logger\w*|(Value)?Task|Thread(Pool)?|DateTime|TimeProvider|Stopwatch|Random\w*|System\.IO|System\.Net"
        + @"|File(Stream|Info)?|Directory(Info)?|Stream(Reader|Writer)|HttpClient|Socket"
        + @"|Console|Environment|Process)\b")
        .Select(match => $"{file.Path}: {match.Value}");

    private static SourceFile Source(string text) => new("src/Marketplace.Kernel/Example.cs", text);
}
