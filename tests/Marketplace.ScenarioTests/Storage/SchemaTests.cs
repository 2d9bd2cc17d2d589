using FluentAssertions;
using Marketplace.Storage;
using Marketplace.Tests.Architecture;
using Xunit;

namespace Marketplace.ScenarioTests.Storage;

/// <summary>What the migrations add up to is committed beside them: a review sees the tables as they are.</summary>
public sealed class SchemaTests
{
    private const string Regenerate =
        "MKT_WRITE_SCHEMA=1 dotnet test tests/Marketplace.ScenarioTests --filter SchemaTests";

    private const string Statements =
        """
        SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%'
        ORDER BY tbl_name, type DESC, name
        """;

    [Theory]
    [InlineData(MigrationSet.Operator)]
    [InlineData(MigrationSet.Gateway)]
    [InlineData(MigrationSet.Provider)]
    public async Task The_committed_schema_is_what_the_migrations_add_up_to(MigrationSet set)
    {
        using var file = new DatabaseFile();
        await using var database = file.Open(set);
        var committed = Path.Combine(Folder(set), "schema.sql");

        var schema = SchemaOf(file);
        if (Environment.GetEnvironmentVariable("MKT_WRITE_SCHEMA") == "1")
        {
            await File.WriteAllTextAsync(committed, schema);
        }

        (await File.ReadAllTextAsync(committed)).Should().Be(
            schema, "schema.sql follows the migrations: write it again with {0}", Regenerate);
    }

    [Theory]
    [InlineData(MigrationSet.Operator)]
    [InlineData(MigrationSet.Gateway)]
    [InlineData(MigrationSet.Provider)]
    public async Task Every_migration_of_the_folder_and_nothing_else_is_applied(MigrationSet set)
    {
        using var file = new DatabaseFile();
        await using var database = file.Open(set);

        file.Read("SELECT name FROM migration ORDER BY name").Should().Equal(
            Directory.EnumerateFiles(Folder(set), "*.sql").Select(path => Path.GetFileName(path)!)
                .Where(name => name != "schema.sql").Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_column_that_no_migration_has_is_seen()
    {
        using var file = new DatabaseFile();
        await using var database = file.Open(MigrationSet.Provider);
        var before = SchemaOf(file);

        file.Execute("ALTER TABLE assignment ADD COLUMN tip INTEGER NOT NULL DEFAULT 0");

        SchemaOf(file).Should().NotBe(before).And.Contain("tip INTEGER");
    }

    private static string Folder(MigrationSet set) =>
        Path.Combine(Repository.Root, "migrations", "sqlite", set.ToString().ToLowerInvariant());

    private static string SchemaOf(DatabaseFile file) =>
        "-- What the migrations beside this file add up to. It is compared, never applied; to write it again:\n"
        + $"-- {Regenerate}\n"
        + string.Concat(file.Read(Statements).Select(statement => $"\n{statement.ReplaceLineEndings("\n")};\n"));
}
